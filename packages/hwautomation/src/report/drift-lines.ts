import type { DriftItem, DriftReport } from '../drift/drift-report.ts'
import { plain, type Style, styleOf } from './style.ts'

/** How far a machine is from its device type, for people: what differs first, what is not known after it, what is in order last. */
export function driftLines(report: DriftReport, { colour = false }: { readonly colour?: boolean } = {}): string[] {
  const style = styleOf(colour)
  const of = (verdict: DriftItem['verdict']) => report.items.filter((item) => item.verdict === verdict)
  const [broken, unknown, met] = [of('broken'), of('unknown'), of('met')]
  return [
    `${style.loud(plain(report.server))}  ${plain(report.deviceType)}, ${report.observedAt}`,
    '',
    ...[...broken, ...unknown, ...met].map((item) => itemLine(item, style)),
    '',
    sum(report, broken, unknown, style),
  ]
}

function itemLine({ area, name, verdict, wanted, found, source, advised }: DriftItem, style: Style): string {
  const what = `${area} ${plain(name)}`
  const from = style.quiet(` [${source}]`)
  const only = advised === true ? style.quiet(' (advised)') : ''
  if (verdict === 'met') return `${style.good('✔')} ${what}: ${plain(found)}${from}`
  if (verdict === 'unknown')
    return `${style.busy('?')} ${what}: not known, must be ${plain(wanted)}: ${plain(found)}${only}${from}`
  return `${style.bad('✘')} ${what}: ${plain(found)}, must be ${plain(wanted)}${only}${from}`
}

function sum(
  { verdict }: DriftReport,
  broken: readonly DriftItem[],
  unknown: readonly DriftItem[],
  style: Style,
): string {
  const notKnown = unknown.length === 0 ? '' : `, ${counted(unknown)} not known`
  const words =
    broken.length === 0
      ? `Nothing that is known differs${notKnown}.`
      : `${counted(broken)} ${broken.length === 1 ? 'differs' : 'differ'}${notKnown}.`
  const mark = verdict === 'broken' ? style.bad : verdict === 'unknown' ? style.busy : style.good
  return `${mark(words)} Nothing was changed.`
}

/** `3`, `3 (1 only advised)`, `3 (only advised)`: the verdict goes by those that are required. */
function counted(items: readonly DriftItem[]): string {
  const advised = items.filter((item) => item.advised === true).length
  if (advised === 0) return String(items.length)
  return `${items.length} (${advised === items.length ? '' : `${advised} `}only advised)`
}
