import type { JournalLine, WorkflowEvent } from '../../workflow/events.ts'
import type { JournalQuery } from '../../workflow/ports.ts'
import { asksFor, noSuchCursor } from '../journal-query.ts'
import { migrateLine } from '../migrations.ts'
import { unseal } from '../sealed-json.ts'
import type { OnTrouble } from '../troubles.ts'
import { BEGINNING, cursorOf, dayOf, isBefore, type Place, placeOf } from './cursor.ts'
import type { JournalFiles } from './journal-files.ts'
import { endsLine, linesOf } from './lines.ts'

/** How a line of the first release begins; those had no checksum. */
const UNSEALED_LINE = '{"v":1,'

interface ReaderDeps {
  readonly files: JournalFiles
  readonly onTrouble: OnTrouble
  /** Up to where the journal is durable; undefined where another process writes it. */
  readonly written: () => Place | undefined
  /** The machine of a run, for lines of the first release, which did not name it. */
  readonly resourceOf: (workflowId: string) => Promise<string>
}

/** Reads the journal in its order, which is that of writing. Costs the bytes read, and the memory of one line. */
export class JournalReader {
  readonly #deps: ReaderDeps

  constructor(deps: ReaderDeps) {
    this.#deps = deps
  }

  /**
   * Events of one run after a `seq`, from a place on. With `lastSeq` the reading ends there: nothing of the run is behind it.
   */
  async *events(workflowId: string, afterSeq: number, from: Place, lastSeq = Infinity): AsyncIterable<WorkflowEvent> {
    if (afterSeq >= lastSeq) return
    const mark = `"workflowId":"${workflowId}"`
    let last = afterSeq
    for await (const line of this.#lines(from, (text) => text.includes(mark))) {
      if (line.type === 'audit' || line.workflowId !== workflowId || line.seq <= last) continue
      last = line.seq
      yield line
      if (last >= lastSeq) return
    }
  }

  /** @throws HwError `store.no-such-cursor` */
  async *lines(query: JournalQuery): AsyncIterable<JournalLine> {
    const from = query.after === undefined ? startOf(query) : await this.#placeBehind(query.after)
    const { workflowId, resource } = query
    const marks = workflowId === undefined ? [] : [JSON.stringify(workflowId)]
    const machine = resource === undefined ? undefined : JSON.stringify(resource)
    const mayFit = (text: string) =>
      marks.every((mark) => text.includes(mark)) &&
      (machine === undefined || text.includes(machine) || text.startsWith(UNSEALED_LINE))
    for await (const line of this.#lines(from, mayFit)) if (asksFor(query, line)) yield line
  }

  /** The highest `seq` of each run in the journal behind a place. */
  async lastSeqs(from: Place): Promise<Map<string, number>> {
    const seqs = new Map<string, number>()
    for await (const line of this.#lines(from, () => true))
      if (line.type !== 'audit') seqs.set(line.workflowId, Math.max(line.seq, seqs.get(line.workflowId) ?? 0))
    return seqs
  }

  /** Another directory's cursor, or one that somebody made up, would silently pass over what is there. */
  async #placeBehind(cursor: string): Promise<Place> {
    const { files, written } = this.#deps
    const place = placeOf(cursor)
    const end = written()
    const isAhead = end !== undefined && isBefore(end, place)
    if (isAhead || !(await endsLine(files.fs, files.path(place.day), place.offset))) throw noSuchCursor(cursor)
    return place
  }

  async *#lines(from: Place, mayFit: (text: string) => boolean): AsyncGenerator<JournalLine> {
    const { files, written } = this.#deps
    let next = from
    for (;;) {
      const day: string | undefined = (await files.days()).find((day) => day >= next.day)
      if (day === undefined) return
      const start = day === next.day ? next.offset : 0
      const limit = () => {
        const end = written()
        return end === undefined || day < end.day ? Infinity : day === end.day ? end.offset : 0
      }
      for await (const { text, end } of linesOf(files.fs, files.path(day), start, limit)) {
        if (!mayFit(text)) continue
        const line = await this.#parse(text, { day, offset: end })
        if (line !== undefined) yield line
      }
      next = { day: String(Number(day) + 1), offset: 0 }
    }
  }

  async #parse(text: string, place: Place): Promise<JournalLine | undefined> {
    const { files, onTrouble, resourceOf } = this.#deps
    const read = unseal(text)
    const value = read.is === 'damaged' ? undefined : (read.value as JournalLine)
    if (value === undefined || (read.is === 'unsealed' && !text.startsWith(UNSEALED_LINE)) || !isLine(value)) {
      const why = read.is === 'damaged' ? read.why : 'it is not a line of ours'
      onTrouble(`journal/${files.name(place.day)}`, `the line that ends at byte ${place.offset} is passed over: ${why}`)
      return undefined
    }
    const line = { ...value, cursor: cursorOf(place) }
    if (read.is === 'whole' || line.type === 'audit') return line
    return migrateLine(line, line.resource ?? (await resourceOf(line.workflowId)))
  }
}

/** Where the lines of `from` begin: a file holds no line of a later day. */
function startOf({ from }: JournalQuery): Place {
  const day = from === undefined ? undefined : dayOf(from)
  return day === undefined ? BEGINNING : { day, offset: 0 }
}

function isLine(value: unknown): value is JournalLine {
  if (value === null || typeof value !== 'object') return false
  const { type, at, workflowId, seq } = value as Partial<WorkflowEvent>
  if (typeof type !== 'string' || typeof at !== 'string') return false
  return (type as string) === 'audit' || (typeof workflowId === 'string' && typeof seq === 'number')
}
