import type { BatchCounts, BatchSummary, BatchView, ItemView } from '../control/batch-view.ts'
import { countsOf } from '../control/batch-view.ts'
import type { BatchCheck } from '../provisioning/batch/batch-check.ts'
import { remark as whereItIs } from './run-table.ts'
import { shortId } from './short-id.ts'
import type { StatusLineOptions } from './status-lines.ts'
import { plain, type Style, styleOf } from './style.ts'
import { tableLines } from './table.ts'
import { ago, clockTime, moment } from './times.ts'
import { fitted, wrapped } from './width.ts'

/** How a batch is, for people: what it comes to so far, why it is paused, and a line for each server. */
export function batchLines(batch: BatchView, options: StatusLineOptions & { readonly height?: number }): string[] {
  const style = styleOf(options.colour ?? false)
  return [...headLines(batch, options, style), '', ...itemLines(batch, options, style)]
}

/** Batches, one a line. */
export function batchTable(
  batches: readonly BatchSummary[],
  { colour = false, width, now, wholeIds = false }: StatusLineOptions & { readonly wholeIds?: boolean },
): string[] {
  const style = styleOf(colour)
  const heads = [
    { head: 'BATCH' },
    { head: 'WHAT', least: 12 },
    { head: 'STATUS' },
    { head: 'ASKED' },
    { head: 'BY', least: 4 },
    { head: 'SERVERS', least: 12 },
  ]
  const rows = batches.map(({ id, label, status, createdAt, requestedBy, counts }) => [
    { text: wholeIds ? id : shortBatchId(id) },
    { text: plain(label) },
    { text: status, mark: status === 'paused' ? style.bad : status === 'ended' ? style.quiet : style.busy },
    { text: ago(createdAt, now) },
    { text: plain(requestedBy) },
    { text: countText(counts), mark: style.quiet },
  ])
  return tableLines(heads, rows, { width, quiet: style.quiet })
}

/** A change of one item as a line, where nobody draws a board. */
export function itemLine({ label, status, outcome, run, error, group }: ItemView, at: number): string {
  const where = group === undefined ? '' : ` (${plain(group)})`
  const how = outcome ?? (status === 'started' ? `started, run ${run ?? '?'}` : status)
  const why = error === undefined || outcome === 'COMPLETED' ? '' : `: ${plain(error.message)} [${error.code}]`
  return `${clockTime(new Date(at).toISOString(), at)}  ${plain(label)}${where}  ${how}${why}`
}

/** A check of a batch as lines: every server, what speaks against it, what to know. */
export function batchCheckLines(check: BatchCheck, { colour = false }: { readonly colour?: boolean } = {}): string[] {
  const style = styleOf(colour)
  const items = check.items.flatMap(({ serverId, fqdn, deviceType, ipmi, group, problems, notes }) => [
    [
      problems.length > 0 ? style.bad('✘') : style.good('✔'),
      plain(serverId),
      ...(fqdn === undefined || fqdn === serverId ? [] : [style.quiet(plain(fqdn))]),
      plain(deviceType),
      ...(ipmi === undefined ? [] : [`BMC ${plain(ipmi)}`]),
      ...(group === undefined ? [] : [style.quiet(plain(group))]),
    ].join('  '),
    ...problems.map((problem) => `    ${style.bad(plain(problem))}`),
    ...notes.map((note) => `    ${style.quiet(plain(note))}`),
  ])
  const bad = check.items.filter(({ problems }) => problems.length > 0).length
  const all = `${check.items.length} server${check.items.length === 1 ? '' : 's'}`
  const verdict =
    bad === 0 && check.problems.length === 0
      ? style.good(`Nothing known speaks against it: ${all}. Nothing was started.`)
      : style.bad(
          `It would be refused${bad === 0 ? '' : `: ${bad} of ${all} cannot be provisioned now`}. Nothing was started.`,
        )
  return [
    style.loud(plain(check.label)),
    ...check.problems.map((problem) => style.bad(plain(problem))),
    '',
    ...items,
    '',
    verdict,
  ]
}

/** The beginning of a batch's id, as commands take it. */
export function shortBatchId(id: string): string {
  return id.slice(0, 'batch_00000000-0000'.length)
}

