import { type Clock, timestamp } from '../clock.ts'
import { HwError } from '../errors.ts'
import { toMs } from './duration.ts'
import type { ApprovalRecord, WishRecord, WorkflowRecord } from './record.ts'
import type { Duration } from './step.ts'
import type { Wish } from './wishes.ts'

/** What a run needs before it begins: a second person who says yes. */
export interface ApprovalWish {
  /** Why somebody must look first, for the one who is asked. */
  readonly reason: string
  /** After how long without an answer it is cancelled, on the manager's clock and counted through restarts. Default: it waits. */
  readonly expiresIn?: Duration
}

/**
 * As the record of a new run says it.
 * @throws TypeError for a duration that is none, and where nobody says who asks: nobody could be told from them; RangeError for a
 * duration that leads beyond the calendar
 */
export function approvalWanted(
  { reason, expiresIn }: ApprovalWish,
  { at, requestedBy = '' }: { readonly at: string; readonly requestedBy?: string },
): ApprovalRecord {
  if (isNobody(requestedBy))
    throw new TypeError('What needs the approval of a second person needs `requestedBy`: the first one.')
  return { reason, since: at, ...(expiresIn === undefined ? {} : untilOf(at, toMs(expiresIn))) }
}

/**
 * What a retry needs of the approval that the run before it needed. One that was granted holds for the same person's retry of the same
 * work; whoever else takes it up, the one who approved included, needs a second person again, and has as long for it.
 */
export function approvalOfRetry(of: WorkflowRecord, asked: WishRecord): ApprovalRecord | undefined {
  const { approval } = of
  if (approval === undefined) return undefined
  const { reason, since, until, granted } = approval
  if (granted !== undefined && isSamePerson(of.requestedBy, asked.by)) return approval
  const span = until === undefined ? undefined : Date.parse(until) - Date.parse(since)
  return { reason, since: asked.at, ...(span === undefined ? {} : untilOf(asked.at, span)) }
}

/** What can wait for a second person: a run, or a batch of them. */
export interface Approvable {
  /** Default: a run. */
  readonly is?: 'Run' | 'Batch'
  readonly id: string
  readonly resourceLabel: string
  readonly requestedBy: string
  readonly status: string
  readonly approval?: ApprovalRecord
  readonly cancel?: WishRecord
}

/** Whether nobody has said yes yet. */
export function needsApproval(approval: ApprovalRecord | undefined): approval is ApprovalRecord {
  return approval !== undefined && approval.granted === undefined
}

/** What the run says while it waits for a second person. */
export function waitsForApproval(requestedBy: string, { reason }: ApprovalRecord): string {
  return `somebody other than ${requestedBy} must approve it${reason === '' ? '' : `: ${reason}`}`
}

/**
 * Refuses what does not count as a second person's yes. One that comes again is no fault.
 * @throws HwError `workflow.own-approval`, `workflow.not-waiting-for-approval`
 */
export function assertApprovable(record: Approvable, { by }: Wish, clock: Clock): void {
  const { approval, cancel } = record
  if (approval === undefined) throw notWaiting(record, 'it needs no approval')
  if (isSamePerson(record.requestedBy, by) || isNobody(by)) throw ownApproval(record, by)
  if (approval.granted !== undefined) return
  if (cancel !== undefined) throw notWaiting(record, `${cancel.by} cancelled it at ${cancel.at}`)
  if (isOver(approval, clock)) throw notWaiting(record, `the time for it was over at ${approval.until}`)
}

/** Milliseconds until nobody can say yes any more; undefined where it may take for ever. */
export function approvalTimeLeft({ until }: ApprovalRecord, clock: Clock): number | undefined {
  return until === undefined ? undefined : Math.max(0, Date.parse(until) - clock.now())
}

/** The wish to cancel a run that nobody approved. */
export function expiryWish({ until, reason }: ApprovalRecord, clock: Clock): WishRecord {
  return {
    by: 'hwautomation',
    reason: `nobody approved it by ${until} (${reason})`,
    via: 'api',
    at: timestamp(clock),
  }
}

function isOver(approval: ApprovalRecord, clock: Clock): boolean {
  return approvalTimeLeft(approval, clock) === 0
}

function untilOf(at: string, ms: number): { readonly until: string } {
  const end = new Date(Date.parse(at) + ms)
  if (Number.isNaN(end.getTime())) throw new RangeError('The time to approve the run leads beyond the calendar.')
  return { until: end.toISOString() }
}

/** Stands for whoever does not say who they are: for the first person as well as for a second. */
function isNobody(name: string): boolean {
  return ['', 'anonymous'].includes(plainName(name))
}

/** Names of people, as they type them. */
function isSamePerson(one: string, other: string): boolean {
  return plainName(one) === plainName(other)
}

/** What one does not see tells nobody apart: letter case, the width of letters and blanks, characters without any shape. */
function plainName(name: string): string {
  const seen = name.normalize('NFKC').replaceAll(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '')
  return seen.trim().replaceAll(/\s+/g, ' ').toLowerCase()
}

function ownApproval({ is = 'Run', id, resourceLabel, requestedBy }: Approvable, by: string): HwError {
  return new HwError({
    code: 'workflow.own-approval',
    kind: 'conflict',
    message: `${is} ${id} (${resourceLabel}) was asked for by ${requestedBy}, so ${by} cannot approve it.`,
    hint: 'Somebody else must approve it; or cancel it.',
    context: { run: id, requestedBy },
  })
}

function notWaiting({ is = 'Run', id, resourceLabel, status }: Approvable, why: string): HwError {
  return new HwError({
    code: 'workflow.not-waiting-for-approval',
    kind: 'conflict',
    message: `${is} ${id} (${resourceLabel}) does not wait for an approval: ${why}.`,
    hint: 'Look at the run; start or retry it to ask again.',
    context: { run: id, status },
  })
}
