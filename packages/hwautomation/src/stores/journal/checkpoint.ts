import type { Disk } from '../disk.ts'
import { absent } from '../file-system.ts'
import { seal, unseal } from '../sealed-json.ts'
import type { OnTrouble } from '../troubles.ts'
import { cursorOf, type Place, placeOf } from './cursor.ts'

/** How much of the journal an open may have to read for a run that has been waiting for weeks. */
export const CHECKPOINT_BYTES = 8 * 1024 * 1024

const FILE = ['journal', 'checkpoint.json'] as const

/** What was known about unfinished runs at a place of the journal, so that what is before it need not be read to know it again. */
export interface Checkpoint {
  readonly at: Place
  /** The highest `seq` in the journal, by run. */
  readonly seqs: Readonly<Record<string, number>>
}

export async function writeCheckpoint(disk: Disk, at: Place, seqs: ReadonlyMap<string, number>): Promise<void> {
  await disk.write(disk.path(...FILE), seal({ at: cursorOf(at), seqs: Object.fromEntries(seqs) }))
}

/** Undefined where there is none, or none that can be relied on: then more of the journal is read. */
export async function readCheckpoint(disk: Disk, onTrouble: OnTrouble): Promise<Checkpoint | undefined> {
  const text = await disk.fs.readFile(disk.path(...FILE), 'utf8').catch(absent)
  if (text === undefined) return undefined
  const read = unseal(text)
  if (read.is === 'whole') {
    const { at, seqs } = read.value as { readonly at: string; readonly seqs: Record<string, number> }
    return { at: placeOf(at), seqs }
  }
  onTrouble(FILE.join('/'), `${read.is === 'damaged' ? read.why : 'it has no checksum'}; it is not used`)
  return undefined
}
