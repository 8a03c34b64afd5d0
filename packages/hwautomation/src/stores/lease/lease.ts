import { join } from 'node:path'
import { everyWallMs, systemClock } from '../../clock.ts'
import { HwError } from '../../errors.ts'
import { placeFile } from '../durable-file.ts'
import { absent, failedWith, type FileSystem } from '../file-system.ts'
import { seal } from '../sealed-json.ts'
import { onFiles } from '../store-errors.ts'
import type { OnTrouble } from '../troubles.ts'
import { claimLease, giveUp } from './claim.ts'
import { epochName, findLease, LEASE_FILE, type LeaseDocument, OWNER_FOLDER } from './lease-file.ts'

/** Heartbeats in the time after which a silent owner may be replaced. */
const BEATS = 3

/**
 * The right of one process to write a state directory. Its folder, `owner/<epoch>`, is where every file is written before it is
 * renamed to its place: who takes the directory over renames that folder away first, and so a late write of ours finds no file to
 * rename. Between that and the moment we notice, nothing of ours can reach the directory.
 */
export class Lease {
  /** For this owner's temporary files. */
  readonly folder: string
  /** See `Claim`. */
  readonly fromSilent: boolean
  readonly #fs: FileSystem
  readonly #root: string
  readonly #onTrouble: OnTrouble
  readonly #listeners = new Set<(error: Error) => void>()
  readonly #stopBeating: () => void
  #document: LeaseDocument
  #lost: HwError | undefined

  /** @throws HwError `store.in-use` where another process has it */
  static async take(fs: FileSystem, root: string, ttlMs: number, onTrouble: OnTrouble): Promise<Lease> {
    const { document, fromSilent } = await claimLease(fs, root, ttlMs, onTrouble)
    return new Lease(fs, root, ttlMs, onTrouble, document, fromSilent)
  }

  private constructor(
    fs: FileSystem,
    root: string,
    ttlMs: number,
    onTrouble: OnTrouble,
    document: LeaseDocument,
    fromSilent: boolean,
  ) {
    this.#fs = fs
    this.#root = root
    this.#onTrouble = onTrouble
    this.#document = document
    this.folder = join(root, OWNER_FOLDER, epochName(document.epoch))
    this.fromSilent = fromSilent
    this.#stopBeating = everyWallMs(ttlMs / BEATS, () => void this.#beat())
  }

  /** Why nothing can be written any more; undefined while we own the directory. */
  get lost(): HwError | undefined {
    return this.#lost
  }

  /** Looks whether the directory is still ours. @throws HwError `store.lease-lost` */
  async verify(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost
    const path = join(this.folder, LEASE_FILE)
    const found = await onFiles(path, 'look at the lease', () => this.#fs.stat(path).catch(absent))
    if (found === undefined) throw await this.#lose()
  }

  onLost(listener: (error: Error) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Says more in the lease, for other processes to read. */
  async publish(more: Pick<LeaseDocument, 'control'>): Promise<void> {
    await this.verify()
    this.#document = { ...this.#document, ...more }
    await placeFile(this.#fs, join(this.folder, LEASE_FILE), seal(this.#document), this.folder)
  }

  /** Gives the directory up: the next process takes it at once. */
  async release(): Promise<void> {
    this.#stopBeating()
    if (this.#lost !== undefined) return
    await giveUp(this.#fs, this.folder, this.#document).catch((error: Error) =>
      this.#onTrouble(OWNER_FOLDER, `the lease could not be given up (${error.message}); it runs out`),
    )
  }

  async #beat(): Promise<void> {
    const now = new Date(systemClock.now())
    try {
      await this.#fs.utimes(join(this.folder, LEASE_FILE), now, now)
    } catch (error) {
      if (failedWith(error, 'ENOENT')) await this.#lose()
      else this.#onTrouble(OWNER_FOLDER, `the lease could not be renewed: ${(error as Error).message}`)
    }
  }

  async #lose(): Promise<HwError> {
    const taker = await findLease(this.#fs, join(this.#root, OWNER_FOLDER)).catch(() => undefined)
    if (this.#lost !== undefined) return this.#lost
    this.#stopBeating()
    this.#lost = leaseLost(this.#root, taker?.document)
    for (const listener of this.#listeners) {
      try {
        listener(this.#lost)
      } catch (error) {
        this.#onTrouble(OWNER_FOLDER, `a listener for the loss of the lease threw: ${String(error)}`)
      }
    }
    this.#listeners.clear()
    return this.#lost
  }
}

function leaseLost(root: string, taker: LeaseDocument | undefined): HwError {
  const who = taker === undefined ? 'Somebody' : `Process ${taker.pid} on ${taker.host}`
  return new HwError({
    code: 'store.lease-lost',
    kind: 'conflict',
    message: `${who} has taken the state directory ${root} over, since this process gave no sign of life for too long. Nothing more is written here.`,
    hint: 'The runs go on in that process. Stop this one; if it was not paused or overloaded, check the clock and the disk of this machine.',
    context: { path: root, pid: taker?.pid, host: taker?.host, since: taker?.since, socket: taker?.control },
  })
}
