import type { BatchRecord, WorkflowRecord } from 'hwautomation'
import { batchEndPost, batchMessage } from '../views/batch-message.ts'
import type { Link } from '../state/documents.ts'
import type { Desk } from './desk.ts'
import { pausedNote } from './notes.ts'
import { endReplies, hasEnded, readRun } from './run-subject.ts'
import type { PlannedReply, Subject } from './subject.ts'

/** Log files in the thread of a batch; the others are a click away. */
const MOST_LOGS = 10

export interface BatchState {
  readonly batch: BatchRecord
  /** By run id: those that are under way, and those that did not complete. */
  readonly runs: ReadonlyMap<string, WorkflowRecord>
}

/** One batch: a board of its servers, failures in its thread. Its runs have no message of their own. */
export function batchSubject(id: string, desk: Desk): Subject<BatchState> {
  const ended = new Map<string, WorkflowRecord>()
  return {
    async read() {
      const batch = await desk.manager.batch(id)
      return batch === undefined ? undefined : { batch, runs: await runsOf(batch, desk, ended) }
    },
    revision: ({ batch }) => batch.revision,
    endedAt: ({ batch }) => (batch.status === 'ended' ? (batch.endedAt ?? batch.createdAt) : undefined),
    isBusy: ({ batch }) => batch.status !== 'ended',
    message: ({ batch, runs }, _link, mode) => batchMessage(batch, runs, { mode, now: desk.clock.now() }),
    replies: (state, link) => [...memberReplies(state, desk), ...pauseReply(state, link), ...endReply(state, link)],
    goodbye: ({ batch, runs }) => batchEndPost(batch, runs),
  }
}

/** Runs that have ended are read once; of those that completed nothing is kept. */
async function runsOf(batch: BatchRecord, desk: Desk, ended: Map<string, WorkflowRecord>) {
  const runs = new Map<string, WorkflowRecord>()
  for (const { run, outcome } of batch.items) {
    if (run === undefined || outcome === 'COMPLETED') continue
    const record = ended.get(run) ?? (await readRun(run, desk))
    if (record === undefined) continue
    runs.set(run, record)
    if (hasEnded(record)) ended.set(run, slim(record))
  }
  return runs
}

/** Without what no message shows: a batch of two hundred is kept in memory as long as it goes on. */
function slim(record: WorkflowRecord): WorkflowRecord {
  const steps = record.steps.map((step) => ({ ...step, intents: [], evidence: step.error ? step.evidence : [] }))
  return { ...record, steps }
}

/** Failures of its runs as they come. Nobody is called for each: the batch calls once. */
function memberReplies({ batch, runs }: BatchState, { store }: Desk): PlannedReply[] {
  const failed = batch.items.flatMap(({ run }) => {
    const record = run === undefined ? undefined : runs.get(run)
    return record?.status === 'FAILED' ? [record] : []
  })
  return failed
    .toSorted((one, other) => (one.endedAt ?? '').localeCompare(other.endedAt ?? ''))
    .flatMap((record, at) => endReplies(record, store, { log: at < MOST_LOGS, prefix: `${record.id}/` }))
}

/** Somebody has to decide: it was paused by its own failure threshold. */
function pauseReply({ batch }: BatchState, { requester }: Link): PlannedReply[] {
  const { status, paused, approval } = batch
  const isForApproval = approval !== undefined && approval.granted === undefined
  if (status !== 'paused' || paused?.by !== 'hwautomation' || isForApproval) return []
  const name = `paused/${paused.at}`
  const make: PlannedReply['make'] = async () => ({ name, is: 'post', content: pausedNote(paused, requester) })
  return [{ name, is: 'end', make }]
}

function endReply({ batch, runs }: BatchState, { requester }: Link): PlannedReply[] {
  if (batch.status !== 'ended') return []
  const allDone = batch.items.every(({ outcome }) => outcome === 'COMPLETED')
  const mention = allDone || batch.cancel !== undefined ? undefined : requester
  const make: PlannedReply['make'] = async () => ({
    name: 'end',
    is: 'post',
    content: batchEndPost(batch, runs, mention),
    broadcast: !allDone,
  })
  return [{ name: 'end', is: 'end', make }]
}
