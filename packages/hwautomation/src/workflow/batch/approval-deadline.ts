import { alarm } from '../alarm.ts'
import { approvalTimeLeft, needsApproval } from '../approval.ts'
import type { Clock } from '../../clock.ts'
import type { BatchRecord } from './record.ts'

/** Rings once when the time is over in which a second person may say yes to a batch. */
export class ApprovalDeadline implements Disposable {
  readonly #clock: Clock
  readonly #ring: () => void
  #alarm: Disposable | undefined

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** To be called whenever the batch may have changed. */
  watch({ approval, status }: BatchRecord): void {
    const waits = status === 'paused' && needsApproval(approval)
    const left = waits ? approvalTimeLeft(approval, this.#clock) : undefined
    if (left === undefined) this[Symbol.dispose]()
    else this.#alarm ??= alarm(this.#clock, left, this.#ring)
  }

  [Symbol.dispose](): void {
    this.#alarm?.[Symbol.dispose]()
    this.#alarm = undefined
  }
}
