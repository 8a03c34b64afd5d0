import type { BatchRecord, WorkflowEvent, WorkflowRecord } from 'hwautomation'
import type { Link } from '../state/documents.ts'
import type { Desk } from './desk.ts'
import { hasEnded, readRun } from './run-subject.ts'

type Created = Extract<WorkflowEvent, { type: 'workflow.created' }>

/** What was started before the bot heard of it, and ended longer ago than this, is not news. */
export const NEWS_FOR_MS = 24 * 3_600_000

/**
 * The link of a run that nobody ordered here: one that retries a run of ours is shown where that was, one started elsewhere in the channel
 * for announcements. Undefined where it is not to be shown by a message of its own.
 */
export async function adopted(event: Created, desk: Desk, announceChannel?: string): Promise<Link | undefined> {
  const { workflowId: id, retryOf, via, at } = event
  const parent = retryOf === undefined ? undefined : await linkOf(retryOf, desk)
  const elsewhere = via !== 'slack' && announceChannel !== undefined
  if (parent === undefined && !elsewhere) return undefined
  if ((await desk.state.links.get(id)) !== undefined) return undefined
  const record = await readRun(id, desk)
  if (record === undefined || record.batch !== undefined || isOldNews(record, desk)) return undefined
  if (parent === undefined) return newLink({ id, is: 'run', channel: announceChannel!, at, adopted: true })
  const { channel, requester } = parent
  return newLink({ id, is: 'run', channel, at, adopted: true, ...(requester === undefined ? {} : { requester }) })
}

/** The link of a batch that was ordered elsewhere. */
export async function adoptedBatch(
  batch: BatchRecord,
  desk: Desk,
  announceChannel?: string,
): Promise<Link | undefined> {
  const { id, via, status, createdAt: at } = batch
  if (announceChannel === undefined || via === 'slack' || status === 'ended') return undefined
  if ((await desk.state.links.get(id)) !== undefined) return undefined
  return newLink({ id, is: 'batch', channel: announceChannel, at, adopted: true })
}

export function newLink(link: Pick<Link, 'id' | 'is' | 'channel'> & Partial<Link>): Link {
  return { tellMe: false, followers: [], shown: 0, done: false, ...link }
}

/** The message of a run, or of the batch it belongs to. */
async function linkOf(run: string, desk: Desk): Promise<Link | undefined> {
  const own = await desk.state.links.get(run)
  if (own !== undefined) return own
  const batch = (await readRun(run, desk))?.batch
  return typeof batch === 'string' ? desk.state.links.get(batch) : undefined
}

function isOldNews(record: WorkflowRecord, { clock }: Desk): boolean {
  return hasEnded(record) && clock.now() - Date.parse(record.endedAt ?? record.createdAt) > NEWS_FOR_MS
}
