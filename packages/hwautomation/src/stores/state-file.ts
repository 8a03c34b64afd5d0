import { Low } from 'lowdb'
import type { ManagerState } from '../workflow/ports.ts'
import type { Disk } from './disk.ts'
import { DamagedFile, DurableFile } from './durable-file.ts'
import { fileError } from './store-errors.ts'
import type { OnTrouble } from './troubles.ts'

interface StateDocument {
  readonly state: ManagerState
}

/** Twice, since what it says (nothing may be sent to any device) must not be lost with one damaged file. */
const NAMES = ['state.json', 'state.copy.json'] as const

/** What holds for the whole manager. */
export class StateFile {
  readonly #disk: Disk
  readonly #onTrouble: OnTrouble
  readonly #files: readonly Low<StateDocument>[]

  constructor(disk: Disk, onTrouble: OnTrouble) {
    this.#disk = disk
    this.#onTrouble = onTrouble
    this.#files = NAMES.map(
      (name) =>
        new Low(new DurableFile<StateDocument>(disk.path(name), { fileSystem: disk.fs, write: disk.write }), {
          state: {},
        }),
    )
  }

  /** `{}` where nothing was saved, or nothing of it can be read any more (which is an error in the troubles). */
  async load(): Promise<ManagerState> {
    let damaged = 0
    for (const [index, name] of NAMES.entries()) {
      try {
        const document = await new DurableFile<StateDocument>(this.#disk.path(name), {
          fileSystem: this.#disk.fs,
        }).read()
        if (document !== null) return document.state ?? {}
      } catch (error) {
        if (!(error instanceof DamagedFile)) throw fileError(error, this.#disk.path(name), 'read the state')
        damaged += 1
        const other =
          index === 0 ? 'its copy is used' : 'whether runs are paused or the hardware is off is not known any more'
        this.#onTrouble(name, `${error.message}; ${other}`, index === 0 ? 'warn' : 'error')
      }
    }
    if (damaged > 0) this.#onTrouble(NAMES[0], 'the state is lost: check whether runs should be paused', 'error')
    return {}
  }

  async save(state: ManagerState): Promise<void> {
    for (const file of this.#files) {
      file.data = { state }
      await file.write()
    }
  }
}
