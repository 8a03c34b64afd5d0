import type { KnownBlock, RichTextBlock, RichTextElement } from '@slack/types'
import type { BatchPolicy, BatchRecord, WorkflowRecord } from 'hwautomation'
import { between } from './durations.ts'
import { ACTIONS } from './action-ids.ts'
import { batchCounts, type BatchCounts, batchRows, countWords, leftWords, placeOf } from './batch-rows.ts'
import { actions, type ButtonSpec, context, header } from './blocks.ts'
import { bar, boardTable } from './board-table.ts'
import type { MessageContent } from './content.ts'
import { shortened } from './error-blocks.ts'
import { dateToken, mrkdwn, plain } from './escape.ts'
import { fit } from './fit.ts'
import { bullets, isUserId, lines, mentionOf, moment, raw, richText, said, section, words } from './rich-text.ts'
import type { ShowMode } from './run-message.ts'
import { wish } from './run-remarks.ts'
import { whereWords } from './run-words.ts'

export interface BatchMessageOptions {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly mode: ShowMode
}

/** The one message of a batch: counts, a table of its servers with the most urgent first, and what one can do about it. */
export function batchMessage(
  batch: BatchRecord,
  runs: ReadonlyMap<string, WorkflowRecord>,
  { mode, now }: BatchMessageOptions,
): MessageContent {
  const counts = batchCounts(batch)
  const hasGroups = batch.items.some(({ group }) => group !== undefined)
  const { table, left } = boardTable(
    ['Server', 'State', 'Where it is, or why it ended', hasGroups ? 'Group' : 'Run'],
    batchRows(batch, runs, { close: mode === 'live', now }),
  )
  const blocks: KnownBlock[] = [
    header(`${MARK[batch.status]} ${headline(batch, counts)}`),
    richText(lines([raw(counted(counts))], ...remarks(batch))),
    ...(table === undefined ? [] : [table]),
    ...actions(batchActions(batch)),
    context(...[leftWords(left), ...policyWords(batch.policy, counts.all)].filter(Boolean), ...smallPrint(batch)),
  ]
  return fit(mrkdwn(`${headline(batch, counts)}. ${countWords(counts)}`, 400), blocks)
}

/** How a batch ended, for its thread: counts, and every server that is not ready with the reason. `mention` is a Slack user id. */
export function batchEndPost(
  batch: BatchRecord,
  runs: ReadonlyMap<string, WorkflowRecord>,
  mention?: string,
): MessageContent {
  const counts = batchCounts(batch)
  const called = mention !== undefined && isUserId(mention)
  const took = between(batch.createdAt, batch.endedAt)
  const head = `${headline(batch, counts)}${took === '' ? '' : `, after ${took}`}`
  const bad = batch.items
    .filter((item) => placeOf(item) === 'failed' || placeOf(item) === 'cancelled')
    .toSorted((one, other) => Number(placeOf(other) === 'failed') - Number(placeOf(one) === 'failed'))
    .map((item) => {
      const run = item.run === undefined ? undefined : runs.get(item.run)
      const why = item.error?.message ?? (run === undefined ? '' : whereWords(run, 300))
      return `${plain(item.label, 60)}: ${item.status === 'left-out' ? 'left out' : why || (item.outcome ?? item.status).toLowerCase()}`
    })
  const parts: RichTextBlock['elements'] = [
    section(...(mention === undefined ? [] : [mentionOf(mention), raw(' ')]), words(head, 300, { bold: true })),
    section(raw(counted(counts))),
    ...(batch.cancel === undefined ? [] : [section(raw('Cancelled by '), ...wish(batch.cancel))]),
    ...(bad.length === 0 ? [] : [bullets(shortened(bad, MOST_LISTED).map((line) => said(line, 240)))]),
  ]
  return fit(`${called ? `<@${mention}> ` : ''}${mrkdwn(`${head}. ${countWords(counts)}`, 400)}`, [
    richText(...parts),
    ...actions([{ action: ACTIONS.batchDetails, text: 'Details', value: batch.id }]),
  ])
}

const MOST_LISTED = 40

const MARK: Readonly<Record<BatchRecord['status'], string>> = { running: '▸', paused: '‖', cancelling: '⊘', ended: '■' }

/** `srv[001-040] a1.c5.large: 12 of 40 ready, paused`. */
export function headline(
  { label, status }: Pick<BatchRecord, 'label' | 'status'>,
  { ready, all }: BatchCounts,
): string {
  const state = { running: '', paused: ', paused', cancelling: ', being cancelled', ended: ', ended' }[status]
  return `${plain(label, 80)}: ${ready} of ${all} ready${state}`
}

function counted(counts: BatchCounts): string {
  const { ready, failed, running, waiting, cancelled } = counts
  const drawn = bar([
    [ready, '█'],
    [failed, '▚'],
    [running, '▒'],
    [waiting + cancelled, '░'],
  ])
  return `${drawn}  ${countWords(counts) || 'no servers'}`
}

