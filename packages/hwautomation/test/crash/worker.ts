import { fork, type ChildProcess } from 'node:child_process'
import type { Ended, Job, Report } from './messages.ts'

/** One process of a manager, from outside. */
export class Worker {
  readonly #process: ChildProcess
  readonly #listeners = new Set<(report: Report) => void>()
  readonly #exited: Promise<string>
  #isKilled = false
  /** What it said on stderr: a process that ends by itself has its reason there. */
  #errors = ''

  constructor(script: string) {
    const packageUrl = new URL('../../', import.meta.url).href
    this.#process = fork(script, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      env: { ...process.env, CRASH_PACKAGE: packageUrl },
    })
    this.#process.stderr?.on('data', (text: Buffer) => (this.#errors += text.toString()))
    this.#exited = new Promise((resolve) =>
      this.#process.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`)),
    )
    this.#process.on('message', (report: Report) => {
      for (const listener of this.#listeners) listener(report)
    })
  }

  get isKilled(): boolean {
    return this.#isKilled
  }

  /** Hears of every report; the result takes it off. */
  on(listener: (report: Report) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Does a job, as soon as it has started; rejects when it fails or dies. */
  work(job: Job): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const off = this.on((report) => {
        if (report.is === 'ended') resolve(report.ended)
        else if (report.is === 'failed') reject(new Error(`the manager's process failed: ${report.error}`))
        else return
        off()
      })
      void this.#exited.then((how) => {
        off()
        reject(new Error(`the manager's process ended: ${how} ${this.#errors}`))
      })
      // Node keeps it until the process listens.
      this.#process.send(job)
    })
  }

  /** Nothing of it happens after this returns; resolves when it is known to be gone. @throws Error if it had gone by itself */
  async kill(): Promise<void> {
    this.#isKilled = true
    this.#process.kill('SIGKILL')
    const how = await this.#exited
    if (how !== 'SIGKILL') throw new Error(`the process was to be killed, but had ended: ${how} ${this.#errors}`)
  }
}

/** Processes that wait for work, so that no run waits for one to start. */
export class WorkerPool implements AsyncDisposable {
  readonly #script: string
  readonly #idle: Worker[]

  constructor(script: string, warm: number) {
    this.#script = script
    this.#idle = Array.from({ length: warm }, () => new Worker(script))
  }

  take(): Worker {
    return this.#idle.shift() ?? new Worker(this.#script)
  }

  /** One was killed: another starts in its stead. */
  replace(): void {
    this.#idle.push(new Worker(this.#script))
  }

  /** One that has finished its job takes the next one. */
  giveBack(worker: Worker): void {
    this.#idle.unshift(worker)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((worker) => worker.kill()))
  }
}
