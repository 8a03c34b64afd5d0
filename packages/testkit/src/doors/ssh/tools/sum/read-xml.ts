import { SumError } from './exit.ts'

/** An element as far as a configuration file has them. */
export interface Element {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** Character data and CDATA, entities resolved. */
  readonly text: string
}

const TOKEN =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([A-Za-z][\w.-]*)\s*>|<([A-Za-z][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy

/** The root element of a well-formed file; everything else ends with 60. */
export function readXml(text: string): Element {
  const open: { tag: string; attributes: ReadonlyMap<string, string>; children: Element[]; text: string }[] = []
  let root: Element | undefined
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw malformed(text, at)
    const [, cdata, closing, opening, attributes = '', slash, data] = match
    const parent = open.at(-1)
    if (cdata !== undefined && parent !== undefined) parent.text += cdata
    else if (data !== undefined) {
      if (parent !== undefined) parent.text += resolved(data)
      else if (data.trim() !== '') throw malformed(text, at)
    } else if (opening !== undefined) {
      if (root !== undefined) throw malformed(text, at)
      open.push({ tag: opening, attributes: attributesOf(attributes), children: [], text: '' })
    }
    if (closing === undefined && slash !== '/') continue
    const done = open.pop()
    if (done === undefined || (closing !== undefined && done.tag !== closing)) throw malformed(text, at)
    const above = open.at(-1)
    if (above === undefined) root = done
    else above.children.push(done)
  }
  if (root === undefined || open.length > 0) throw malformed(text, text.length)
  return root
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name = '', one, other]) => [
      name,
      resolved(one ?? other ?? ''),
    ]),
  )
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function resolved(text: string): string {
  return text.replaceAll(
    /&(?:(\w+)|#(\d+)|#x([0-9a-f]+));/gi,
    (whole, name?: string, decimal?: string, hex?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole
      return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex ?? '0', 16) : Number(decimal))
    },
  )
}

function malformed(text: string, at: number): SumError {
  const line = text.slice(0, at).split('\n').length
  return new SumError(60, ['The BIOS configuration file is not well-formed.', `Line ${line}.`])
}
