/**
 * The nearest of the known names, best first, for "did you mean": at most `count`,
 * none that differs in more than a third of its letters.
 */
export function didYouMean(word: string, known: Iterable<string>, count = 3): string[] {
  if (word.length > LONGEST) return []
  const wanted = word.toLowerCase()
  const near: { name: string; edits: number }[] = []
  for (const name of known) {
    if (name.length > LONGEST) continue
    const candidate = name.toLowerCase()
    // What is worse than the best ones so far is not counted to its end.
    const allowed = Math.max(2, Math.floor(Math.max(word.length, name.length) / 3))
    const most = Math.min(allowed, near[count - 1]?.edits ?? allowed)
    const edits = isEndOfPath(wanted, candidate) ? 0 : distance(wanted, candidate, most)
    if (edits > most) continue
    near.push({ name, edits })
    near.sort((one, other) => one.edits - other.edits || (one.name < other.name ? -1 : 1))
    near.length = Math.min(near.length, count)
  }
  return near.map(({ name }) => name)
}

/** The sentence for it, with a blank in front, or nothing. */
export function didYouMeanText(word: string, known: Iterable<string>): string {
  const names = didYouMean(word, known)
  return names.length === 0 ? '' : ` Did you mean ${names.map((name) => `\`${name}\``).join(' or ')}?`
}

/** Longer strings are not typing mistakes; comparing them would only cost time. */
const LONGEST = 256

/** True if the word is the last part of a menu path: whoever wrote `Quiet Boot` left the menus out. */
function isEndOfPath(word: string, path: string): boolean {
  return path.endsWith(` > ${word}`) || path.replace(/#\d+$/, '').endsWith(` > ${word}`)
}

/**
 * Levenshtein distance, or something above `most` as soon as it is clear that it exceeds that (Ukkonen's band):
 * a board of Supermicro has 1,500 names of a hundred letters, with much in common at both ends.
 */
function distance(first: string, second: string, most: number): number {
  if (Math.abs(first.length - second.length) > most) return most + 1
  let start = 0
  while (start < first.length && first[start] === second[start]) start++
  let end = 0
  const rest = Math.min(first.length, second.length) - start
  while (end < rest && first[first.length - 1 - end] === second[second.length - 1 - end]) end++
  const [a, b] = [first.slice(start, first.length - end), second.slice(start, second.length - end)]
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  let row = Array.from({ length: b.length + 1 }, () => most + 1)
  for (let i = 1; i <= a.length; i++) {
    const from = Math.max(1, i - most)
    const to = Math.min(b.length, i + most)
    row[from - 1] = from === 1 ? i : most + 1
    let least = row[from - 1] ?? most + 1
    for (let j = from; j <= to; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const edits = Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      row[j] = edits
      if (edits < least) least = edits
    }
    if (least > most) return most + 1
    ;[previous, row] = [row, previous]
  }
  return previous[b.length] ?? 0
}
