import { DOMParser, Node } from '@xmldom/xmldom'

/** An element as plain data: what stands in it, in its order. */
export interface XmlElement {
  readonly kind: 'element'
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlNode[]
}

export type XmlNode =
  | XmlElement
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'comment'; readonly text: string }

/** Configuration files of a BIOS have some hundred kilobytes and a depth of 8 at most. */
const MOST_CHARACTERS = 16 * 1024 * 1024
const DEEPEST = 64

/**
 * Parses one XML document, strictly: what a lenient parser would mend (a file that was cut off, a missing quote, an unknown entity) is
 * refused. A document type is refused whatever it says, so that there are no entities to expand and nothing to fetch.
 *
 * @throws SyntaxError with the reason, in words
 */
export function parseXml(text: string): XmlElement {
  if (text.length > MOST_CHARACTERS) throw new SyntaxError('it is too large')
  if (/<!DOCTYPE/i.test(text)) throw new SyntaxError('it has a document type, which no such file has')
  const parser = new DOMParser({
    locator: false,
    // XML 1.0 (section 2.11); the library's default also folds what XML 1.1 counts as line ends.
    normalizeLineEndings: (source) => source.replaceAll(/\r\n?/g, '\n'),
    onError: (_level, message) => {
      throw new SyntaxError(message)
    },
  })
  let root
  try {
    root = parser.parseFromString(text.replace(/^\uFEFF/, ''), 'text/xml').documentElement
  } catch (error) {
    throw new SyntaxError(reasonOf(error), { cause: error })
  }
  if (root === null) throw new SyntaxError('it has no root element')
  return toElement(root, 0)
}

/** Text between tags. A carriage return would be read as a line end, and so is written as a reference. */
export function escapeXmlText(text: string): string {
  return writable(text).replaceAll(/[&<>\r]/g, reference)
}

/** Text between the double quotes of an attribute, where any blank would be read as a space. */
export function escapeXmlAttribute(text: string): string {
  return writable(text).replaceAll(/[&<>"\t\n\r]/g, reference)
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function reference(character: string): string {
  return NAMED[character] ?? `&#${character.codePointAt(0)};`
}

/** XML 1.0 has no way to write control characters, and half a surrogate pair is no character. */
function writable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters that XML cannot hold
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\p{Surrogate}]/u.test(text))
    throw new SyntaxError('it holds a character that XML cannot write')
  return text
}

/** The library prefixes a reason with the level and repeats it. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return inner instanceof Error ? inner.message : String(inner)
}

type DomElement = NonNullable<ReturnType<DOMParser['parseFromString']>['documentElement']>

function toElement(element: DomElement, depth: number): XmlElement {
  if (depth > DEEPEST) throw new SyntaxError(`its elements are more than ${DEEPEST} deep`)
  const children: XmlNode[] = []
  for (let child = element.firstChild; child !== null; child = child.nextSibling) {
    const text = child.nodeValue ?? ''
    if (child.nodeType === Node.ELEMENT_NODE) children.push(toElement(child as DomElement, depth + 1))
    else if (child.nodeType === Node.COMMENT_NODE) children.push({ kind: 'comment', text })
    else if (child.nodeType === Node.TEXT_NODE || child.nodeType === Node.CDATA_SECTION_NODE)
      children.push({ kind: 'text', text })
  }
  const attributes = new Map<string, string>()
  for (let index = 0; index < element.attributes.length; index++) {
    const attribute = element.attributes.item(index)
    if (attribute !== null) attributes.set(attribute.name, attribute.value)
  }
  return { kind: 'element', name: element.tagName, attributes, children }
}

/** All text directly in an element. */
export function textOf(element: XmlElement): string {
  return element.children.map((child) => (child.kind === 'text' ? child.text : '')).join('')
}

/** The elements directly in an element, of one name. */
export function elementsOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child): child is XmlElement => child.kind === 'element' && child.name === name)
}
