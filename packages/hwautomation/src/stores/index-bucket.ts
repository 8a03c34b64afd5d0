import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import type { Disk } from './disk.ts'
import { absent, FILE_MODE } from './file-system.ts'
import { checksum } from './sealed-json.ts'

/** `<run id> <hash of the name> <checksum of both>` */
const LINE = /^((run_[0-9a-f-]{36}) ([0-9a-f]{16})) ([0-9a-f]{8})$/
const NEWLINE = 0x0a

/** One line of the index: the run goes by that name (of a server, or an idempotency key). */
export interface IndexEntry {
  readonly id: string
  readonly hash: string
}

/** What a bucket file turned out to be. */
export type BucketVerdict =
  | { readonly is: 'whole'; readonly entries: readonly IndexEntry[] }
  | { readonly is: 'damaged'; readonly line: number }

/** Names are hashed: they may hold anything, and a file name may not. */
export function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 16)
}

export function textOf({ id, hash }: IndexEntry): string {
  return `${id} ${hash} ${checksum(`${id} ${hash}`)}\n`
}

/** A bucket's entries; none where there is no file. */
export async function readBucket(disk: Disk, path: string): Promise<BucketVerdict> {
  const text = (await disk.fs.readFile(path, 'utf8').catch(absent)) ?? ''
  const entries: IndexEntry[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue
    const [, both, id, hash, crc] = LINE.exec(line) ?? []
    if (both === undefined || checksum(both) !== crc) return { is: 'damaged', line: index + 1 }
    entries.push({ id: id!, hash: hash! })
  }
  return { is: 'whole', entries }
}

/** Adds an entry to a bucket file. Durable when it resolves. */
export async function appendToBucket(disk: Disk, path: string, entry: IndexEntry): Promise<void> {
  await disk.guard(path, 'write the index', async () => {
    const file = await disk.fs.open(path, 'a+', FILE_MODE)
    try {
      const { size } = await file.stat()
      // what a crash tore has no newline, and was never relied on: its run is entered again
      const torn = size > 0 && (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] !== NEWLINE
      await file.writeFile(`${torn ? '\n' : ''}${textOf(entry)}`)
      await file.datasync()
      if (size === 0) await disk.sync(dirname(path))
    } finally {
      await file.close()
    }
  })
}