/** Why it stands still, and what it waits for. */
function remarks(batch: BatchRecord): RichTextElement[][] {
  const { status, paused, approval, cancel, policy, items } = batch
  const canary = items.slice(0, policy.canary)
  const canaryReady = canary.filter((item) => placeOf(item) === 'ready').length
  const holdsCanary = status !== 'ended' && policy.canary > 0 && canaryReady < canary.length
  return [
    ...(approval !== undefined && isAsking(batch)
      ? [
          [
            raw('Waits for the approval of a second person', { bold: true }),
            ...(approval.reason === '' ? [] : [raw(': '), ...said(approval.reason, 300)]),
            raw(' · since '),
            moment(approval.since),
            ...(approval.until === undefined ? [] : [raw(' · it lapses '), moment(approval.until)]),
          ],
        ]
      : []),
    ...(approval?.granted === undefined ? [] : [[raw('Approved by '), ...wish(approval.granted)]]),
    ...(paused === undefined || status !== 'paused' || isAsking(batch)
      ? []
      : [[raw('Paused', { bold: true }), raw(': runs under way go on, none is begun, says '), ...wish(paused)]]),
    ...(cancel === undefined
      ? []
      : [[raw(status === 'ended' ? 'Cancelled' : 'Cancel asked for', { bold: true }), raw(' by '), ...wish(cancel)]]),
    ...(holdsCanary && cancel === undefined
      ? [[raw('Canary', { bold: true }), raw(`: the others begin once ${canaryWords(canary.length, canaryReady)}`)]]
      : []),
  ]
}

function canaryWords(all: number, ready: number): string {
  return all === 1
    ? 'the first one is ready'
    : `the first ${all} are ready; so far ${ready === 1 ? '1 is' : `${ready} are`}`
}

/** Nothing of it begins before a second person lets it proceed. */
function isAsking({ status, approval }: BatchRecord): boolean {
  return status === 'paused' && approval !== undefined && approval.granted === undefined
}

function batchActions(batch: BatchRecord): ButtonSpec[] {
  const { id, status, label, items } = batch
  const details: ButtonSpec = { action: ACTIONS.batchDetails, text: 'Details', value: id }
  if (status === 'ended') return [details]
  if (status === 'cancelling') return [{ action: ACTIONS.batchCancel, text: 'Cancelling…', value: id }, details]
  const begun = items.filter((item) => placeOf(item) === 'running').length
  const cancel: ButtonSpec = {
    action: ACTIONS.batchCancel,
    text: 'Cancel all',
    value: id,
    style: 'danger',
    confirm: {
      title: 'Cancel the whole batch?',
      text: `${plain(label, 80)}: ${begun} under way are cancelled and their machines taken to a known state; those that have not begun are left out.`,
      yes: 'Cancel all',
      no: 'Let it go on',
    },
  }
  if (isAsking(batch)) return [approveButton(batch), { ...cancel, text: 'Refuse' }, details]
  return status === 'paused'
    ? [{ action: ACTIONS.batchProceed, text: 'Proceed', value: id, style: 'primary' }, cancel, details]
    : [{ action: ACTIONS.batchPause, text: 'Pause', value: id }, cancel, details]
}

/** One yes for all of its runs; who may say it is judged when somebody clicks. */
function approveButton({ id, label, requestedBy, items }: BatchRecord): ButtonSpec {
  return {
    action: ACTIONS.batchProceed,
    text: 'Approve',
    value: id,
    style: 'primary',
    confirm: {
      title: `Approve ${items.length} servers?`,
      text: `${plain(requestedBy, 60)} asked for ${plain(label, 120)}.`,
      yes: 'Approve all',
      no: 'Not now',
    },
  }
}

/** `at most 4 at a time, 2 of a group`, … */
function policyWords({ atOnce, perGroup, canary, maxFailures }: BatchPolicy, all: number): string[] {
  const parts = [
    atOnce < all ? `${atOnce} at a time` : '',
    perGroup === undefined ? '' : `${perGroup} of a group`,
    canary > 0 ? `${canary} first` : '',
    maxFailures === undefined ? '' : `pauses when more than ${maxFailures} have failed`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? [] : [parts.join(', ')]
}

function smallPrint({ requestedBy, via, createdAt, endedAt, id }: BatchRecord): (string | { readonly date: string })[] {
  return [
    `Asked for by ${plain(requestedBy, 60)}${via === 'slack' || via === '' ? '' : ` (${plain(via, 20)})`}`,
    { date: `began ${dateToken(createdAt)}` },
    ...(endedAt === undefined ? [] : [{ date: `ended ${dateToken(endedAt)}` }]),
    plain(id, 60).slice(0, 'batch_00000000-0000'.length),
  ]
}
