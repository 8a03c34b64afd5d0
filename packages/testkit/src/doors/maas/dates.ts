const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Django's `N` date format: AP style, where May, June and July carry no dot and some months are longer. */
const EVENT_MONTHS = ['Jan.', 'Feb.', 'March', 'April', 'May', 'June', 'July', 'Aug.', 'Sept.', 'Oct.', 'Nov.', 'Dec.']

/** Results' times: `Mon, 23 Nov 2026 05:45:41 -0000`. */
export function resultTime(ms: number): string {
  return `${dayAndTime(ms, MONTHS)} -0000`
}

/** Events' times: `Mon, 23 Nov. 2026 05:46:21`, UTC without saying so (recorded for November; other months: Django's `N`, assumed). */
export function eventTime(ms: number): string {
  return dayAndTime(ms, EVENT_MONTHS)
}

/** Durations: `0:00:07`. */
export function runtime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

function dayAndTime(ms: number, months: readonly string[]): string {
  const date = new Date(ms)
  const day = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
