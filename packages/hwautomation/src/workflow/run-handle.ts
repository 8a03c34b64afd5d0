import { HwError } from '../errors.ts'
import { type FollowOptions, followEvents } from './event-stream.ts'
import type { WorkflowEvent } from './events.ts'
import { outcomeOf, type RunOutcome } from './outcome.ts'
import type { WorkflowStore } from './ports.ts'
import type { WorkflowRecord } from './record.ts'
import type { CancelAnswer, Run } from './run.ts'
import { hasEnded, type WorkflowStatus } from './status.ts'

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
   * @throws HwError `workflow.not-running-here` for an unfinished run that this process does not work on
   */
  cancel(wish: { readonly by: string; readonly reason: string }): Promise<CancelAnswer>
  /** How it ended, once it has. Never rejects for a failed server: `status` and `error` say it. */
  outcome(): Promise<RunOutcome>
}

/** The handle of a run that goes on, or went on, in this process. */
export function liveHandle(run: Run, store: WorkflowStore): RunHandle {
  return {
    id: run.id,
    get status() {
      return run.record.status
    },
    record: () => run.record,
    events: (options) =>
      followEvents(store, run.id, { on: (listener) => run.events.on(listener), finished: run.finished }, options),
    cancel: ({ by, reason }) => run.cancel(by, reason),
    outcome: async () => {
      await run.finished
      return run.outcome()
    },
  }
}

/** The handle of a run that is only in the store. An unfinished one waits there to be resumed: it has no outcome yet. */
export function storedHandle(record: WorkflowRecord, store: WorkflowStore): RunHandle {
  const { id, status } = record
  return {
    id,
    status,
    record: () => record,
    events: (options) => followEvents(store, id, undefined, options),
    cancel: async () => {
      if (hasEnded(status)) return 'too-late'
      throw notRunningHere(record)
    },
    outcome: async () => outcomeOf(record),
  }
}

function notRunningHere({ id, status }: WorkflowRecord): HwError {
  return new HwError({
    code: 'workflow.not-running-here',
    kind: 'conflict',
    message: `Run ${id} is ${status} in the store, but this process is not working on it.`,
    hint: 'Cancel it in the process that is working on it.',
    context: { run: id },
  })
}
