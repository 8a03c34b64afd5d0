import type { Disk } from './disk.ts'
import { absent, failedWith } from './file-system.ts'
import { inspectDocument, type RunDocument } from './run-document.ts'
import { unseal } from './sealed-json.ts'
import type { OnTrouble } from './troubles.ts'

/** What was set aside is called. */
export const SET_ASIDE = /\.json\.unreadable-\d+$/

/** Reads runs' documents. One that cannot be served is said so and, where it is ours to do, set aside with all its bytes. */
export class DocumentReader {
  readonly #disk: Disk
  readonly #onTrouble: OnTrouble

  constructor(disk: Disk, onTrouble: OnTrouble) {
    this.#disk = disk
    this.#onTrouble = onTrouble
  }

  /**
   * Undefined where there is no document, or none to be served.
   *
   * @param name relative to the state directory
   * @param unfinished whether it may be that of a run that has not ended: its loss is an error, not a warning
   */
  async read(name: string, id: string, unfinished: boolean): Promise<RunDocument | undefined> {
    const level = unfinished ? 'error' : 'warn'
    const loss = unfinished ? ' This run had not ended: nothing goes on with it; look after its machine.' : ''
    let text: string | undefined
    try {
      text = await this.#disk.fs.readFile(this.#disk.path(name), 'utf8').catch(absent)
    } catch (error) {
      this.#onTrouble(name, `it cannot be read: ${(error as Error).message}.${loss}`, level)
      return undefined
    }
    if (text === undefined) return undefined
    const verdict = inspectDocument(unseal(text), id)
    if (verdict.is === 'run') return verdict.document
    if (verdict.is === 'newer') this.#onTrouble(name, `${verdict.why}.${loss}`, level)
    else this.#onTrouble(name, `${verdict.why}; ${await this.#setAside(name)}.${loss}`, level)
    return undefined
  }

  /** Says of the document of an unfinished run that an earlier process set it aside; somebody must look, whoever opens the directory. */
  isSetAside(name: string): void {
    this.#onTrouble(
      name,
      'it was damaged and set aside earlier. This run had not ended: nothing goes on with it; look after its machine, then take the file away.',
      'error',
    )
  }

  /** What was done with it. */
  async #setAside(name: string): Promise<string> {
    if (!this.#disk.writable) return 'it is not served'
    try {
      for (let number = 1; ; number += 1) {
        const aside = `${name}.unreadable-${number}`
        if ((await this.#disk.fs.stat(this.#disk.path(aside)).catch(absent)) !== undefined) continue
        await this.#disk.verify()
        await this.#disk.fs.rename(this.#disk.path(name), this.#disk.path(aside))
        return `it was set aside as ${aside.slice(aside.lastIndexOf('/') + 1)}`
      }
    } catch (error) {
      // somebody else was faster, or the disk does not let us: it is not served in any case
      return failedWith(error, 'ENOENT')
        ? 'it was set aside'
        : `it could not be set aside (${(error as Error).message})`
    }
  }
}
