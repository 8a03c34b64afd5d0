import { type Clock, timestamp } from '../clock.ts'
import { type ErrorKind, HwError, isHwError } from '../errors.ts'
import { LeaseLost } from './cancellation.ts'
import type { EffectSpec } from './context.ts'
import type { WorkflowEventBody } from './events.ts'
import type { EffectClass, Intent, Json, WorkflowRecord } from './record.ts'
import { type RecordKeeper, stepOf, withStep } from './record-keeper.ts'
import { toJson } from './shorten.ts'
import type { MayTouch } from './touching.ts'

/** The device answered and said no: the call had no effect. */
const REFUSALS: ReadonlySet<ErrorKind> = new Set(['busy', 'auth', 'conflict', 'invalid', 'licence'])
/** The call went out and nobody heard how it ended. */
const LOST: ReadonlySet<ErrorKind> = new Set(['lost-contact-after-effect', 'timeout', 'unknown-outcome'])

/** Keys of what an undo sends, so that it is not taken for what the step sent. */
export const UNDO_PREFIX = 'undo/'

/** Where the intents of a step, or of the settling, are kept. */
export interface IntentLedger {
  /** Step id in events. */
  readonly step: string
  /** Put before keys. */
  readonly prefix: string
  intents(): readonly Intent[]
  /** Durable when it resolves. */
  write(intents: readonly Intent[], event: WorkflowEventBody): Promise<void>
}

/** The ledger of a step; `undo` has keys of its own in it. */
export function stepLedger(keeper: RecordKeeper, step: string, prefix = ''): IntentLedger {
  return {
    step,
    prefix,
    intents: () => stepOf(keeper.record, step).intents,
    write: (intents, event) =>
      keeper.transition((record) => withStep(record, step, (is) => ({ ...is, intents })), event),
  }
}

/** The ledger of the settling after a failure or a cancel. */
export function settleLedger(keeper: RecordKeeper): IntentLedger {
  return {
    step: 'settle',
    prefix: '',
    intents: () => keeper.record.settleIntents ?? [],
    write: (settleIntents, event) =>
      keeper.transition((record): WorkflowRecord => ({ ...record, settleIntents }), event),
  }
}

const ALWAYS: MayTouch = { isAllowed: () => true, allowed: async () => {} }

/** Sends mutating calls so that none is sent twice by mistake: the intent is durable before the call, its class decides afterwards. */
export class Effects {
  readonly #ledger: IntentLedger
  readonly #classes: Readonly<Record<string, EffectClass>>
  readonly #clock: Clock
  readonly #mayTouch: MayTouch
  readonly #sending = new Set<string>()

  constructor(
    ledger: IntentLedger,
    classes: Readonly<Record<string, EffectClass>>,
    clock: Clock,
    mayTouch: MayTouch = ALWAYS,
  ) {
    this.#ledger = ledger
    this.#classes = classes
    this.#clock = clock
    this.#mayTouch = mayTouch
  }

  /** See `StepContext.effect`. After `signal` has aborted nothing is sent any more. */
  async perform<Marker extends Json>(spec: EffectSpec<Marker>, signal: AbortSignal): Promise<'sent' | 'had-happened'> {
    const effectClass = this.#classOf(spec)
    const key = this.#ledger.prefix + (spec.key ?? '')
    const name = key === '' ? spec.effect : `${spec.effect} (${key})`
    if (this.#sending.has(name)) throw defect(`Effect ${name} is being sent already; give each its own key.`)
    this.#sending.add(name)
    try {
      const earlier = this.#find(spec.effect, key)
      if (earlier !== undefined && earlier.sent > 0 && effectClass !== 'set') {
        const verdict = await this.#verdict(spec, earlier, effectClass, name)
        if (verdict === 'happened') return 'had-happened'
      }
      return await this.#send(spec, { effectClass, key, name, signal })
    } finally {
      this.#sending.delete(name)
    }
  }

  async #send<Marker extends Json>(spec: EffectSpec<Marker>, call: Call): Promise<'sent' | 'had-happened'> {
    const { effectClass, key, name, signal } = call
    const marker = await this.#whenAllowed(spec, call)
    if (signal.aborted) return this.#takeBack(spec.effect, key, signal.reason)
    try {
      await spec.act(marker as Marker)
      return 'sent'
    } catch (error) {
      const refused = isHwError(error) && error !== signal.reason && REFUSALS.has(error.kind)
      if (effectClass === 'blind' && refused) return this.#takeBack(spec.effect, key, error)
      if (signal.aborted) throw error
      if (effectClass === 'blind') throw unknownOutcome(name, error)
      if (effectClass === 'marked' && isHwError(error) && LOST.has(error.kind))
        return this.#afterLostAnswer(spec, marker as Marker, name, error)
      throw error
    }
  }

