/**
 * The words of a command as the person meant them. Slack and phones change what is typed: `--` becomes a dash, quotes curl, a host
 * name becomes a link, `&` an entity (docs.slack.dev, "Escaping text"). A dash is changed back at the beginning of a word and inside
 * the brackets of a range; everything else is as it was. Never throws.
 */
export function wordsOf(text: string): string[] {
  const words = unlinked(text)
    .replaceAll(INVISIBLE, '')
    .replaceAll(/[\u201C\u201D\u201E\u00AB\u00BB]/g, '"')
    .replaceAll(/[\u2018\u2019\u201A\u2039\u203A]/g, "'")
    .split(/\s+/u)
    .map(unadorned)
    .filter((word) => word !== '')
  return joined(words)
}

/** Zero-width characters, soft hyphens, directional controls and C0 but white space: nobody types them on purpose. */
const INVISIBLE =
  // eslint-disable-next-line no-control-regex -- looking for control characters is the point
  /[\u0000-\u0008\u000E-\u001F\u007F\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]/g

/** `<http://srv001.example|srv001.example>` was typed `srv001.example`; entities are undone last, once. */
function unlinked(text: string): string {
  return text
    .replaceAll(/<([^<>|]{0,2000})(?:\|([^<>|]{0,2000}))?>/g, (all, target: string, label?: string) => {
      if (/^(?:https?|mailto|tel):/i.test(target)) return label ?? target.replace(/^(?:https?:\/\/|mailto:|tel:)/i, '')
      if (/^[@#!]/.test(target)) return `${target[0] === '#' ? '#' : '@'}${label ?? target.slice(1)}`
      return all
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

const DASH = '[\u2010-\u2015\u2212]'

function unadorned(word: string): string {
  return withoutQuotes(word)
    .replace(new RegExp(`^(?:[\u2014\u2015]|${DASH}{2})-?(?=[\\p{L}]|$)`, 'u'), '--')
    .replace(new RegExp(`^[\u2012\u2013](?=[\\p{L}]|$)`, 'u'), '--')
    .replaceAll(/\[[^[\]]*\]/g, (range) => range.replaceAll(new RegExp(DASH, 'g'), '-'))
}

/** Quotes and backticks around a word, as in a command that was copied. */
function withoutQuotes(word: string): string {
  const quoted = /^(["'`]+)(.*?)["'`]+$/su.exec(word)
  return quoted === null ? word : quoted[2]!
}

/** `srv001, srv002` is one list, however it is spaced. */
function joined(words: readonly string[]): string[] {
  const lists: string[] = []
  for (const word of words) {
    const last = lists.at(-1)
    const continues = last !== undefined && (last.endsWith(',') || word.startsWith(','))
    if (continues && !word.startsWith('--') && !last.startsWith('--')) lists[lists.length - 1] = last + word
    else lists.push(word)
  }
  return lists
}
