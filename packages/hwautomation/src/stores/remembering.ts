/** Looks each key up once, as long as it remembers no more than `most` of them. */
export function remembering<T>(most: number, lookUp: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, T>()
  return async (key) => {
    const found = known.get(key) ?? (await lookUp(key))
    if (known.size >= most) known.clear()
    known.set(key, found)
    return found
  }
}
