import type { WorkflowEvent, WorkflowRecord, WorkflowStore } from 'hwautomation'
import { finalPost, failurePost, stepPost } from '../views/thread.ts'
import { logFile } from '../views/log-file.ts'
import { runMessage } from '../views/run-message.ts'
import type { Desk } from './desk.ts'
import type { PlannedReply, Subject } from './subject.ts'

/** Posts of steps in a thread; with the end of the run that makes eight. */
const MOST_STEP_POSTS = 7
/** A log file has the newest events where there are more. */
const MOST_LOG_EVENTS = 5_000

/** One run, with a message of its own. */
export function runSubject(id: string, desk: Desk): Subject<WorkflowRecord> {
  return {
    read: () => readRun(id, desk),
    revision: (record) => record.seq,
    endedAt: (record) => (hasEnded(record) ? (record.endedAt ?? record.createdAt) : undefined),
    isBusy: (record) => record.status === 'RUNNING',
    message: (record, link, mode) =>
      runMessage(record, {
        mode,
        now: desk.clock.now(),
        followers: link.followers,
        ...(link.retriedAs === undefined ? {} : { retriedAs: link.retriedAs }),
        working: hasEnded(record) || desk.manager.isWorkingOn(id),
        state: desk.manager.state,
      }),
    replies: (record, link) => [
      ...stepReplies(record),
      ...endReplies(record, desk.store, { mention: link.requester, broadcast: true, log: true }),
    ],
    goodbye: (record) => endPost(record),
  }
}

/** The run as it is now. That it has ended counts only once it is written down: a crash before that would take it back. */
export async function readRun(id: string, { manager, store }: Desk): Promise<WorkflowRecord | undefined> {
  const record = (await manager.get(id))?.record()
  return record !== undefined && hasEnded(record) ? store.load(id) : record
}

export function hasEnded({ status }: Pick<WorkflowRecord, 'status'>): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED'
}

export interface EndOptions {
  /** Slack user id, called where the run failed. */
  readonly mention?: string | undefined
  /** A failure is shown in the channel too. */
  readonly broadcast?: boolean
  /** The log of a failure, as a file. */
  readonly log: boolean
  /** Tells runs that share a thread apart. */
  readonly prefix?: string
}

/** What is said at the end of a run: its error with the log as a file, or its results. */
export function endReplies(record: WorkflowRecord, store: WorkflowStore, options: EndOptions): PlannedReply[] {
  if (!hasEnded(record)) return []
  const { mention, broadcast = false, log, prefix = '' } = options
  const failed = record.status === 'FAILED'
  const name = `${prefix}end`
  const content = () => (failed ? failurePost(record, mention) : endPost(record))
  const post: PlannedReply = {
    name,
    is: 'end',
    make: async () => ({ name, is: 'post', content: content(), broadcast: failed && broadcast }),
  }
  return failed && log ? [post, logReply(record, store, `${prefix}log`)] : [post]
}

function logReply(record: WorkflowRecord, store: WorkflowStore, name: string): PlannedReply {
  return {
    name,
    is: 'end',
    make: async () => {
      const events: WorkflowEvent[] = []
      for await (const event of store.events(record.id, 0)) {
        events.push(event)
        if (events.length > 2 * MOST_LOG_EVENTS) events.splice(0, MOST_LOG_EVENTS)
      }
      return { name, is: 'file', file: logFile(record, events.slice(-MOST_LOG_EVENTS)) }
    },
  }
}

/** Nobody is called for a run that was cancelled or is done. */
function endPost(record: WorkflowRecord) {
  return record.status === 'COMPLETED' ? finalPost(record) : failurePost(record)
}

/** Steps that were done in this run, in the order in which they ended. */
function stepReplies(record: WorkflowRecord): PlannedReply[] {
  return record.steps
    .filter((step) => step.status === 'completed' && step.carriedFrom === undefined)
    .slice(0, MOST_STEP_POSTS)
    .map(({ id }) => {
      const name = `step/${id}`
      return { name, is: 'step', make: async () => ({ name, is: 'post', content: stepPost(record, id) }) }
    })
}
