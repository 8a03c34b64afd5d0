import { LineCounter, isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument, visit } from 'yaml'
import type { Document, Node, Pair } from 'yaml'
import { printable } from '../bios/printable.ts'

/** One thing wrong in a catalogue file. Lines and columns count from 1. */
export interface CatalogueFault {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** A path into a document: keys and list positions. */
export type NodePath = readonly (string | number)[]

/** A file that could be read as YAML, and where everything in it stands. */
export interface CatalogueSource {
  readonly file: string
  readonly content: unknown
  /** The place of a value, or of its key; of the nearest thing above it that exists where it does not. */
  position(path: NodePath, of: 'key' | 'value'): { readonly line: number; readonly column: number }
  /** True if the document itself holds something at this path. */
  has(path: NodePath): boolean
}

/** A catalogue is a page of text; more is a mistake or an attack. In UTF-16 units. */
export const LARGEST_FILE = 1_048_576

/** How often aliases may repeat nodes: enough for a shared block, far too little for a "billion laughs". */
const MOST_ALIASES = 100

/** Reads one file as YAML 1.2. Pure. Gives the source, or every reason why there is none. */
export function readSource(file: string, text: string): { source?: CatalogueSource; faults: CatalogueFault[] } {
  const lines = new LineCounter()
  const fault = (offset: number, message: string): CatalogueFault => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message: printable(message, 500) }
  }
  if (text.length > LARGEST_FILE) return { faults: [fault(0, `is larger than ${LARGEST_FILE / 1024} KiB`)] }
  const control = CONTROL.exec(text)
  if (control !== null) {
    lines.addNewLine(text.lastIndexOf('\n', control.index) + 1)
    const line = text.slice(0, control.index).split('\n').length
    const column = control.index - text.lastIndexOf('\n', control.index)
    return {
      faults: [
        {
          file,
          line,
          column,
          message: `holds the control character ${printable(control[0])}: this is not a text file`,
        },
      ],
    }
  }
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      merge: false,
      version: '1.2',
      logLevel: 'error',
    })
    const faults = [...document.errors, ...document.warnings].map((error) => fault(error.pos[0], error.message))
    faults.push(...reservedKeys(document).map((offset) => fault(offset, 'the key `__proto__` is not allowed')))
    if (faults.length > 0) return { faults }
    const content: unknown = document.toJS({ maxAliasCount: MOST_ALIASES })
    const shape = shapeFault(content)
    if (shape !== undefined) return { faults: [fault(0, shape)] }
    return { source: sourceOf(file, document, lines, content), faults: [] }
  } catch (error) {
    return { faults: [fault(0, `cannot be read: ${error instanceof Error ? error.message : String(error)}`)] }
  }
}

/** YAML 1.2 §5.1 allows no C0 control characters but tab and line ends. */
// eslint-disable-next-line no-control-regex -- looking for control characters is the point
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/

const DEEPEST = 32
const MOST_VALUES = 200_000

/** What is wrong with the size of a document: too deep (also an alias that contains itself) or too large once aliases are expanded. */
function shapeFault(content: unknown): string | undefined {
  const open: { value: unknown; depth: number }[] = [{ value: content, depth: 0 }]
  let seen = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next
    if (depth > DEEPEST) return `is nested deeper than ${DEEPEST} levels, or an alias contains itself`
    if (++seen > MOST_VALUES) return `holds more than ${MOST_VALUES} values once its aliases are expanded`
    if (value !== null && typeof value === 'object')
      for (const child of Object.values(value)) open.push({ value: child, depth: depth + 1 })
  }
  return undefined
}

/** Offsets of keys that would reach a prototype if anybody copied them carelessly. */
function reservedKeys(document: Document): number[] {
  const offsets: number[] = []
  visit(document, {
    Pair(_, pair) {
      if (isScalar(pair.key) && pair.key.value === '__proto__') offsets.push(pair.key.range?.[0] ?? 0)
    },
  })
  return offsets
}

function sourceOf(file: string, document: Document.Parsed, lines: LineCounter, content: unknown): CatalogueSource {
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node)
  const step = (parent: unknown, segment: string | number): Pair | Node | undefined => {
    const node = resolve(parent)
    if (isMap(node)) return node.items.find((pair) => isScalar(pair.key) && pair.key.value === segment)
    const item: unknown = isSeq(node) && typeof segment === 'number' ? node.items[segment] : undefined
    return isNode(item) ? item : undefined
  }
  const value = (found: Pair | Node): unknown => (isPair(found) ? found.value : found)
  return {
    file,
    content,
    has(path) {
      let node: unknown = document.contents
      for (const segment of path) {
        const found = step(node, segment)
        if (found === undefined) return false
        node = value(found)
      }
      return true
    },
    position(path, of) {
      let node: unknown = document.contents
      let last: Pair | Node | undefined
      let exact = true
      for (const segment of path) {
        const found = step(node, segment)
        if (found === undefined) {
          exact = false
          break
        }
        last = found
        node = value(found)
      }
      const target =
        last === undefined ? document.contents : isPair(last) && (of === 'key' || !exact) ? last.key : value(last)
      const place = isNode(target) && target.range ? target : isPair(last) ? last.key : document.contents
      const offset = isNode(place) ? (place.range?.[0] ?? 0) : 0
      const { line, col } = lines.linePos(offset)
      return { line: Math.max(line, 1), column: Math.max(col, 1) }
    },
  }
}
