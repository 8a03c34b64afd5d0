import { execute } from 'abort-controller-x'
import { HwError } from '../errors.ts'

/** Somebody asked for the run to end. */
export class CancelRequested extends HwError {
  override readonly name = 'CancelRequested'
  readonly by: string
  readonly reason: string
  constructor(by: string, reason: string) {
    super({
      code: 'workflow.cancelled',
      kind: 'cancelled',
      message: `Cancelled by ${by}: ${reason}`,
      hint: 'Look at what was left behind, then start a new run when the server may be worked on again.',
      context: { by, reason },
    })
    this.by = by
    this.reason = reason
  }
}

/** The time of the whole run is over. */
export class DeadlineExceeded extends HwError {
  override readonly name = 'DeadlineExceeded'
  constructor(deadline: string) {
    super({
      code: 'workflow.deadline-exceeded',
      kind: 'timeout',
      retryable: false,
      message: `The run's time was over at ${deadline}.`,
      hint: 'See which step took the time; raise `timeout` if it was making progress.',
      context: { deadline },
    })
  }
}

/** This process lets go of the run; it stays as it is, to be resumed. */
export class Detached extends HwError {
  override readonly name = 'Detached'
  constructor() {
    super({
      code: 'workflow.detached',
      kind: 'cancelled',
      message: 'The manager was closed; the run stays as it is and can be resumed.',
      hint: 'Open a manager on the same store to go on with it.',
    })
  }
}

/** Another process may own the run now: nothing more may be sent. */
export class LeaseLost extends HwError {
  override readonly name = 'LeaseLost'
  constructor(detail: string) {
    super({
      code: 'workflow.lease-lost',
      kind: 'conflict',
      message: `This process no longer owns the run: ${detail}`,
      hint: 'Follow the run where it is going on now.',
    })
  }
}

/** True for the reasons that leave the document as it is: another process, or a later one, goes on. */
export function leavesTheRun(reason: unknown): reason is Detached | LeaseLost {
  return reason instanceof Detached || reason instanceof LeaseLost
}

/**
 * A signal whose abort can be held back while something must not be interrupted. The first reason wins and is never lost.
 */
export class Interruption {
  readonly #controller = new AbortController()
  readonly #force = new AbortController()
  #reason: HwError | undefined
  #holds = 0

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Aborts only for what not even a critical section may outlast: a lost lease, a process that must go. */
  get forceSignal(): AbortSignal {
    return this.#force.signal
  }

  /** Something must not be interrupted now. */
  get held(): boolean {
    return this.#holds > 0
  }

  /** The first reason, whether it has taken effect or is held back. */
  get reason(): HwError | undefined {
    return this.#reason
  }

  /** Aborts now, or, while held, as soon as nothing holds any more. */
  request(reason: HwError): 'now' | 'held' | 'too-late' {
    if (this.#reason !== undefined) return 'too-late'
    this.#reason = reason
    if (this.#holds > 0) return 'held'
    this.#controller.abort(reason)
    return 'now'
  }

  /** Aborts now, held or not. Replaces a reason that has not taken effect. */
  force(reason: HwError): void {
    if (!this.signal.aborted) this.#reason = reason
    this.#controller.abort(this.#reason)
    this.#force.abort(reason)
  }

  /** Holds abort back until the returned function is called. */
  hold(): () => void {
    this.#holds += 1
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#holds -= 1
      if (this.#holds === 0 && this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
  }
}

/**
 * Runs `start` until it resolves, rejects, or the signal aborts; then `cleanUp` is awaited and the promise rejects with the
 * signal's own reason. A clean-up that throws or rejects is reported, and neither hangs the caller nor takes the reason's place:
 * with abort-controller-x alone a synchronous throw there is an uncaught exception and the promise never settles.
 */
export function untilAborted<T>(
  signal: AbortSignal,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => (reason: unknown) => void | Promise<void>,
  onCleanUpFailed: (error: unknown) => void = () => {},
): Promise<T> {
  return execute<T>(signal, (resolve, reject) => {
    const cleanUp = start(resolve, reject)
    return async (reason: unknown) => {
      try {
        await cleanUp(reason)
      } catch (error) {
        onCleanUpFailed(error)
      }
    }
  })
}

/** Calls `onAbort` when `signal` aborts, or now if it has; the returned function takes the listener off. */
export function whenAborted(signal: AbortSignal, onAbort: (reason: unknown) => void): () => void {
  if (signal.aborted) {
    onAbort(signal.reason)
    return () => {}
  }
  const listener = () => onAbort(signal.reason)
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
