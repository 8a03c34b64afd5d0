import { bounded } from './attempt.ts'
import { inWords } from './duration.ts'
import type { Run } from './run.ts'
import { hasEnded } from './status.ts'

/** A run that is not over, and what tells whether another start means the same. */
export interface ActiveRun {
  readonly run: Run
  /** Fingerprint of the resolved request. */
  readonly meant: string
  /** Fingerprint of the request as it was handed in. */
  readonly asked: string
  readonly key: string | undefined
  /** Resolves when it is written down. */
  readonly created: Promise<void>
}

/** The runs that are not over, also parked ones, which nobody works on: each holds its resource. */
export class ActiveRuns {
  readonly #byId = new Map<string, ActiveRun>()

  keep(active: ActiveRun): void {
    const { run } = active
    this.#byId.set(run.id, active)
    // The run's own `finished` is resolved after this, so that whoever waited for it finds the resource free. One that is stuck keeps
    // it: its document says that it is under way.
    run.onFinished(() => {
      if (!run.isStuck) this.#byId.delete(run.id)
    })
  }

  get(id: string): ActiveRun | undefined {
    return this.#byId.get(id)
  }

  find(test: (active: ActiveRun) => boolean): ActiveRun | undefined {
    return [...this.#byId.values()].find(test)
  }

  /** Whoever holds the resource, also one that has ended and still closes what it used. */
  holderOf(resource: string): ActiveRun | undefined {
    return this.find(({ run }) => run.resource === resource)
  }

  /** Those that this process works on, or will when their turn comes. */
  get atWork(): readonly Run[] {
    return this.runs.filter((run) => !run.isParked && !run.isStuck)
  }

  get runs(): readonly Run[] {
    return [...this.#byId.values()].map(({ run }) => run)
  }

  /** A run that has ended still closes what it used: its resource is free when that is done. */
  async untilLetGo(resource: string): Promise<void> {
    for (;;) {
      const holder = this.holderOf(resource)
      if (holder === undefined || !hasEnded(holder.run.record.status)) return
      await holder.run.finished
    }
  }

  /** Whether all of them are over within `ms` of wall time. */
  areOver(ms: number): Promise<boolean> {
    const all = Promise.all(this.runs.map((run) => run.finished))
    const late = new Error(`not over within ${inWords(ms)}`)
    return bounded(all, ms, () => late).then(
      () => true,
      () => false,
    )
  }
}
