import type { Process } from '../os/process.ts'
import type { Signal } from '../os/signals.ts'

/** The `trap` actions of one shell, and the signals that have come for them. */
export class Traps {
  readonly actions = new Map<Signal | 'EXIT', string>()
  readonly #process: Process
  readonly #pending: Signal[] = []
  #onSignal: (() => void) | undefined
  #isRunning = false

  constructor(process: Process) {
    this.#process = process
  }

  /** Sets, ignores (`''`) or resets (undefined) one. */
  set(signal: Signal | 'EXIT', action: string | undefined): void {
    if (action === undefined) this.actions.delete(signal)
    else this.actions.set(signal, action)
    if (signal === 'EXIT') return
    this.#process.handlers.delete(signal)
    this.#process.ignored.delete(signal)
    if (action === '') this.#process.ignored.add(signal)
    else if (action !== undefined) {
      this.#process.handlers.set(signal, () => {
        this.#pending.push(signal)
        this.#onSignal?.()
      })
    }
  }

  /** A subshell forgets its parent's traps, except that what was ignored stays so. */
  inherit(parent: Traps): void {
    for (const [signal, action] of parent.actions) if (action === '') this.actions.set(signal, action)
  }

  /** Takes the EXIT action away, for its one run. */
  takeExit(): string | undefined {
    const action = this.actions.get('EXIT')
    this.actions.delete('EXIT')
    return action === '' ? undefined : action
  }

  /** Runs what is due: between two commands. */
  async runPending(run: (action: string) => Promise<unknown>): Promise<void> {
    if (this.#isRunning) return
    for (let signal = this.#pending.shift(); signal !== undefined; signal = this.#pending.shift()) {
      const action = this.actions.get(signal)
      if (action === undefined || action === '') continue
      this.#isRunning = true
      try {
        await run(action)
      } finally {
        this.#isRunning = false
      }
    }
  }

  /** Waits for `work`, or for a signal that has a trap, whichever comes first. */
  async orSignal<T>(work: Promise<T>): Promise<T | Signal> {
    const [pending] = this.#pending
    if (pending !== undefined) return pending
    const trapped = new Promise<Signal>((resolve) => {
      this.#onSignal = () => {
        const [signal] = this.#pending
        if (signal !== undefined) resolve(signal)
      }
    })
    try {
      return await this.#process.block(Promise.race([work, trapped]))
    } finally {
      this.#onSignal = undefined
    }
  }
}
