/**
 * The glob that protects one of these names, if any. Letter case does not count: protecting too much is the safe side.
 * A glob with a leading `!` excludes again what the others protect; on its own it protects nothing. Every character but
 * `*` stands for itself: Supermicro's names hold brackets, backslashes and dots.
 */
export function protectingGlob(names: readonly string[], globs: readonly string[]): string | undefined {
  const folded = names.map((name) => name.toLowerCase())
  const matchesAny = (glob: string) => folded.some((name) => matches(name, glob.toLowerCase().split('*')))
  if (globs.some((glob) => glob.startsWith('!') && matchesAny(glob.slice(1)))) return undefined
  return globs.find((glob) => !glob.startsWith('!') && matchesAny(glob))
}

/** The parts between the stars in their order, each at its first place: that finds a match if there is one, in one pass. */
function matches(name: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return name === first
  if (!name.startsWith(first)) return false
  let from = first.length
  for (const part of rest) {
    const at = name.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return name.length - last.length >= from && name.endsWith(last)
}