  /** With the intent on record and nothing against sending: no switch that was turned meanwhile is overlooked. */
  async #whenAllowed<Marker extends Json>(spec: EffectSpec<Marker>, call: Call): Promise<Json> {
    const { effectClass, key, signal } = call
    for (;;) {
      signal.throwIfAborted()
      if (!this.#mayTouch.isAllowed()) await this.#mayTouch.allowed(signal)
      signal.throwIfAborted()
      const marker = spec.marker === undefined ? null : toJson(await spec.marker())
      signal.throwIfAborted()
      if (!this.#mayTouch.isAllowed()) continue
      await this.#intend(spec.effect, key, effectClass, marker)
      if (signal.aborted || this.#mayTouch.isAllowed()) return marker
      await this.#unsend(spec.effect, key)
    }
  }

  async #afterLostAnswer<Marker extends Json>(
    spec: EffectSpec<Marker>,
    marker: Marker,
    name: string,
    lost: HwError,
  ): Promise<'had-happened'> {
    const verdict = await spec.happened?.(marker).catch(() => 'unreadable' as const)
    if (verdict === 'happened') return 'had-happened'
    if (verdict === 'unknown') throw unknownOutcome(name, lost)
    // not happened, or the marker cannot be read now: the next attempt asks again before it sends anything
    if (lost.retryable) throw lost
    throw new HwError({
      code: 'workflow.answer-lost',
      kind: 'lost-contact-after-effect',
      message: `The answer to ${name} was lost: ${lost.message}`,
      ...(lost.hint === undefined ? {} : { hint: lost.hint }),
      cause: lost,
    })
  }

  async #verdict<Marker extends Json>(
    spec: EffectSpec<Marker>,
    earlier: Intent,
    effectClass: EffectClass,
    name: string,
  ): Promise<'happened' | 'not-happened'> {
    if (earlier.state === 'done') return 'happened'
    const verdict = effectClass === 'marked' ? await spec.happened?.(earlier.marker as Marker) : 'unknown'
    if (verdict === 'happened' || verdict === 'not-happened') return verdict
    throw unknownOutcome(name)
  }

  #intend(effect: string, key: string, effectClass: EffectClass, marker: Json): Promise<void> {
    const sent = (this.#find(effect, key)?.sent ?? 0) + 1
    const at = timestamp(this.#clock)
    return this.#write({ effect, key, class: effectClass, marker, at, sent, state: 'intended' })
  }

  /** It did not go out, or was refused: says so, as far as that can be written, and throws. */
  async #takeBack(effect: string, key: string, reason: unknown): Promise<never> {
    if (!(reason instanceof LeaseLost)) await this.#unsend(effect, key)
    throw reason
  }

  async #unsend(effect: string, key: string): Promise<void> {
    const intent = this.#find(effect, key)
    if (intent !== undefined) await this.#write({ ...intent, sent: intent.sent - 1 })
  }

  #write(intent: Intent): Promise<void> {
    const others = this.#ledger.intents().filter((other) => other.effect !== intent.effect || other.key !== intent.key)
    const { effect, key, sent } = intent
    return this.#ledger.write([...others, intent], { type: 'step.intent', step: this.#ledger.step, effect, key, sent })
  }

  #find(effect: string, key: string): Intent | undefined {
    return this.#ledger.intents().find((intent) => intent.effect === effect && intent.key === key)
  }

  #classOf<Marker extends Json>(spec: EffectSpec<Marker>): EffectClass {
    const effectClass = Object.hasOwn(this.#classes, spec.effect) ? this.#classes[spec.effect] : undefined
    if (effectClass === undefined) throw defect(`Effect "${spec.effect}" is not in the workflow's effect table.`)
    if (effectClass === 'marked' && (spec.marker === undefined || spec.happened === undefined))
      throw defect(`Effect "${spec.effect}" is marked: it needs \`marker\` and \`happened\`.`)
    return effectClass
  }
}

interface Call {
  readonly effectClass: EffectClass
  readonly key: string
  readonly name: string
  readonly signal: AbortSignal
}

/** Nobody can tell whether a call that must not be repeated took effect. */
export function unknownOutcome(name: string, cause?: unknown): HwError {
  return new HwError({
    code: 'workflow.unknown-outcome',
    kind: 'unknown-outcome',
    message: `It is not known whether ${name} took effect; it is not sent again.`,
    hint: `Look at the device whether ${name} happened, then retry the run with \`assume\` "done" or "not-done".`,
    context: { effect: name, ...(isHwError(cause) ? { answer: cause.message } : {}) },
    ...(cause === undefined ? {} : { cause }),
  })
}

function defect(message: string): HwError {
  return new HwError({
    code: 'workflow.effect-misuse',
    kind: 'internal',
    message,
    hint: 'This is a defect of the step; see docs/concepts.md, "Effects".',
  })
}
