import { createHash } from 'node:crypto'

/** 32 lower-case hex digits that change with the value. */
export function digestOf(value: unknown): string {
  return createHash('md5').update(JSON.stringify(value)).digest('hex')
}
