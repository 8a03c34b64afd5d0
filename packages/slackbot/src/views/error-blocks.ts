import type { RichTextBlock } from '@slack/types'
import type { ErrorRecord } from 'hwautomation'
import { plainLines } from './escape.ts'
import { bullets, lines, preformatted, raw, said, section, words } from './rich-text.ts'

type Elements = RichTextBlock['elements']

const MOST_FAULTS = 15
const MOST_CAUSES = 5

/** An error for people: what happened, what the device said, what to do, what lies behind it. */
export function errorElements(error: ErrorRecord): Elements {
  const faults = faultsOf(error)
  const message = faults.length > 1 ? error.message.slice(0, error.message.indexOf(':') + 1) : error.message
  const answer = deviceAnswer(error)
  const causes = (error.causes ?? []).slice(0, MOST_CAUSES)
  return [
    section(...said(message, 900), raw(' '), words(error.code, 80, { code: true })),
    ...(faults.length > 1 ? [bullets(shortened(faults, MOST_FAULTS).map((fault) => said(fault, 300)))] : []),
    ...(answer === '' ? [] : [preformatted(answer)]),
    ...(error.hint === undefined || error.hint === ''
      ? []
      : [section(raw('What to do: ', { bold: true }), ...said(error.hint, 900))]),
    ...(causes.length === 0
      ? []
      : [
          lines(
            ...causes.map(({ message: why, code }) => [
              raw('because: '),
              ...said(why, 300),
              raw(' '),
              words(code, 80, { code: true }),
            ]),
          ),
        ]),
  ]
}

/** The first of many, and how many more there are. */
export function shortened(texts: readonly string[], most: number): string[] {
  return texts.length <= most ? [...texts] : [...texts.slice(0, most), `… and ${texts.length - most} more`]
}

/** What names our own things, and what is said elsewhere. */
const OURS: ReadonlySet<string> = new Set([
  'run',
  'runId',
  'step',
  'subTask',
  'faults',
  'problems',
  'didYouMean',
  'newer',
])

/** Where it happened and what the device said: the short, redacted values of the error's context. */
function deviceAnswer({ context }: ErrorRecord): string {
  const shown = Object.entries(context).flatMap(([key, value]) => {
    if (OURS.has(key) || value === undefined || value === '') return []
    const said = Array.isArray(value) ? value.map(String).join(', ') : String(value)
    return [`${plainLines(key, 40)}: ${plainLines(said, 600)}`]
  })
  return plainLines(shown.slice(0, 12).join('\n'), 1_500)
}

/** The faults an error lists, where its message is a list of them. */
function faultsOf({ context, message }: ErrorRecord): readonly string[] {
  const list = context['faults'] ?? context['problems']
  return Array.isArray(list) && message.includes(':') ? list.map(String) : []
}
