import { randomUUID } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Disk } from '../disk.ts'
import { FILE_MODE } from '../file-system.ts'
import type { OnTrouble } from '../troubles.ts'
import type { JournalFiles } from './journal-files.ts'

const NEWLINE = 0x0a

/** The size of a day's file without a torn last line, which is moved to a file of its own. */
export async function withoutTornLine(
  file: FileHandle,
  disk: Disk,
  files: JournalFiles,
  day: string,
  onTrouble: OnTrouble,
): Promise<number> {
  const { size } = await file.stat()
  const whole = await endOfLastLine(file, size)
  if (whole === size) return size
  const torn = Buffer.alloc(size - whole)
  await file.read(torn, 0, torn.byteLength, whole)
  const aside = `${day}.torn-${whole}`
  await disk.fs.writeFile(join(files.folder, aside), torn, { mode: FILE_MODE })
  await file.truncate(whole)
  await file.sync()
  onTrouble(
    `journal/${files.name(day)}`,
    `the last line was torn (${torn.byteLength} bytes, moved to ${aside}); what is before it is served`,
  )
  return whole
}

/** Puts a copy in the place of a file, so that who still has it open writes to something that has no name any more. */
export async function replaceOpenFile(disk: Disk, path: string): Promise<void> {
  await disk.guard(path, 'copy the journal', async (lease) => {
    const copy = join(lease.folder, `.journal.${randomUUID()}.tmp`)
    await disk.fs.copyFile(path, copy)
    const file = await disk.fs.open(copy, 'r+')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
    await disk.fs.rename(copy, path)
    await disk.sync(dirname(path))
  })
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
