/** A duration as people say it: `850 ms`, `12 s`, `3 min 20 s`, `1 h 5 min`. */
export function forPeople(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Between two ISO times; '' where the end is not known yet. */
export function between(start: string | undefined, end: string | undefined): string {
  return start === undefined || end === undefined ? '' : forPeople(Date.parse(end) - Date.parse(start))
}