/** `37 of 40 completed, 1 failed, 2 under way` */
export function countText(counts: BatchCounts): string {
  const { completed, underWay, waiting, failed, refused, cancelled, leftOut } = counts
  const all = Object.values(counts).reduce<number>((sum, count: number) => sum + count, 0)
  const others = { failed, refused, cancelled, 'left out': leftOut, 'under way': underWay, waiting }
  const named = Object.entries(others).filter(([, count]) => count > 0)
  return [`${completed} of ${all} completed`, ...named.map(([what, count]) => `${count} ${what}`)].join(', ')
}

function headLines(batch: BatchView, { width, now }: StatusLineOptions, style: Style): string[] {
  const { id, label, status, requestedBy, via, createdAt, paused, cancel, working } = batch
  const mark = status === 'paused' ? style.bad : status === 'ended' ? style.quiet : style.busy
  const remarks = [
    `asked for by ${requestedBy} (${via}), ${moment(createdAt, now)}`,
    ...(paused === undefined || status !== 'paused'
      ? []
      : [`paused by ${paused.by}, ${moment(paused.at, now)}${paused.reason === '' ? '' : `: ${paused.reason}`}`]),
    ...(cancel === undefined
      ? []
      : [`cancelled by ${cancel.by}, ${moment(cancel.at, now)}${cancel.reason === '' ? '' : `: ${cancel.reason}`}`]),
    ...(!working && (status === 'running' || status === 'cancelling') ? ['no process works on it'] : []),
  ]
  return [
    fitted(`${style.loud(plain(label))}  ${mark(status)}  ${style.quiet(shortBatchId(id))}`, width + MARKS),
    `  ${countText(countsOf(batch.items))}`,
    ...remarks.flatMap((text) => wrapped(plain(text), Math.max(width - 4, 20)).map((line) => `  ${style.quiet(line)}`)),
  ]
}

/** Colours take no columns. */
const MARKS = 40

function itemLines(
  { items }: BatchView,
  { width, height = Infinity }: StatusLineOptions & { readonly height?: number },
  style: Style,
): string[] {
  const shown = items.length <= height ? items : mostTelling(items, height)
  const grouped = items.some(({ group }) => group !== undefined)
  const heads = [
    { head: 'SERVER', least: 12 },
    ...(grouped ? [{ head: 'GROUP', least: 4 }] : []),
    { head: 'STATUS' },
    { head: 'RUN' },
    { head: 'WHERE, OR WHY', least: 12 },
  ]
  const rows = shown.map((item) => [
    { text: plain(item.label) },
    ...(grouped ? [{ text: plain(item.group ?? '') }] : []),
    { text: statusText(item), mark: markOf(item, style) },
    { text: item.run === undefined ? '' : shortId(item.run) },
    { text: plain(whereOrWhy(item)), mark: style.quiet },
  ])
  const more = items.length - shown.length
  return [
    ...tableLines(heads, rows, { width, quiet: style.quiet }),
    ...(more === 0 ? [] : [style.quiet(`… and ${more} more`)]),
  ]
}

/** What one looks for first, each in the order of the batch. */
function mostTelling(items: readonly ItemView[], count: number): ItemView[] {
  const rank = ({ status, outcome }: ItemView) =>
    status === 'refused' || outcome === 'FAILED'
      ? 0
      : status === 'started' && outcome === undefined
        ? 1
        : status === 'waiting'
          ? 2
          : 3
  const chosen = new Set(items.toSorted((a, b) => rank(a) - rank(b)).slice(0, Math.max(count, 1)))
  return items.filter((item) => chosen.has(item))
}

function statusText({ status, outcome, progress }: ItemView): string {
  if (progress?.status === 'RUNNING') return `RUNNING ${progress.percent} %`
  return outcome ?? progress?.status ?? status
}

function markOf({ status, outcome }: ItemView, style: Style): (text: string) => string {
  if (outcome === 'COMPLETED') return style.good
  if (outcome !== undefined || status === 'refused') return style.bad
  return status === 'started' ? style.busy : style.quiet
}

function whereOrWhy({ progress, error, outcome }: ItemView): string {
  if (progress !== undefined) return whereItIs(progress)
  return error === undefined || outcome === 'COMPLETED' ? '' : `${error.code}: ${error.message}`
}
