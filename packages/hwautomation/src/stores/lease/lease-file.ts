import { join } from 'node:path'
import { absent, failedWith, type FileSystem, namesIn } from '../file-system.ts'
import { unseal } from '../sealed-json.ts'
import type { ProcessIdentity } from './process-identity.ts'

/** Folder of the state directory that says who owns it: a subfolder an owner, `<epoch>/lease.json`; the highest epoch counts. */
export const OWNER_FOLDER = 'owner'
export const LEASE_FILE = 'lease.json'

const EPOCH = /^\d{10}$/

/** What an owner says of itself. */
export interface LeaseDocument extends ProcessIdentity {
  readonly epoch: number
  /** ISO 8601, wall time. */
  readonly since: string
  /** Path of the owner's control socket. */
  readonly control?: string
  /** Given up in good order. */
  readonly released?: true
}

/** The highest epoch found. */
export interface FoundLease {
  readonly epoch: number
  /** Absent where the file is damaged. */
  readonly document?: LeaseDocument
  readonly damage?: string
  /** Wall time of the last heartbeat, in milliseconds since the epoch of time. */
  readonly beatAt: number
}

/** `42` → `0000000042`. */
export function epochName(epoch: number): string {
  return String(epoch).padStart(10, '0')
}

/** All epochs that have a folder, rising. */
export async function epochsIn(fs: FileSystem, owner: string): Promise<number[]> {
  return (await namesIn(fs, owner))
    .filter((name) => EPOCH.test(name))
    .map(Number)
    .toSorted((a, b) => a - b)
}

/** The lease that counts; undefined where there never was one. */
export async function findLease(fs: FileSystem, owner: string): Promise<FoundLease | undefined> {
  for (;;) {
    const epoch = (await epochsIn(fs, owner)).at(-1)
    if (epoch === undefined) return undefined
    const folder = join(owner, epochName(epoch))
    const folderStat = await fs.stat(folder).catch(absent)
    if (folderStat === undefined) continue // taken over this moment: look again
    const path = join(folder, LEASE_FILE)
    const stat = await fs.stat(path).catch(absent)
    const text = await fs.readFile(path, 'utf8').catch((error: unknown) => {
      if (failedWith(error, 'ENOENT', 'EISDIR')) return ''
      throw error
    })
    const beatAt = (stat ?? folderStat).mtimeMs
    const read = unseal(text)
    if (read.is !== 'whole') return { epoch, beatAt, damage: read.is === 'damaged' ? read.why : 'it has no checksum' }
    return { epoch, beatAt, document: read.value as LeaseDocument }
  }
}
