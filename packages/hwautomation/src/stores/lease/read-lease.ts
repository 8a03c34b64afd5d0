import { join } from 'node:path'
import { nodeFileSystem } from '../file-system.ts'
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
  /** Path of its control socket. */
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
    ...(lease.control === undefined ? {} : { control: lease.control }),
    self: lease.pid === self.pid && lease.startTicks === self.startTicks && lease.bootId === self.bootId,
  }
}
