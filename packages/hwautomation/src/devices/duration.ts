import ms from 'ms'
import type { StringValue } from 'ms'
import { z } from 'zod'

/** No step of a server takes longer; a longer one is a typing mistake. */
const LONGEST = ms('7d')

/** A duration with its unit, e.g. `90s`, `20m`, `1.5h`; parsed to whole milliseconds. */
export const durationSchema = z
  .string()
  .refine(
    (text) => milliseconds(text) !== undefined,
    'is not a duration: write a number and a unit, from 1s to 7d, e.g. `90s`, `20m` or `2h`',
  )
  .transform((text) => milliseconds(text) ?? 0)

/** Without a unit nobody knows whether seconds or milliseconds are meant, so there must be one. */
function milliseconds(text: string): number | undefined {
  if (!isDuration(text)) return undefined
  const value = Math.round(ms(text))
  return value >= 1000 && value <= LONGEST ? value : undefined
}

function isDuration(text: string): text is StringValue {
  return text.length < 20 && /^\d+(?:\.\d+)?\s?(?:s|sec|secs|m|min|mins|h|hr|hrs|d)$/i.test(text)
}
