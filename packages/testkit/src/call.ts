import type { LabClock } from './clock.ts'
import type { FaultBook, FaultSpec } from './faults.ts'
import type { Door, RequestRecorder } from './log.ts'

/** A call that has reached a door, before anything was done about it. Names and details are those of the request log. */
export interface Call {
  readonly door: Door
  /** Host name of the machine it is about; absent for calls about none. */
  readonly server?: string
  readonly call: string
  /** Would change the world if served. */
  readonly mutating: boolean
  /** Short and free of secrets. */
  readonly detail: string
}

/**
 * What a door makes of a call once it has checked it. A refusal has no `effect`.
 * Checks look at the world and leave it alone; `effect` is the only part that changes it.
 */
export interface Answer<R> {
  /** Changes the world. Called at most once: at once, later (`effect-late`) or never (`ack-no-effect`). */
  readonly effect?: () => void | Promise<void>
  /** Composed after the effect. With `ack-no-effect` and `effect-late` it runs without it and must still look like a success. */
  readonly reply: () => R | Promise<R>
}

/** The modes whose reply a door words itself; nothing is done, the caller is refused. */
export type RefusalMode = 'wrong-status' | 'auth-failure' | 'session-limit' | 'licence-missing'

/** One client's wire as a door sees it. Every door implements it once; faults touch the wire here and nowhere else. */
export interface Wire<R> {
  /** Sends the whole answer. */
  send(reply: R): void | Promise<void>
  /** Sends the first half of the answer and cuts the connection. */
  sendHalf(reply: R): void | Promise<void>
  /** Cuts the connection without a byte of an answer. */
  cut(): void
  /** Refuses the connection, or the channel on it, as closely to ECONNREFUSED as this late moment allows. */
  refuse(): void
  /** Something that the protocol does not allow, where `reply` would have been sent. */
  garbage(reply: R): R
  /** The door's own words for a refusal. `status` is the HTTP status or exit code asked for, if one was. */
  refusal(mode: RefusalMode, status: number | undefined): R
  /** The door's own words for too many calls; only doors that declare `rate-limited` have it. */
  rateLimited?(retryAfterSeconds: number): R
  /** HTTP status or exit code for the log. */
  outcome(reply: R): number | string
  /** Aborts when the client has gone. A hung call ends here. */
  readonly gone: AbortSignal
}

/**
 * Serves one call: strikes with a fault if one matches, has the effect made, sends the answer, and writes the log entry.
 * Resolves when the call is over (for a hang: when the client has given up). Rejects only if `answer` or the wire throws.
 *
 * @example
 * await serve({ door: 'maas', server: 'srv001', call: 'maas POST machines/{id}?op=abort', mutating: true, detail: 'comment' },
 *   () => machine.status === 1 ? { effect: () => abort(machine), reply: () => ok(record(machine)) } : { reply: () => conflict() },
 *   wire)
 */
export type Serve = <R>(call: Call, answer: () => Answer<R> | Promise<Answer<R>>, wire: Wire<R>) => Promise<void>

/**
 * For calls that `serve` does not fit (a command that streams its output for minutes): tells which fault strikes and opens
 * the log entry; the door does the rest and calls `end` once. `hang` and `slow` hold the clock until `end`.
 */
export type Begin = (call: Call) => BegunCall

export interface BegunCall {
  /** The fault that strikes; an `intervention` has been carried out already and is not shown. */
  readonly fault: FaultSpec | undefined
  /** Wall milliseconds of a `slow` fault, lab milliseconds of an `effect-late`. */
  readonly delayMs: number
  /** Lets lab time go on after a `slow` wait, for calls that go on in lab time. */
  resume(): void
  end(outcome: number | string, effect: 'none' | 'now' | 'late'): void
}

const DEFAULT_SLOW_MS = 200
const DEFAULT_LATE_MS = 20_000
const DEFAULT_RETRY_AFTER_S = 30

/** The machinery behind every door's calls. */
export function createCalls(parts: { clock: LabClock; faults: FaultBook; log: RequestRecorder }): {
  serve: Serve
  begin: Begin
} {
  const { clock, faults, log } = parts

  const begin: Begin = (call) => {
    faults.learn(call)
    let fault = faults.strike(call)
    const name = fault?.mode
    const afterwards = fault?.afterwards
    fault?.act?.()
    if (fault?.mode === 'intervention') fault = undefined
    const entry = log.open({ ...call, ...(name === undefined ? {} : { fault: name }) })
    const release = fault?.mode === 'hang' || fault?.mode === 'slow' ? clock.holdStill() : undefined
    if (fault?.mode === 'hang') entry.close('hung', 'none')
    let isOver = false
    return {
      fault,
      delayMs: fault?.delayMs ?? (fault?.mode === 'slow' ? DEFAULT_SLOW_MS : DEFAULT_LATE_MS),
      resume: () => release?.(),
      end(outcome, effect) {
        release?.()
        entry.close(outcome, effect)
        // The answer may go to another process: there is no event of ours that would tell of it.
        clock.activity()
        // Some doors write the answer right after this.
        if (afterwards !== undefined && !isOver) setImmediate(afterwards)
        isOver = true
      },
    }
  }

  const serve: Serve = async (call, answer, wire) => {
    const begun = begin(call)
    let effect: 'none' | 'now' | 'late' = 'none'
    try {
      switch (begun.fault?.mode) {
        case 'refuse':
          wire.refuse()
          return begun.end('refused', 'none')
        case 'hang':
          await gone(wire.gone)
          return begun.end('hung', 'none')
        case 'drop-before-effect':
          wire.cut()
          return begun.end('dropped', 'none')
        case 'wrong-status':
        case 'auth-failure':
        case 'session-limit':
        case 'licence-missing': {
          const reply = wire.refusal(begun.fault.mode, begun.fault.status)
          await wire.send(reply)
          return begun.end(wire.outcome(reply), 'none')
        }
        case 'rate-limited': {
          const reply = wire.rateLimited?.(begun.fault.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_S)
          if (reply === undefined) break
          await wire.send(reply)
          return begun.end(wire.outcome(reply), 'none')
        }
        case 'slow':
          await clock.wall(begun.delayMs, wire.gone)
          break
      }

      const { effect: act, reply: compose } = await answer()
      const mode = begun.fault?.mode
      if (act !== undefined && mode !== 'ack-no-effect') {
        if (mode === 'effect-late') {
          effect = 'late'
          clock.after(begun.delayMs, () => void act())
        } else {
          effect = 'now'
          await act()
        }
      }
      const reply = await compose()

      if (mode === 'reply-lost-after-effect') {
        wire.cut()
        return begun.end('dropped', effect)
      }
      if (mode === 'drop-mid-reply') {
        await wire.sendHalf(reply)
        return begun.end('dropped', effect)
      }
      const sent = mode === 'garbage' ? wire.garbage(reply) : reply
      const outcome = mode === 'garbage' ? 'garbage' : wire.outcome(sent)
      await wire.send(sent)
      begun.end(wire.gone.aborted ? 'client gone' : outcome, effect)
    } catch (error) {
      begun.end(error instanceof Error ? `failed: ${error.message}` : 'failed', effect)
      throw error
    }
  }

  return { serve, begin }
}

function gone(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
