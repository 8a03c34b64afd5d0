import type { Disk } from './disk.ts'
import { absent } from './file-system.ts'
import { inspectDocument, type RunDocument } from './run-document.ts'
import { unseal } from './sealed-json.ts'
import { setAside } from './set-aside.ts'
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
    else this.#onTrouble(name, `${verdict.why}; ${await setAside(this.#disk, name)}.${loss}`, level)
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
}
