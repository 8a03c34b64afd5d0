/**
 * Strings from outside (host names, device answers, chat text) on their way into Slack. Where a block takes rich text, plain text or raw
 * text, nothing in it is parsed and `plain` is enough; where Slack reads mrkdwn, `mrkdwn`.
 */

/** ESC and C1 sequences as terminals obey them: CSI (colours, cursor), OSC and other strings up to their end, two-letter ones. */
const ANSI =
  // eslint-disable-next-line no-control-regex -- that is what it is about
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C|$)|\u001B[ -/]*[0-~]/gu
/** Controls; formatting without a width or against the direction of the text; lone surrogates; letters that show nothing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115F\u1160\u2800\u3164\uFFA0]+/gu
/** More marks on one letter than any script needs: they would run over the lines above and below. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu
const CUT = '…'
const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A text as one printable line without markup of its own, at most `max` UTF-16 units long, cut between graphemes and marked with `…`. */
export function plain(text: string, max: number): string {
  return cut(printable(ahead(text, max)).replaceAll(/\s+/gu, ' ').trim(), max)
}

/** The same with its line ends kept: what a device or a tool answered, for preformatted text. */
export function plainLines(text: string, max: number): string {
  const lines = ahead(text, max)
    .split(/\r\n|[\n\r\u2028\u2029]/u)
    .map((line) => printable(line.replaceAll('\t', '  ')).trimEnd())
  return cut(lines.join('\n').trim(), max)
}

/**
 * A title of a `plan` or `task_card`, which are plain text by their documentation but young: without the characters that would make a
 * mention or link of it, should a client read it as mrkdwn after all.
 */
export function title(text: string, max: number): string {
  return cut(plain(text, max).replaceAll('<', '‹').replaceAll('>', '›').replaceAll(EMOJI, '∶$1∶'), max)
}

const EMOJI = /:([a-z0-9_+'-]+):/giu
/** What Slack makes something of although it is not in angle brackets; each gets a look-alike that is only a letter. */
const LOOK_ALIKES: readonly (readonly [RegExp, string])[] = [
  [/\*/gu, '∗'],
  [/~/gu, '∼'],
  [/`/gu, 'ˋ'],
  [/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, 'ˍ'],
  [/^>/gu, '›'],
  [EMOJI, '∶$1∶'],
  [/(?<=[a-z][a-z0-9+.-]*):(?=\/\/)/giu, '∶'],
  [/(?<=mailto|tel|slack|skype):/giu, '∶'],
  [/@/gu, '＠'],
  [/(?<![\p{L}\p{N}])#(?=[\p{L}\p{N}_])/gu, '＃'],
  [/(?<![\p{L}\p{N}])www\./giu, 'www․'],
]

/**
 * A text for mrkdwn and for the top-level `text` of a message: neither mention nor link nor formatting nor emoji comes of it, wherever
 * it stands, also inside `*…*`. `&`, `<` and `>` are escaped as docs.slack.dev/messaging/formatting-message-text asks. `max` counts the
 * letters shown.
 */
export function mrkdwn(text: string, max: number): string {
  const harmless = LOOK_ALIKES.reduce((said, [what, by]) => said.replaceAll(what, by), plain(text, max))
  return entities(cut(harmless, max))
}

/** Formats of dates that each reader sees in their own zone, docs.slack.dev/messaging/formatting-message-text#date-formatting. */
export type DateFormat = '{date_short_pretty} {time}' | '{time}' | '{time_secs}' | '{date_short_pretty}'

/** A moment for mrkdwn, e.g. `<!date^1763903376^{time}|2025-11-23 13:09 UTC>`; `?` for what is no ISO 8601 time. */
export function dateToken(iso: string, format: DateFormat = '{date_short_pretty} {time}'): string {
  const at = unixTime(iso)
  return at === undefined ? '?' : `<!date^${at}^${format}|${utc(at)}>`
}

/** Whole seconds since the epoch, where Slack can show them. */
export function unixTime(iso: string): number | undefined {
  const milliseconds = Date.parse(iso)
  return Number.isNaN(milliseconds) || milliseconds < 0 ? undefined : Math.floor(milliseconds / 1000)
}

/** The same moment for clients and places that show no dates: `2026-11-23 13:09 UTC`. */
export function utc(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** At most `max` UTF-16 units, cut between graphemes (a flag or an accented letter stays whole). */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  if (max < CUT.length) return ''
  const end = GRAPHEMES.segment(text.slice(0, max + 1)).containing(max - CUT.length)?.index ?? 0
  return text.slice(0, end).trimEnd() + CUT
}

/** Enough of a text to make `max` letters of; the rest of 100 kB need not be looked at. */
function ahead(text: string, max: number): string {
  return text.slice(0, max * 4 + 1_000)
}

function printable(text: string): string {
  return text.replaceAll(ANSI, '').replaceAll(UNSEEN, ' ').replaceAll(PILED_MARKS, '$1')
}

function entities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
