import { forPeople } from './durations.ts'

/** A moment as people read it here and now: local time, the day where it is not today, how long ago. */
export function moment(iso: string, now: number): string {
  return `${clockTime(iso, now)} (${ago(iso, now)})`
}

/** Local time: `14:05:09`, on another day `2026-03-01 14:05`. */
export function clockTime(iso: string, now: number): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return '?'
  const [day, today] = [dayOf(time), dayOf(new Date(now))]
  const two = (number: number) => String(number).padStart(2, '0')
  const minutes = `${two(time.getHours())}:${two(time.getMinutes())}`
  return day === today ? `${minutes}:${two(time.getSeconds())}` : `${day} ${minutes}`
}

/** `3 min ago`, `in 2 h`. */
export function ago(iso: string, now: number): string {
  const past = now - Date.parse(iso)
  if (Number.isNaN(past)) return 'at an unknown time'
  if (past < -999) return `in ${roughly(-past)}`
  return past < 1000 ? 'now' : `${roughly(past)} ago`
}

/** How long since: `3 min 20 s`. */
export function since(iso: string, now: number): string {
  return forPeople(Math.max(now - Date.parse(iso), 0))
}

/** The largest unit alone says enough. */
function roughly(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000)
  if (minutes < 1) return `${Math.floor(milliseconds / 1000)} s`
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 || hours >= 6 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return hours < 48 ? '1 day' : `${Math.floor(hours / 24)} days`
}

function dayOf(time: Date): string {
  const two = (number: number) => String(number).padStart(2, '0')
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
}
