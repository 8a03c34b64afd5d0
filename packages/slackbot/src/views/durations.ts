import { forPeople } from 'hwautomation'

/** Between two ISO times, `3 min 20 s`; '' where one of them is not known or is no time. Clocks that were set back make it nothing. */
export function between(start: string | undefined, end: string | undefined): string {
  const milliseconds = Date.parse(end ?? '') - Date.parse(start ?? '')
  return Number.isNaN(milliseconds) ? '' : forPeople(Math.max(milliseconds, 0))
}

/** Since an ISO time, at `now` (milliseconds since the epoch); '' where it is no time. */
export function since(start: string | undefined, now: number): string {
  const milliseconds = now - Date.parse(start ?? '')
  return Number.isNaN(milliseconds) ? '' : forPeople(Math.max(milliseconds, 0))
}
