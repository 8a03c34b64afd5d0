// @ts-check

/**
 * A `<!date^…>` format with its tokens filled in, in the reader's zone and language
 * (docs.slack.dev/messaging/formatting-message-text, “Date formatting”).
 * @param {number} seconds
 * @param {string} format
 * @param {number} [now] milliseconds
 */
export function formatDate(seconds, format, now = Date.now()) {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return undefined
  return format.replaceAll(/\{(\w+)\}/g, (token, name) => TOKENS[name]?.(date, new Date(now)) ?? token)
}

/** @type {Readonly<Record<string, (date: Date, now: Date) => string>>} */
const TOKENS = {
  date_num: (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
  date_slash: (date) => date.toLocaleDateString(),
  date: (date) => fullDate(date),
  date_short: (date) => shortDate(date),
  date_long: (date) => longDate(date),
  date_pretty: (date, now) => nearby(date, now) ?? fullDate(date),
  date_short_pretty: (date, now) => nearby(date, now) ?? shortDate(date),
  date_long_pretty: (date, now) => nearby(date, now) ?? longDate(date),
  day_divider_pretty: (date, now) => nearby(date, now) ?? longDate(date),
  time: (date) => time(date),
  time_secs: (date) => `${time(date)}:${two(date.getSeconds())}`,
  ago: (date, now) => ago(date, now),
}

/** @param {Date} date */
function fullDate(date) {
  return date.toLocaleDateString('en', { year: 'numeric', month: 'long', day: 'numeric' })
}

/** @param {Date} date */
function shortDate(date) {
  return date.toLocaleDateString('en', { year: 'numeric', month: 'short', day: 'numeric' })
}

/** @param {Date} date */
function longDate(date) {
  return date.toLocaleDateString('en', { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' })
}

/** Slack's `ts` as a time of day. @param {string} ts */
export function timeOf(ts) {
  return time(new Date(Number(ts) * 1000))
}

/** The day of a `ts`, as the divider between messages shows it. @param {string} ts @param {number} [now] */
export function dayOf(ts, now = Date.now()) {
  const words = formatDate(Math.floor(Number(ts)), '{day_divider_pretty}', now) ?? ''
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** @param {Date} date */
function time(date) {
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, '0')
}

/** @param {Date} date @param {Date} now */
function nearby(date, now) {
  const days = Math.round((midnight(date) - midnight(now)) / 86_400_000)
  return days === 0 ? 'today' : days === -1 ? 'yesterday' : days === 1 ? 'tomorrow' : undefined
}

/** @param {Date} date */
function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** @param {Date} date @param {Date} now */
function ago(date, now) {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000)
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
  for (const [unit, size] of /** @type {const} */ ([
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ])) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit)
  }
  return words.format(seconds, 'second')
}
