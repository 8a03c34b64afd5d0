import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Redactor } from '../redaction.ts'
import type { ApprovalWish } from './approval.ts'
import type { WorkflowStore } from './ports.ts'
import type { Duration } from './step.ts'
import type { ApprovalRecord } from './record.ts'

export interface ManagerOptions {
  readonly store: WorkflowStore
  /** Default: the wall clock. */
  readonly clock?: Clock
  /** Default: silent. */
  readonly logger?: Logger
  /** Knows the secrets that must not appear in records, events, errors and logs. */
  readonly redactor?: Redactor
  /** Runs at a time; the others wait, PENDING. Default 10. */
  readonly concurrency?: number
  /**
   * What becomes of unfinished runs that the store holds from an earlier process. `continue` (default): they go on at the step they were
   * in. `park`: they wait for `resume`, and say so. `fail`: they end FAILED, with what they left behind. `leave`: nothing is written;
   * they hold their machines, and wait for `resume`.
   */
  readonly resume?: 'continue' | 'park' | 'fail' | 'leave'
  /** Wall time that aborted work has to stop, and that `close` waits by default. Default 30 s. */
  readonly closeGrace?: Duration
}

export interface StartOptions {
  /** Who wants it, for people and for the fair queue. Default `anonymous`. */
  readonly requestedBy?: string
  /** The door it comes through. Default `api`. */
  readonly via?: string
  /** A second start with the same key is the first run, whatever has become of it. */
  readonly idempotencyKey?: string
  /**
   * The run waits, PENDING and without a slot, until somebody other than `requestedBy` approves it (`manager.approve`). Whoever refuses
   * cancels it. Needs `requestedBy`.
   */
  readonly approval?: ApprovalWish
  /** The batch that the run is one of; `startBatch` says it. */
  readonly batch?: string
  /** The second person's yes to all of that batch; `startBatch` says it. It holds for the run as one of its own would. */
  readonly approved?: ApprovalRecord
  /** Gives up resolving the request. A run that was started is not touched by it. */
  readonly signal?: AbortSignal
}

export interface CloseOptions {
  /**
   * `detach` (default): runs stop sending and stay as they are in the store, to be resumed. `cancel`: runs are cancelled, with undo.
   * `drain`: runs, waiting ones too, go on to their end.
   */
  readonly mode?: 'detach' | 'cancel' | 'drain'
  /** Wall time; what is not over then is detached. Default `closeGrace`. */
  readonly within?: Duration
}
