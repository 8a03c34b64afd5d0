import { isMatch } from 'matcher'

/**
 * The glob that protects one of these names, if any. Letter case does not count: protecting too much is the safe side.
 * A glob with a leading `!` excludes again what the others protect; on its own it protects nothing.
 */
export function protectingGlob(names: readonly string[], globs: readonly string[]): string | undefined {
  const excluded = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
  if (excluded.length > 0 && isMatch(names, excluded)) return undefined
  return globs.find((glob) => !glob.startsWith('!') && isMatch(names, glob))
}
