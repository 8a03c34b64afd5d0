import { createHash } from 'node:crypto'
import type { WorkflowRecord } from '../workflow/record.ts'
import type { Disk } from './disk.ts'
import { absent, namesIn } from './file-system.ts'
import { fileError } from './store-errors.ts'
import type { OnTrouble } from './troubles.ts'

const FOLDER = 'artefacts'
const SHA256 = /^[0-9a-f]{64}$/

/** Files beside the records, `artefacts/<sha256>`: what several runs keep is kept once. */
export class Artefacts {
  readonly #disk: Disk
  readonly #onTrouble: OnTrouble
  /** Put here, and named by no record yet. */
  readonly #unnamed = new Set<string>()
  /** Named by records that were written while it was looked which ones are needed. */
  #namedMeanwhile: Set<string> | undefined

  constructor(disk: Disk, onTrouble: OnTrouble) {
    this.#disk = disk
    this.#onTrouble = onTrouble
  }

  async put(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly bytes: number }> {
    const sha256 = hashOf(bytes)
    this.#unnamed.add(sha256)
    if ((await this.get(sha256)) === undefined) await this.#disk.write(this.#path(sha256), bytes)
    return { sha256, bytes: bytes.byteLength }
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    if (!SHA256.test(sha256)) return undefined
    const path = this.#path(sha256)
    const bytes = await this.#disk.fs.readFile(path).catch((error: unknown) => {
      try {
        return absent(error)
      } catch {
        throw fileError(error, path, 'read an artefact')
      }
    })
    if (bytes === undefined || hashOf(bytes) === sha256) return bytes
    this.#onTrouble(`${FOLDER}/${sha256}`, 'its content does not match its name; it is not served')
    return undefined
  }

  /** A record that names these is about to be written. */
  naming({ artefacts = [] }: Partial<Pick<WorkflowRecord, 'artefacts'>>): void {
    for (const { sha256 } of artefacts) this.#namedMeanwhile?.add(sha256)
  }

  /** A record that names these is durable. */
  named({ artefacts = [] }: Partial<Pick<WorkflowRecord, 'artefacts'>>): void {
    for (const { sha256 } of artefacts) this.#unnamed.delete(sha256)
  }

  /**
   * Removes those that no run needs.
   *
   * @param needed finds out which of these some run names; runs saved in the meantime are heeded without it
   * @returns how many were removed
   */
  async removeUnneeded(
    needed: (candidates: ReadonlySet<string>) => Promise<ReadonlySet<string>>,
    signal?: AbortSignal,
  ): Promise<number> {
    const meanwhile = (this.#namedMeanwhile = new Set<string>())
    try {
      const candidates = new Set(
        (await namesIn(this.#disk.fs, this.#disk.path(FOLDER))).filter((name) => SHA256.test(name)),
      )
      const kept = await needed(candidates)
      let removed = 0
      for (const sha256 of candidates) {
        if (kept.has(sha256) || meanwhile.has(sha256) || this.#unnamed.has(sha256)) continue
        signal?.throwIfAborted()
        await this.#disk.remove(this.#path(sha256))
        removed += 1
      }
      return removed
    } finally {
      this.#namedMeanwhile = undefined
    }
  }

  #path(sha256: string): string {
    return this.#disk.path(FOLDER, sha256)
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
