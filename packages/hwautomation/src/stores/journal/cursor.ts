import { noSuchCursor } from '../journal-query.ts'

/** A place in the journal: behind the byte `offset` of the file of `day`. */
export interface Place {
  /** yyyymmdd */
  readonly day: string
  readonly offset: number
}

const CURSOR = /^(\d{8})\.(\d{1,15})$/

/** Before everything. */
export const BEGINNING: Place = { day: '00000000', offset: 0 }

export function cursorOf({ day, offset }: Place): string {
  return `${day}.${offset}`
}

/** @throws HwError `store.no-such-cursor` */
export function placeOf(cursor: string): Place {
  const [, day, offset] = CURSOR.exec(cursor) ?? []
  if (day === undefined || offset === undefined) throw noSuchCursor(cursor)
  return { day, offset: Number(offset) }
}

/** The earlier of two places. */
export function earlier(a: Place, b: Place): Place {
  return isBefore(a, b) ? a : b
}

export function isBefore(a: Place, b: Place): boolean {
  return a.day < b.day || (a.day === b.day && a.offset < b.offset)
}

/** `2026-11-23T06:00:00.000Z` → `20261123`; undefined for what is no such time. */
export function dayOf(timestamp: string): string | undefined {
  const day = timestamp.slice(0, 10).replaceAll('-', '')
  return /^\d{8}$/.test(day) ? day : undefined
}
