import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { timestamp, systemClock } from '../../clock.ts'
import type { AuditEntry, JournalEntry } from '../../workflow/events.ts'
import type { Disk } from '../disk.ts'
import { FILE_MODE } from '../file-system.ts'
import { seal } from '../sealed-json.ts'
import { notOpen } from '../store-errors.ts'
import type { OnTrouble } from '../troubles.ts'
import { BEGINNING, cursorOf, dayOf, type Place } from './cursor.ts'
import { replaceOpenFile, withoutTornLine } from './journal-mending.ts'
import type { JournalFiles } from './journal-files.ts'

type Entry = JournalEntry | AuditEntry
type Written = Entry & { readonly cursor: string }

interface Append {
  readonly entries: readonly Entry[]
  readonly done: (lines: readonly Written[]) => void
  readonly failed: (error: unknown) => void
}

/**
 * Appends to the journal: JSON Lines, each with a checksum. Appends that wait for the disk share one write and one fdatasync.
 * A cursor is the day and the offset behind the line.
 */
export class JournalWriter {
  readonly #disk: Disk
  readonly #files: JournalFiles
  readonly #onTrouble: OnTrouble
  readonly #onWritten: (entries: readonly Entry[], bytes: number) => void
  #file: FileHandle | undefined
  #place = BEGINNING
  /** Half a line may be behind `#place`. */
  #unclean = false
  #waiting: Append[] = []
  #writing: Promise<void> | undefined
  #closed = false

  /** @param onWritten hears of what is durable now, before those who appended it do */
  constructor(
    disk: Disk,
    files: JournalFiles,
    onTrouble: OnTrouble,
    onWritten: (entries: readonly Entry[], bytes: number) => void,
  ) {
    this.#disk = disk
    this.#files = files
    this.#onTrouble = onTrouble
    this.#onWritten = onWritten
  }

  /** Everything before it is durable. */
  get place(): Place {
    return this.#place
  }

  /**
   * Sets a torn last line of the newest file aside (what a crash in the middle of a write leaves).
   *
   * @param takeAway the owner before may still hold that file open: go on in a copy of it
   */
  async open(takeAway: boolean): Promise<void> {
    const newest = (await this.#files.days()).at(-1)
    if (newest === undefined) return
    if (takeAway) await replaceOpenFile(this.#disk, this.#files.path(newest))
    await this.#openDay(newest)
  }

  append(entries: readonly Entry[]): Promise<readonly Written[]> {
    if (this.#closed) return Promise.reject(notOpen(this.#disk.root))
    if (entries.length === 0) return Promise.resolve([])
    return new Promise((done, failed) => {
      this.#waiting.push({ entries, done, failed })
      this.#writing ??= this.#drain()
    })
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
        const lines = await this.#disk.guard(this.#files.folder, 'write to the journal', () => this.#write(batch))
        for (const [index, append] of batch.entries()) append.done(lines[index]!)
      } catch (error) {
        for (const append of batch) append.failed(error)
      }
    }
    this.#writing = undefined
  }

  async #write(batch: readonly Append[]): Promise<Written[][]> {
    const file = await this.#fileFor(batch)
    const { day, offset: start } = this.#place
    let offset = start
    const texts: Buffer[] = []
    const lines = batch.map(({ entries }) =>
      entries.map((entry) => {
        const text = Buffer.from(`${seal(entry)}\n`)
        texts.push(text)
        offset += text.byteLength
        return { ...entry, cursor: cursorOf({ day, offset }) }
      }),
    )
    await this.#disk.verify()
    try {
      await writeAll(file, Buffer.concat(texts), start)
      await file.datasync()
    } catch (error) {
      this.#unclean = true
      await this.#clean(file).catch(() => {})
      throw error
    }
    // taken over in between: then this went to a file that nobody reads, or nobody may rely on it
    await this.#disk.verify()
    this.#place = { day, offset }
    this.#onWritten(
      batch.flatMap(({ entries }) => entries),
      offset - start,
    )
    return lines
  }

  /** The file of the latest day in the batch, or of the day that is open: the order of files is the order of events. */
  async #fileFor(batch: readonly Append[]): Promise<FileHandle> {
    const today = dayOf(timestamp(systemClock))!
    const days = batch.flatMap(({ entries }) => entries.map(({ at }) => dayOf(at) ?? today))
    const day = days.reduce((latest, day) => (day > latest ? day : latest), this.#place.day)
    if (this.#file === undefined || day > this.#place.day) await this.#openDay(day)
    const file = this.#file!
    await this.#clean(file)
    return file
  }

  /** Half a line must not be in the way of the next. */
  async #clean(file: FileHandle): Promise<void> {
    if (!this.#unclean) return
    await file.truncate(this.#place.offset)
    this.#unclean = false
  }

  async #openDay(day: string): Promise<void> {
    const file = await this.#disk.fs.open(this.#files.path(day), constants.O_RDWR | constants.O_CREAT, FILE_MODE)
    try {
      // asked after opening: who takes over from now on takes this file away from us
      await this.#disk.verify()
      const offset = await withoutTornLine(file, this.#disk, this.#files, day, this.#onTrouble)
      await this.#disk.sync(this.#files.folder)
      await this.#file?.close()
      this.#file = file
      this.#place = { day, offset }
      this.#unclean = false
    } catch (error) {
      await file.close()
      throw error
    }
  }
}

/** One write may take less than it was given. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done)
    done += bytesWritten
  }
}
