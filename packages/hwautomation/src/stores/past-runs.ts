import { dirname } from 'node:path'
import { isRunId } from '../workflow/ids.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import type { WorkflowStatus } from '../workflow/status.ts'
import type { Disk } from './disk.ts'
import type { DocumentReader } from './document-reader.ts'
import { failedWith, namesIn } from './file-system.ts'
import { recordOf, type RunDocument } from './run-document.ts'
import { seal } from './sealed-json.ts'

/** Relative to the state directory. */
export const PAST_FOLDER = 'past'
const ENDS = ['COMPLETED', 'FAILED', 'CANCELLED'] as const
const NAME = /^(run_[0-9a-f-]{36})\.(COMPLETED|FAILED|CANCELLED)\.json$/

/** A past run by its file name. */
export interface PastRun {
  readonly id: string
  readonly status: WorkflowStatus
  /** Relative to the state directory. */
  readonly name: string
}

/**
 * Runs that have ended: `past/<yyyymmdd>/<hhm0>/<id>.<status>.json`, by the time in their id. A folder holds the runs begun within ten
 * minutes, so that a page reads a few short folders however long the history is; the status is in the name, so that filtering by it
 * opens no file.
 */
export class PastRuns {
  readonly #disk: Disk
  readonly #reader: DocumentReader

  constructor(disk: Disk, reader: DocumentReader) {
    this.#disk = disk
    this.#reader = reader
  }

  async read(id: string): Promise<RunDocument | undefined> {
    for (const status of ENDS) {
      const document = await this.#reader.read(nameOf(id, status), id, false)
      if (document !== undefined) return document
    }
    return undefined
  }

  /** Moves an ended run's document here from where the unfinished ones are. Harmless when it was moved already. */
  async take({ id, status }: RunDocument, from: string): Promise<void> {
    const path = this.#disk.path(nameOf(id, status))
    await this.#disk.guard(path, 'move a past run', async () => {
      await this.#disk.folder(dirname(path))
      await this.#disk.fs.rename(from, path).catch((error: unknown) => {
        if (!failedWith(error, 'ENOENT')) throw error
      })
      await this.#disk.sync(dirname(path))
    })
  }

  /** Writes the document of a run that is here already. */
  async write(document: RunDocument): Promise<void> {
    await this.#disk.write(this.#disk.path(nameOf(document.id, document.status)), seal(document))
  }

  /** All of them by name. Reads a folder only when the one before is used up. With `before` those with a lower id only. */
  async *newestFirst(before?: string): AsyncGenerator<PastRun> {
    const [lastDay, lastPart] = before === undefined ? [] : partitionOf(before)
    for (const day of (await this.#folders(PAST_FOLDER)).toReversed()) {
      if (lastDay !== undefined && day > lastDay) continue
      for (const part of (await this.#folders(PAST_FOLDER, day)).toReversed()) {
        if (day === lastDay && lastPart !== undefined && part > lastPart) continue
        yield* (await this.inPartition(day, part)).toReversed().filter(({ id }) => before === undefined || id < before)
      }
    }
  }

  /** All ids, newest first. */
  async *ids(): AsyncGenerator<string> {
    for await (const { id } of this.newestFirst()) yield id
  }

  /** All that can be read, newest first. Costs the whole history. */
  async *records(): AsyncGenerator<WorkflowRecord> {
    for await (const run of this.newestFirst()) {
      const document = await this.readNamed(run)
      if (document !== undefined) yield recordOf(document)
    }
  }

  /** Days and their parts, oldest first. */
  async *partitions(): AsyncGenerator<{ readonly day: string; readonly part: string }> {
    for (const day of await this.#folders(PAST_FOLDER))
      for (const part of await this.#folders(PAST_FOLDER, day)) yield { day, part }
  }

  /** The runs of one part, oldest first. */
  async inPartition(day: string, part: string): Promise<PastRun[]> {
    const runs: PastRun[] = []
    for (const name of await namesIn(this.#disk.fs, this.#disk.path(PAST_FOLDER, day, part))) {
      const [, id, status] = NAME.exec(name) ?? []
      if (id !== undefined && isRunId(id))
        runs.push({ id, status: status as WorkflowStatus, name: `${PAST_FOLDER}/${day}/${part}/${name}` })
    }
    return runs.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }

  readNamed({ name, id }: PastRun): Promise<RunDocument | undefined> {
    return this.#reader.read(name, id, false)
  }

  async #folders(...parts: string[]): Promise<string[]> {
    return (await namesIn(this.#disk.fs, this.#disk.path(...parts))).filter((name) => /^\d+$/.test(name)).toSorted()
  }
}

function nameOf(id: string, status: WorkflowStatus): string {
  return `${PAST_FOLDER}/${partitionOf(id).join('/')}/${id}.${status}.json`
}

/** The first 48 bits of a UUIDv7 are milliseconds since 1970 (RFC 9562, 5.7): `['20261123', '0940']`. */
function partitionOf(id: string): [day: string, part: string] {
  const time = new Date(parseInt(id.slice('run_'.length).replaceAll('-', '').slice(0, 12), 16))
  if (Number.isNaN(time.getTime())) return ['00000000', '0000']
  const digits = time.toISOString().replaceAll(/\D/g, '')
  return [digits.slice(0, 8), `${digits.slice(8, 11)}0`]
}
