/** More ids per request make MAAS's answer slow (1.0-1.2 s and 385 kB for 100, MAAS 3.3 recorded). */
const MOST = 100

/** Well below the 8 kB that nginx takes for a request line. */
const LONGEST = 4000

/** Splits values of a repeated query field: at most 100 each, and short enough for a request line. Repeated values are sent once. */
export function queryChunks(values: readonly string[]): string[][] {
  const chunks: string[][] = []
  let length = LONGEST
  for (const value of new Set(values)) {
    const cost = encodeURIComponent(value).length + '&hostname='.length
    const current = chunks.at(-1)
    if (current === undefined || current.length >= MOST || length + cost > LONGEST) {
      chunks.push([value])
      length = cost
    } else {
      current.push(value)
      length += cost
    }
  }
  return chunks
}
