import { dirname, join } from 'node:path'
import { type FileSystem, nodeFileSystem } from '../file-system.ts'
import { findLease, OWNER_FOLDER } from './lease-file.ts'
import { livenessOf, thisProcess } from './process-identity.ts'

/** Who owns a state directory. */
export interface StoreOwner {
  readonly pid: number
  readonly host: string
  /** ISO 8601 */
  readonly since: string
  /** ISO 8601: its last sign of life. */
  readonly lastSeen: string
  /** Path of its control socket. Not in a copy of the directory: what is asked of a copy must not happen in the original. */
  readonly control?: string
  /** Whether it is the process that asks. */
  readonly self: boolean
}

/**
 * Who owns the state directory; undefined where nobody does: never opened, given up, or its process is certainly gone. Writes nothing.
 *
 * @example
 * const owner = await readLease('./state')
 * if (owner?.control !== undefined) connect(owner.control)
 */
export async function readLease(stateDir: string): Promise<StoreOwner | undefined> {
  const fs = nodeFileSystem
  const found = await findLease(fs, join(stateDir, OWNER_FOLDER))
  const lease = found?.document
  if (found === undefined || lease === undefined || lease.released === true) return undefined
  const self = await thisProcess(fs)
  if ((await livenessOf(fs, lease, self)) === 'gone') return undefined
  return {
    pid: lease.pid,
    host: lease.host,
    since: lease.since,
    lastSeen: new Date(found.beatAt).toISOString(),
    ...(lease.control === undefined || (await servesAnother(fs, stateDir, lease.control))
      ? {}
      : { control: lease.control }),
    self: lease.pid === self.pid && lease.startTicks === self.startTicks && lease.bootId === self.bootId,
  }
}

/** Whether the socket is in another state directory than this one, which then is a copy of it. */
async function servesAnother(fs: FileSystem, stateDir: string, control: string): Promise<boolean> {
  const folder = dirname(control)
  const isStateDir = await fs.stat(join(folder, OWNER_FOLDER)).catch(() => undefined)
  if (isStateDir === undefined) return false
  const [there, here] = await Promise.all([fs.stat(folder), fs.stat(stateDir)])
  return there.dev !== here.dev || there.ino !== here.ino
}
