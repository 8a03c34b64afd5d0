import type { RunSummary } from '../control/run-summary.ts'
import { between } from './durations.ts'
import { isProvisioning, nameOf } from './definition-name.ts'
import { shortId } from './short-id.ts'
import { plain, styleOf } from './style.ts'
import { type Cell, type Column, tableLines } from './table.ts'
import { ago, clockTime } from './times.ts'

/** From so many columns on there is room for who asked, how long it took, and the time itself beside how long ago it was. */
const WIDE = 110

/** Runs, one a line. Ids are whole where the lines are for a program. */
export function runTable(
  runs: readonly RunSummary[],
  {
    colour = false,
    width,
    now,
    wholeIds = false,
  }: { readonly colour?: boolean; readonly width: number; readonly now: number; readonly wholeIds?: boolean },
): string[] {
  const style = styleOf(colour)
  const wide = width >= WIDE
  const columns: readonly Column[] = [
    { head: 'RUN' },
    { head: 'SERVER', least: 12 },
    ...(wide ? [{ head: 'WHAT', least: 4 }] : []),
    { head: 'STATUS' },
    { head: 'ASKED' },
    ...(wide ? [{ head: 'TOOK' }, { head: 'BY', least: 4 }] : []),
    { head: wide ? 'WHERE IT IS, OR WHY IT ENDED' : 'WHERE, OR WHY', least: 12 },
  ]
  const mark = (run: RunSummary) =>
    run.status === 'COMPLETED'
      ? style.good
      : run.status === 'FAILED' || run.status === 'CANCELLED'
        ? style.bad
        : style.busy
  const rows = runs.map((run): Cell[] => [
    { text: wholeIds ? run.id : shortId(run.id) },
    { text: plain(run.server) },
    ...(wide ? [{ text: plain(nameOf(run)) }] : []),
    { text: run.status === 'RUNNING' ? `RUNNING ${run.percent} %` : run.status, mark: mark(run) },
    { text: wide ? `${clockTime(run.createdAt, now)}, ${ago(run.createdAt, now)}` : ago(run.createdAt, now) },
    ...(wide ? [{ text: between(run.startedAt, run.endedAt) }, { text: plain(run.requestedBy) }] : []),
    { text: plain(wide || isProvisioning(run) ? remark(run) : `${nameOf(run)}: ${remark(run)}`), mark: style.quiet },
  ])
  return tableLines(columns, rows, { width, quiet: style.quiet })
}

/** What one wants to know first. */
export function remark({ status, working, waitingFor, step, subTask, error, cancel, endState }: RunSummary): string {
  if (status === 'PENDING' || status === 'RUNNING') {
    if (!working) return 'waits for resume'
    if (cancel !== undefined) return `cancel asked for by ${cancel.by}`
    if (waitingFor !== undefined) return waitingFor.detail
    return [step?.title, subTask?.name].filter(Boolean).join(': ')
  }
  if (status === 'CANCELLED') return `by ${cancel?.by ?? '?'}${cancel?.reason ? `: ${cancel.reason}` : ''}`
  return error === undefined ? (endState ?? '') : `${error.code}: ${error.message}`
}
