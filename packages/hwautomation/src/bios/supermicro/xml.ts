import { DOMParser, Node, onErrorStopParsing } from '@xmldom/xmldom'
import type { Element } from '@xmldom/xmldom'
import { HwError } from '../../errors.ts'
import { printable } from '../printable.ts'

/** An element with everything in it, in the order of the file; names and texts as they are, blanks included. */
export interface XmlElement {
  readonly kind: 'element'
  readonly name: string
  /** In the order of the file: the tool writes `name` first. */
  readonly attributes: readonly (readonly [name: string, value: string])[]
  readonly children: readonly XmlNode[]
}

/** What an element can hold. Comments and CDATA sections are kept apart from text, so that a file is printed as it was. */
export type XmlNode =
  | XmlElement
  | { readonly kind: 'text' | 'cdata' | 'comment'; readonly text: string }
  | { readonly kind: 'instruction'; readonly target: string; readonly text: string }

/** Deeper files are refused: the tool nests menus six deep. */
export const DEEPEST_XML = 64

/**
 * Parses an XML document and returns its root element. Line ends are not normalised: CR LF inside help texts stays.
 * @throws HwError `bios.file-invalid` for anything that is not well-formed, has a document type, or nests too deep
 */
export function parseXml(text: string): XmlElement {
  assertHarmless(text)
  // Without a locator: it would only cost time. Line ends as they are: the tool writes CR LF in CDATA.
  const parser = new DOMParser({
    onError: onErrorStopParsing,
    locator: false,
    normalizeLineEndings: (source) => source,
  })
  let root: Element | null
  try {
    root = parser.parseFromString(text, 'text/xml').documentElement
  } catch (error) {
    throw notWellFormed(error instanceof Error ? firstLine(error.message) : String(error), error)
  }
  if (root === null) throw notWellFormed('it has no root element')
  return elementOf(root)
}

/**
 * One pass over the tags before the parser sees them. A document type could define entities that expand to gigabytes or
 * read local files (XXE, "billion laughs"); no tool of a server vendor writes one.
 */
function assertHarmless(text: string): void {
  const token = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<\/[^>]*>|<[^\s/>!?](?:"[^"]*"|'[^']*'|[^"'>])*>/y
  let depth = 0
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', token.lastIndex)) {
    if (/^<!doctype|^<!entity/i.test(text.slice(at, at + 9)))
      throw notWellFormed('it declares a document type, which could define entities')
    token.lastIndex = at
    const tag = token.exec(text)?.[0]
    // Cut off, or no tag at all: the parser says what is wrong with it.
    if (tag === undefined) return
    if (tag.startsWith('</')) depth--
    else if (!/^<[!?]/.test(tag) && !tag.endsWith('/>')) depth++
    if (depth > DEEPEST_XML) throw notWellFormed(`its elements nest deeper than ${DEEPEST_XML}`)
  }
}

function elementOf(element: Element): XmlElement {
  return {
    kind: 'element',
    name: element.nodeName,
    attributes: [...element.attributes].map(({ name, value }) => [name, value]),
    children: [...element.childNodes].map(nodeOf),
  }
}

function nodeOf(node: Node): XmlNode {
  switch (node.nodeType) {
    case Node.ELEMENT_NODE:
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its node type says so
      return elementOf(node as Element)
    case Node.CDATA_SECTION_NODE:
      return { kind: 'cdata', text: node.nodeValue ?? '' }
    case Node.COMMENT_NODE:
      return { kind: 'comment', text: node.nodeValue ?? '' }
    case Node.PROCESSING_INSTRUCTION_NODE:
      return { kind: 'instruction', target: node.nodeName, text: node.nodeValue ?? '' }
    default:
      return { kind: 'text', text: node.nodeValue ?? '' }
  }
}

/**
 * Prints an element and all in it; `parseXml` of it gives the same tree. Nothing is indented: white space is text.
 * Characters beyond ISO-8859-1 are written as references where XML allows that.
 * @throws HwError `bios.file-invalid` for a comment or CDATA section that XML cannot hold
 */
export function printXml({ name, attributes, children }: XmlElement): string {
  const start = `<${name}${attributes.map(([key, value]) => ` ${key}="${inAttribute(value)}"`).join('')}`
  // As the tool writes it: `<Information />`, but `<Subtitle></Subtitle>`; the end of the root says that a file is whole.
  const isShort = children.length === 0 && name !== 'BiosCfg' && (attributes.length > 0 || name === 'Information')
  return isShort ? `${start} />` : `${start}>${children.map(printNode).join('')}</${name}>`
}

function printNode(node: XmlNode): string {
  switch (node.kind) {
    case 'element':
      return printXml(node)
    case 'text':
      return inText(node.text)
    case 'cdata':
      return `<![CDATA[${assertLatin1(node.text, !node.text.includes(']]>'))}]]>`
    case 'comment':
      return `<!--${assertLatin1(node.text, !/--|-$/.test(node.text))}-->`
    case 'instruction':
      return `<?${node.target} ${assertLatin1(node.text, !node.text.includes('?>'))}?>`
    default:
      return node satisfies never
  }
}

/** A `>` is escaped too, for the sake of `]]>`; a line break would become a blank if it were written as it is. */
function inAttribute(value: string): string {
  return inText(value)
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, reference)
}

function inText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\u{100}-\u{10ffff}]/gu, reference)
}

function reference(character: string): string {
  return `&#${character.codePointAt(0)};`
}

function assertLatin1(text: string, isAllowed: boolean): string {
  if (isAllowed && !/[\u{100}-\u{10ffff}]/u.test(text)) return text
  throw new HwError({
    code: 'bios.file-invalid',
    kind: 'invalid',
    message: `A BIOS configuration file cannot hold this text: ${printable(text, 80)}.`,
    hint: 'The file is ISO-8859-1; use characters of it.',
  })
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? ''
}

function notWellFormed(why: string, cause?: unknown): HwError {
  return new HwError({
    code: 'bios.file-invalid',
    kind: 'invalid',
    message: `The BIOS configuration file is not XML that can be read: ${printable(why)}.`,
    hint: 'Export it again; a file that was cut off while it was written or copied looks like this.',
    ...(cause === undefined ? {} : { cause }),
  })
}
