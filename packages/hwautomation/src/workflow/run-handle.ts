import { type FollowOptions, followEvents } from './event-stream.ts'
import type { WorkflowEvent } from './events.ts'
import { outcomeOf, type RunOutcome } from './outcome.ts'
import type { WorkflowStore } from './ports.ts'
import type { WorkflowRecord } from './record.ts'
import type { CancelAnswer, Run } from './run.ts'
import type { WorkflowStatus } from './status.ts'
import type { CancelWish } from './wishes.ts'

/** One run, to follow and to cancel. Also of a run that has ended, or that no manager of this process is working on. */
export interface RunHandle {
  readonly id: string
  readonly status: WorkflowStatus
  /** The document as it is now. */
  record(): WorkflowRecord
  /** All events from the beginning, or after a `seq`, then live ones; ends with the run. */
  events(options?: FollowOptions): AsyncIterable<WorkflowEvent>
  /**
   * Asks the run to end at its next safe point; visible in the record at once, durable when this resolves. The first wish counts.
   * @throws HwError `workflow.manager-closed`
   */
  cancel(wish: CancelWish): Promise<CancelAnswer>
  /** How it ended, once it has; for a parked run, once somebody has resumed it and it has. Never rejects for a failed server: `status` and `error` say it. */
  outcome(): Promise<RunOutcome>
}

/** The handle of a run that goes on, or went on, in this process. */
export function liveHandle(
  run: Run,
  store: WorkflowStore,
  cancel: (wish: CancelWish) => Promise<CancelAnswer>,
): RunHandle {
  return {
    id: run.id,
    get status() {
      return run.record.status
    },
    record: () => run.record,
    events: (options) =>
      followEvents(store, run.id, { on: (listener) => run.events.on(listener), finished: run.finished }, options),
    cancel: async (wish) => cancel(wish),
    outcome: async () => {
      await run.finished
      return run.outcome()
    },
  }
}

/** The handle of a run that is only in the store: it has ended. */
export function storedHandle(
  record: WorkflowRecord,
  store: WorkflowStore,
  cancel: (wish: CancelWish) => Promise<CancelAnswer> = async () => 'too-late',
): RunHandle {
  const { id, status } = record
  return {
    id,
    status,
    record: () => record,
    events: (options) => followEvents(store, id, undefined, options),
    cancel,
    outcome: async () => outcomeOf(record),
  }
}
