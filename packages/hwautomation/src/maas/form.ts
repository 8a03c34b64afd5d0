/** Values of a query or form. A list repeats its key: MAAS splits no commas (MAAS 3.3 recorded: `?id=A,B` finds nothing). */
export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>

/** `id=a&id=b`, urlencoded; undefined is left out. The answer for no field at all is the empty string. */
export function encodeFields(fields: Fields): string {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(fields))
    for (const item of value === undefined ? [] : typeof value === 'string' ? [value] : value) pairs.append(name, item)
  return pairs.toString()
}

/** A checkbox of Django: sent when ticked, left out otherwise, since `0` and `no` count as true (MAAS 3.3 recorded). */
export function ticked(value: boolean | undefined): string | undefined {
  return value === true ? '1' : undefined
}
