import { needsApproval, waitsForApproval } from './approval.ts'
import { leavesTheRun, untilAborted } from './cancellation.ts'
import type { Gate } from './gate.ts'
import type { WaitingFor, WishRecord, WorkflowRecord } from './record.ts'
import type { Slots } from './slots.ts'
import type { Waits } from './waits.ts'

export interface TurnDeps {
  readonly slots: Slots
  readonly gate: Gate
  readonly waits: Waits
  readonly record: () => WorkflowRecord
}

/** A run's turn to work: nobody must approve it any more, it has a slot, and neither it nor the manager is held. Says durably what it waits for. */
export class Turn {
  readonly #deps: TurnDeps
  #release: (() => void) | undefined

  constructor(deps: TurnDeps) {
    this.#deps = deps
  }

  /** Resolves when the run may go on; at once where nothing is in the way. Rejects with the signal's reason, without a slot. */
  async take(signal: AbortSignal): Promise<void> {
    for (;;) {
      const held = this.#heldBy()
      if (held === undefined && this.#release !== undefined) return
      if (held !== undefined) {
        this.give() // others may use the slot meanwhile
        await this.#until(held, signal)
      } else this.#release = await this.#slot(signal)
    }
  }

  /** Nothing is in the way now. What was awaited may be over again by the time one goes on: asked last before a step. */
  get isMine(): boolean {
    return this.#release !== undefined && this.#heldBy() === undefined
  }

  /** The slot for clearing up, whoever else waits: what has begun must be brought to an end. */
  insist(): void {
    this.#release ??= this.#deps.slots.tryTake() ?? (() => {})
  }

  /** Gives the slot back. */
  give(): void {
    this.#release?.()
    this.#release = undefined
  }

  async #slot(signal: AbortSignal): Promise<() => void> {
    const { slots, waits, record } = this.#deps
    const free = slots.tryTake()
    if (free !== undefined) return free
    const said = waits.begin('slot', 'all slots are taken by other runs')
    return await saying(said, () => slots.take(record().requestedBy, signal))
  }

  async #until({ kind = 'hold', detail, more, still }: Held, signal: AbortSignal): Promise<void> {
    const { gate, waits } = this.#deps
    const said = waits.begin(kind, detail, more)
    await saying(said, () => untilAborted<void>(signal, (resolve) => gate.whenever(() => !still(), resolve)))
  }

  #heldBy(): Held | undefined {
    const { gate, record } = this.#deps
    const { hold, status, approval } = record()
    if (needsApproval(approval)) {
      const { since, until } = approval
      return {
        kind: 'approval',
        detail: waitsForApproval(record().requestedBy, approval),
        more: { since, ...(until === undefined ? {} : { until }) },
        still: () => needsApproval(record().approval),
      }
    }
    if (hold !== undefined)
      return { detail: `${said(hold, 'held')}; release it to go on`, still: () => record().hold !== undefined }
    const { intake } = gate
    if (intake === undefined || (intake.is === 'draining' && status !== 'PENDING')) return undefined
    const what = intake.is === 'paused' ? 'all runs are paused' : 'no run is begun any more'
    return { detail: said(intake, what), still: () => gate.intake === intake }
  }
}

interface Held {
  /** Default `hold`. */
  readonly kind?: WaitingFor['kind']
  readonly more?: Pick<WaitingFor, 'since' | 'until'>
  readonly detail: string
  readonly still: () => boolean
}

/** What it waits for is said as long as it does; still, where this process lets go of the run: it waits on. */
async function saying<T>({ end }: Pick<ReturnType<Waits['begin']>, 'end'>, wait: () => Promise<T>): Promise<T> {
  try {
    const result = await wait()
    await end()
    return result
  } catch (error) {
    if (!leavesTheRun(error)) await end()
    throw error
  }
}

function said({ by, reason }: WishRecord, what: string): string {
  return `${what} by ${by}${reason === '' ? '' : `: ${reason}`}`
}
