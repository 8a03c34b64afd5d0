import { type FileHandle, open, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JournalEntry, WorkflowEvent } from '../workflow/events.ts'
import { syncFolder } from './durable-file.ts'
import { linesOf } from './lines.ts'

const FILE_MODE = 0o600
const NAME = /^(\d{8})\.jsonl$/
const NEWLINE = 0x0a

/** What was found damaged and set aside or passed over. */
export type OnTrouble = (file: string, message: string) => void

interface Append {
  readonly entries: readonly JournalEntry[]
  readonly done: (events: readonly WorkflowEvent[]) => void
  readonly failed: (error: unknown) => void
}

/**
 * Append-only JSON Lines, a file a day. Appends that wait for the disk share one write and one fdatasync.
 * A cursor is the day and the offset behind the event's line.
 */
export class Journal {
  readonly #folder: string
  readonly #onTrouble: OnTrouble
  #file: FileHandle | undefined
  #day = ''
  #size = 0
  #waiting: Append[] = []
  #writing: Promise<void> | undefined
  #closed = false

  constructor(folder: string, onTrouble: OnTrouble) {
    this.#folder = folder
    this.#onTrouble = onTrouble
  }

  /** Sets a torn last line of the newest file aside (what a crash in the middle of a write leaves). */
  async open(): Promise<void> {
    const newest = (await this.#days()).at(-1)
    if (newest !== undefined) await this.#openDay(newest)
  }

  append(entries: readonly JournalEntry[]): Promise<readonly WorkflowEvent[]> {
    if (this.#closed) return Promise.reject(new Error('The journal is closed.'))
    return new Promise((done, failed) => {
      this.#waiting.push({ entries, done, failed })
      this.#writing ??= this.#drain()
    })
  }

  /**
   * Events of one run after a `seq`, in order. Reads the files from `fromDay` (yyyymmdd) on, line by line: the cost is that of the
   * journal since then, the memory that of one event.
   */
  async *events(workflowId: string, afterSeq: number, fromDay: string): AsyncIterable<WorkflowEvent> {
    const mark = `"workflowId":"${workflowId}"`
    let last = afterSeq
    for (const day of await this.#days()) {
      if (day < fromDay) continue
      for await (const { text, end } of linesOf(this.#path(day))) {
        if (!text.includes(mark)) continue
        const event = this.#parse(text, day, end)
        if (event === undefined || event.workflowId !== workflowId || event.seq <= last) continue
        last = event.seq
        yield event
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#writing
    await this.#file?.close()
    this.#file = undefined
  }

  async #drain(): Promise<void> {
    await Promise.resolve() // appends of one tick go together
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        const written = await this.#write(batch)
        for (const [index, append] of batch.entries()) append.done(written[index]!)
      } catch (error) {
        for (const append of batch) append.failed(error)
      }
    }
    this.#writing = undefined
  }

  async #write(batch: readonly Append[]): Promise<(readonly WorkflowEvent[])[]> {
    const first = batch.flatMap(({ entries }) => entries)[0]
    if (first === undefined) return batch.map(() => [])
    const day = dayOf(first.at)
    // never back to an older file: the order of files is the order of events
    if (this.#file === undefined || day > this.#day) await this.#openDay(day > this.#day ? day : this.#day)
    let offset = this.#size
    const lines: Buffer[] = []
    const events = batch.map(({ entries }) =>
      entries.map((entry) => {
        const line = Buffer.from(`${JSON.stringify(entry)}\n`)
        lines.push(line)
        offset += line.byteLength
        return { ...entry, cursor: cursor(this.#day, offset) }
      }),
    )
    const file = this.#file!
    try {
      await writeAll(file, Buffer.concat(lines), this.#size)
      await file.datasync()
    } catch (error) {
      // half a line must not be in the way of the next
      await file.truncate(this.#size).catch(() => {})
      throw error
    }
    this.#size = offset
    return events
  }

  async #openDay(day: string): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
    const path = this.#path(day)
    const file = await open(path, 'a+', FILE_MODE).then(async (made) => {
      await made.close()
      return open(path, 'r+')
    })
    this.#size = await this.#mend(file, day)
    this.#file = file
    this.#day = day
    await syncFolder(this.#folder)
  }

  /** The size of the file without a torn last line, which is moved to a file of its own. */
  async #mend(file: FileHandle, day: string): Promise<number> {
    const { size } = await file.stat()
    const whole = await endOfLastLine(file, size)
    if (whole === size) return size
    const torn = Buffer.alloc(size - whole)
    await file.read(torn, 0, torn.byteLength, whole)
    const aside = `${day}.torn-${whole}`
    await writeFile(join(this.#folder, aside), torn, { mode: FILE_MODE })
    await file.truncate(whole)
    await file.sync()
    this.#onTrouble(
      `${day}.jsonl`,
      `the last line was torn (${torn.byteLength} bytes, moved to ${aside}); what is before it is served`,
    )
    return whole
  }

  #parse(text: string, day: string, end: number): WorkflowEvent | undefined {
    try {
      return { ...(JSON.parse(text) as WorkflowEvent), cursor: cursor(day, end) }
    } catch {
      this.#onTrouble(`${day}.jsonl`, `the line that ends at byte ${end} is not JSON; it is passed over`)
      return undefined
    }
  }

  async #days(): Promise<string[]> {
    const names = await readdir(this.#folder)
    return names
      .map((name) => NAME.exec(name)?.[1])
      .filter((day) => day !== undefined)
      .toSorted()
  }

  #path(day: string): string {
    return join(this.#folder, `${day}.jsonl`)
  }
}

/** `2026-11-23T06:00:00.000Z` → `20261123`. */
export function dayOf(timestamp: string): string {
  return timestamp.slice(0, 10).replaceAll('-', '')
}

function cursor(day: string, offset: number): string {
  return `${day}.${offset}`
}

/** One write may take less than it was given. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done)
    done += bytesWritten
  }
}

async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024)
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - chunk.byteLength)
    const { bytesRead } = await file.read(chunk, 0, end - start, start)
    const at = chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE)
    if (at >= 0) return start + at + 1
    end = start
  }
  return 0
}
