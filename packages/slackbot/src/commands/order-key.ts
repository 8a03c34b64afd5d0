/** The wish of a delivery, for ever: a second start with this key is the first one's run. */
export function orderKey(delivery: string): string {
  return `slack/${delivery}`
}
