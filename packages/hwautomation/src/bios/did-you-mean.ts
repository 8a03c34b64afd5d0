/**
 * The nearest of the known names, best first, for "did you mean": at most `count`,
 * none that differs in more than a third of its letters.
 */
export function didYouMean(word: string, known: Iterable<string>, count = 3): string[] {
  if (word.length > LONGEST) return []
  return [...known]
    .filter((name) => name.length <= LONGEST)
    .map((name) => ({ name, distance: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance: edits }) => edits <= Math.max(2, Math.floor(Math.max(word.length, name.length) / 3)))
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name)
}

/** The sentence for it, with a blank in front, or nothing. */
export function didYouMeanText(word: string, known: Iterable<string>): string {
  const names = didYouMean(word, known)
  return names.length === 0 ? '' : ` Did you mean ${names.map((name) => `\`${name}\``).join(' or ')}?`
}

/** Longer strings are not typing mistakes; comparing them would only cost time. */
const LONGEST = 128

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}
