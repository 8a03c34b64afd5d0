import type { Change } from './changes.ts'
import type { BatchItem } from './record.ts'

/** The newest run of each item, by resource: an item goes by that one. */
export class NewestRuns {
  readonly #runs = new Map<string, string>()

  constructor(items: readonly BatchItem[]) {
    for (const { run, resource } of items) if (run !== undefined) this.#runs.set(resource, run)
  }

  /** The item has this run now. */
  set(resource: string, run: string): void {
    this.#runs.set(resource, run)
  }

  /** The item whose newest run it is. */
  resourceOf(run: string): string | undefined {
    for (const [resource, newest] of this.#runs) if (newest === run) return resource
    return undefined
  }

  /** What waited for the store may be of a run that was retried meanwhile: it is no news of the item then. */
  whileNewest(resource: string, run: string, change: Change): Change {
    return (record) => (this.#runs.get(resource) === run ? change(record) : record)
  }
}
