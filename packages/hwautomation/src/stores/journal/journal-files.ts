import { join } from 'node:path'
import { type FileSystem, namesIn } from '../file-system.ts'

const NAME = /^(\d{8})\.jsonl$/

/** The journal's folder: a file a day, `<yyyymmdd>.jsonl`. */
export class JournalFiles {
  readonly fs: FileSystem
  readonly folder: string

  constructor(fs: FileSystem, folder: string) {
    this.fs = fs
    this.folder = folder
  }

  /** Oldest first. */
  async days(): Promise<string[]> {
    const days: string[] = []
    for (const name of await namesIn(this.fs, this.folder)) {
      const day = NAME.exec(name)?.[1]
      if (day !== undefined) days.push(day)
    }
    return days.toSorted()
  }

  path(day: string): string {
    return join(this.folder, this.name(day))
  }

  name(day: string): string {
    return `${day}.jsonl`
  }
}
