import { EventEmitter } from 'eventemitter3'
import type { Logger } from '../logger.ts'

/** Hears of things; may be slow, throw or reject without anybody noticing but the log. */
export type Listener<T> = (value: T) => unknown

/**
 * Hands values to listeners. eventemitter3 alone lets a throwing listener throw out of `emit`, which would fail the run that emits
 * and silence the listeners after it, and an async one that rejects would end the process: here both are logged and that is all.
 * A listener that returns a promise is not waited for.
 */
export class Emitter<T> {
  readonly #emitter = new EventEmitter<{ value: [T] }>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Returns the function that takes the listener off again. */
  on(listener: Listener<T>): () => void {
    const guarded = (value: T) => this.#call(listener, value)
    this.#emitter.on('value', guarded)
    return () => {
      this.#emitter.off('value', guarded)
    }
  }

  emit(value: T): void {
    this.#emitter.emit('value', value)
  }

  get listenerCount(): number {
    return this.#emitter.listenerCount('value')
  }

  /** Takes every listener off. */
  clear(): void {
    this.#emitter.removeAllListeners()
  }

  #call(listener: Listener<T>, value: T): void {
    try {
      const result = listener(value)
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.#complain(error))
    } catch (error) {
      this.#complain(error)
    }
  }

  #complain(error: unknown): void {
    this.#logger.warn({ error: error instanceof Error ? error.message : String(error) }, 'an event listener failed')
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}
