import { eventLines, recordLines, type WorkflowEvent, type WorkflowRecord } from 'hwautomation'
import { cut, plain, plainLines } from './escape.ts'
import { headline } from './run-words.ts'

/** A run as a text file for its thread. */
export interface LogFile {
  readonly filename: string
  readonly title: string
  readonly content: string
}

/** Enough for hours of sub-tasks; the journal and the support bundle have all of it. */
const MOST_EVENTS = 5_000
const LONGEST_LINE = 2_000

/**
 * The whole run as text: the report, then its events, times in UTC. Both come redacted from the library; here they lose whatever a
 * terminal would obey.
 */
export function logFile(record: WorkflowRecord, events: readonly WorkflowEvent[]): LogFile {
  const left = events.length - MOST_EVENTS
  const log = bounded(events.slice(-MOST_EVENTS)).flatMap((event) => eventLines(event))
  const all = [
    ...recordLines(bounded(record)),
    '',
    'Events (UTC)',
    ...(left > 0 ? [`… ${left} earlier ones are left out`] : []),
    ...log,
  ]
  return {
    filename: `${fileName(record.resourceLabel)}-${fileName(record.id).slice(0, 17)}.txt`,
    title: plain(`Log of ${headline(record)}`, 200),
    content: `${all.map((line) => printable(line)).join('\n')}\n`,
  }
}

/** The same with every string short enough for a line. */
function bounded<Value>(value: Value): Value {
  const text = JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'string' && item.length > LONGEST_LINE ? item.slice(0, LONGEST_LINE) : item,
  )
  return JSON.parse(text) as Value
}

/** Letters that stand in a file name of any system. */
function fileName(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '')
  return cut(name, 60).replace('…', '') || 'run'
}

/** Keeps the indent, which `plainLines` would take away. */
function printable(line: string): string {
  const indent = /^ */.exec(line)![0].slice(0, 40)
  return indent + plainLines(line, LONGEST_LINE).replaceAll('\n', ' ')
}
