import { isRunId } from '../workflow/ids.ts'
import type { ActiveRuns } from './active-runs.ts'
import type { PastRuns } from './past-runs.ts'
import type { RunDocument } from './run-document.ts'

/** Finds runs' documents, unfinished ones first: in memory for the owner of the directory, on the disk for one who only looks. */
export class RunLookup {
  readonly #active: ActiveRuns
  readonly #past: PastRuns
  readonly #readOnly: boolean

  constructor(active: ActiveRuns, past: PastRuns, readOnly: boolean) {
    this.#active = active
    this.#past = past
    this.#readOnly = readOnly
  }

  /** Not to be changed: it may be the one in memory. */
  async document(id: string): Promise<RunDocument | undefined> {
    if (!isRunId(id)) return undefined
    return this.#active.get(id) ?? (await this.#active.read(id)) ?? this.#past.read(id)
  }

  /** Those that may not have ended, oldest first. Not to be changed. */
  async activeDocuments(): Promise<RunDocument[]> {
    return this.#readOnly ? this.#active.readAll() : this.#active.all()
  }

  /** Their ids, newest first. */
  async activeIds(): Promise<string[]> {
    const ids = this.#readOnly ? await this.#active.idsOnDisk() : this.#active.all().map(({ id }) => id)
    return ids.toReversed()
  }
}
