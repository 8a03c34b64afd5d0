import type { Clock } from '../clock.ts'
import { alarm } from './alarm.ts'
import { approvalTimeLeft, expiryWish, needsApproval } from './approval.ts'
import type { WorkflowEventBody } from './events.ts'
import type { Gate } from './gate.ts'
import type { WishRecord, WorkflowRecord } from './record.ts'
import type { RecordKeeper } from './record-keeper.ts'

interface RunApprovalDeps {
  readonly keeper: RecordKeeper
  readonly gate: Gate
  readonly clock: Clock
  /** Cancels the run. */
  readonly cancel: (wish: WishRecord) => Promise<unknown>
}

/** A second person's yes to one run: asked for, given once, or not given in time. */
export class RunApproval {
  readonly #deps: RunApprovalDeps
  /** A yes that is being written down. */
  #approving: Promise<void> | undefined

  constructor(deps: RunApprovalDeps) {
    this.#deps = deps
  }

  /** What the run says of it when it is made. */
  get askedFor(): readonly WorkflowEventBody[] {
    const { approval } = this.#deps.keeper.record
    if (!needsApproval(approval)) return []
    const { reason, until } = approval
    return [{ type: 'workflow.approval-required', reason, ...(until === undefined ? {} : { until }) }]
  }

  /** Durable when it resolves; the first yes counts. */
  async give(wish: WishRecord): Promise<'approved' | 'already-approved'> {
    const { keeper, gate } = this.#deps
    if (!needsApproval(keeper.record.approval)) {
      await this.#approving
      return 'already-approved'
    }
    const { by, reason, via } = wish
    const granted = ({ approval, ...record }: WorkflowRecord): WorkflowRecord =>
      approval === undefined ? record : { ...record, approval: { ...approval, granted: wish } }
    this.#approving = keeper.transition(granted, { type: 'workflow.approved', by, reason, via })
    await this.#approving
    gate.poke()
    return 'approved'
  }

  /** Cancels the run when nobody has approved it in time, also where that was over while no process worked on it. */
  expiry(): Disposable | undefined {
    const { keeper, clock, cancel } = this.#deps
    const { approval } = keeper.record
    const left = needsApproval(approval) ? approvalTimeLeft(approval, clock) : undefined
    if (approval === undefined || left === undefined) return undefined
    const expire = () => {
      // a store that fails is noticed by the end that comes of it
      if (needsApproval(keeper.record.approval)) cancel(expiryWish(approval, clock)).catch(() => {})
    }
    if (left > 0) return alarm(clock, left, expire)
    expire()
    return undefined
  }
}
