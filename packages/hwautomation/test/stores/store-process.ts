import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LowdbStoreOptions } from '../../src/stores/lowdb-store.ts'

const PROGRAM = fileURLToPath(new URL('./store-process-main.ts', import.meta.url))

/** A store in a process of its own, on the same directory. */
export class StoreProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>()
  #count = 0

  /** Rejects with the error of its `open`. */
  static async start(folder: string, options: LowdbStoreOptions = {}): Promise<StoreProcess> {
    const started = new StoreProcess(folder, options)
    await started.ask('open')
    return started
  }

  private constructor(folder: string, options: LowdbStoreOptions) {
    this.#child = fork(PROGRAM, [folder, JSON.stringify(options)], {
      execArgv: ['--import', 'tsx', '--conditions=@hwautomation/source'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child.on('message', (answer: { id: number; value?: unknown; error?: object }) => {
      const asked = this.#waiting.get(answer.id)
      if (answer.error === undefined) asked?.resolve(answer.value)
      else asked?.reject(Object.assign(new Error('of the other process'), answer.error))
    })
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The process has ended.'))
    })
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** Calls a method of its store. `losses`: how often it was told that the lease is lost. */
  ask(method: string, ...args: unknown[]): Promise<unknown> {
    const id = (this.#count += 1)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, method, args })
    })
  }

  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
    this.#child.kill('SIGCONT')
  }

  /** Without warning, as a power cut ends it. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}
