import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import { systemClock } from '../../clock.ts'
import { HwError } from '../../errors.ts'
import { placeFile } from '../durable-file.ts'
import { absent, failedWith, FILE_MODE, type FileSystem, FOLDER_MODE, namesIn } from '../file-system.ts'
import { syncFolder } from '../folder-sync.ts'
import { seal } from '../sealed-json.ts'
import type { OnTrouble } from '../troubles.ts'
import {
  epochName,
  epochsIn,
  findLease,
  type FoundLease,
  LEASE_FILE,
  type LeaseDocument,
  OWNER_FOLDER,
} from './lease-file.ts'
import { livenessOf, type ProcessIdentity, thisProcess } from './process-identity.ts'

const FORGOTTEN_MS = 3_600_000

export interface Claim {
  readonly document: LeaseDocument
  /** The owner before gave no sign for longer than the lease allows, but may only sleep: what it has open must be taken from it. */
  readonly fromSilent: boolean
}

/**
 * Makes this process the owner of a state directory, or refuses.
 *
 * The owner is who has the highest epoch. A claim is one rename of a folder that already holds the lease onto `owner/<epoch>`, which
 * fails where that exists (rename(2): ENOTEMPTY). The folders of earlier epochs are then renamed away: whatever their owners still
 * write goes through files in there, and fails from that moment on.
 *
 * @throws HwError `store.in-use`
 */
export async function claimLease(fs: FileSystem, root: string, ttlMs: number, onTrouble: OnTrouble): Promise<Claim> {
  const owner = join(root, OWNER_FOLDER)
  await fs.mkdir(owner, { recursive: true, mode: FOLDER_MODE })
  const self = await thisProcess(fs)
  for (;;) {
    const before = await findLease(fs, owner)
    const state = before === undefined ? 'free' : await stateOf(fs, owner, before, self, ttlMs)
    if (before !== undefined && state === 'held') throw inUse(root, before, self, ttlMs)
    if (before?.damage !== undefined)
      onTrouble(
        `${OWNER_FOLDER}/${epochName(before.epoch)}/${LEASE_FILE}`,
        `${before.damage}; nobody renews it, the directory was taken`,
      )
    const document = { ...self, epoch: (before?.epoch ?? 0) + 1, since: new Date(systemClock.now()).toISOString() }
    if (!(await place(fs, owner, document))) continue // somebody was faster: look again
    const folder = join(owner, epochName(document.epoch))
    try {
      await syncFolder(fs, owner)
      // one who looked long ago may get an epoch whose folder was cleared away since
      if ((await epochsIn(fs, owner)).at(-1) === document.epoch) {
        await fenceOthers(fs, owner, document.epoch)
        return { document, fromSilent: state === 'silent' }
      }
      await fs.rm(folder, { recursive: true, force: true })
    } catch (error) {
      await giveUp(fs, folder, document).catch(() => {})
      throw error
    }
  }
}

/**
 * `free`: given up, or its process is certainly gone. `silent`: overdue, and no heartbeat came while we watched. Watching makes the
 * verdict independent of how two machines' clocks differ.
 */
async function stateOf(
  fs: FileSystem,
  owner: string,
  lease: FoundLease,
  self: ProcessIdentity,
  ttlMs: number,
): Promise<'free' | 'silent' | 'held'> {
  if (lease.document?.released === true) return 'free'
  if (lease.document !== undefined) {
    if ((await livenessOf(fs, lease.document, self)) === 'gone') return 'free'
    if (Math.abs(systemClock.now() - lease.beatAt) <= ttlMs) return 'held'
  }
  await systemClock.sleep(ttlMs / 2)
  const later = await findLease(fs, owner)
  return later?.epoch === lease.epoch && later.beatAt === lease.beatAt ? 'silent' : 'held'
}

/** False where the epoch is taken. */
async function place(fs: FileSystem, owner: string, document: LeaseDocument): Promise<boolean> {
  const prepared = join(owner, `.claim-${randomUUID()}`)
  try {
    await fs.mkdir(prepared, { mode: FOLDER_MODE })
    await fs.writeFile(join(prepared, LEASE_FILE), seal(document), { mode: FILE_MODE, flush: true })
    await fs.rename(prepared, join(owner, epochName(document.epoch)))
    return true
  } catch (error) {
    await fs.rm(prepared, { recursive: true, force: true }).catch(() => {})
    if (failedWith(error, 'ENOTEMPTY', 'EEXIST')) return false
    throw error
  }
}

/**
 * Marks a lease as over. Its folder stays, since an epoch must never be used again: whoever had it before would write into it. Where
 * even that cannot be written, the lease is taken away, and so runs out.
 */
export async function giveUp(fs: FileSystem, folder: string, document: LeaseDocument): Promise<void> {
  const { control: _, ...rest } = document
  const path = join(folder, LEASE_FILE)
  try {
    await placeFile(fs, path, seal({ ...rest, released: true }), folder)
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return
    await fs.rm(path, { force: true })
  }
}

async function fenceOthers(fs: FileSystem, owner: string, epoch: number): Promise<void> {
  for (const other of await epochsIn(fs, owner))
    if (other < epoch)
      await fs
        .rename(join(owner, epochName(other)), join(owner, `.fenced-${epochName(other)}-${randomUUID()}`))
        .catch(absent)
  await syncFolder(fs, owner)
  for (const name of await namesIn(fs, owner))
    if (name.startsWith('.fenced-') || (await isForgottenClaim(fs, join(owner, name))))
      await fs.rm(join(owner, name), { recursive: true, force: true })
}

/** Left by a process that was killed while it made its claim. Those that are just being made are let alone. */
async function isForgottenClaim(fs: FileSystem, path: string): Promise<boolean> {
  if (!basename(path).startsWith('.claim-')) return false
  const stat = await fs.stat(path).catch(absent)
  return stat !== undefined && systemClock.now() - stat.mtimeMs > FORGOTTEN_MS
}

function inUse(root: string, { document, beatAt }: FoundLease, self: ProcessIdentity, ttlMs: number): HwError {
  const { pid, host, since, control } = document ?? {}
  const here = host === self.host && pid === self.pid
  const who =
    document === undefined ? 'a process that cannot be named' : here ? 'this very process' : `process ${pid} on ${host}`
  const seconds = Math.max(0, Math.ceil((beatAt + ttlMs - systemClock.now()) / 1_000))
  return new HwError({
    code: 'store.in-use',
    kind: 'conflict',
    message: `The state directory ${root} is in use by ${who}${since === undefined ? '' : `, since ${since}`}.`,
    hint: `${
      control === undefined ? '' : `Send what you want done to that process (control socket ${control}), or `
    }${control === undefined ? 'S' : 's'}top that process first; if it is gone for good, try again in ${seconds + Math.ceil(ttlMs / 1_000)} seconds. To look only, open the directory with readOnly.`,
    context: { path: root, pid, host, since, socket: control },
  })
}
