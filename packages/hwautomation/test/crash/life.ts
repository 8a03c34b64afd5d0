import type { Lab } from '@hwautomation/testkit'
import { killAt } from './killing.ts'
import type { Ended, Job } from './messages.ts'
import type { Moment } from './scenario.ts'
import type { WorkerPool } from './worker.ts'

/** How one process's work on a run went. */
export type Life =
  | { readonly is: 'ended'; readonly ended: Ended }
  /** `cursor`: of the last event that it told anybody. Lab time stands still until `release`. */
  | { readonly is: 'killed'; readonly cursor: string | undefined; readonly release: () => void }

export interface LifePlan {
  readonly lab: Lab
  readonly pool: WorkerPool
  readonly job: Job
  /** None: it lives. A function is given what kills, to be called in the midst of a call. */
  readonly until?: Moment | ((kill: () => void) => void) | undefined
  /** The moment is looked for only once somebody has cancelled. */
  readonly onceCancelled?: boolean
  /** Lab time stands still since the last process died; called when this one has joined it. */
  readonly release?: () => void
}

/** Lets a process work on a run until it ends, or until it is killed. */
export async function live({ lab, pool, job, until, onceCancelled = false, release }: LifePlan): Promise<Life> {
  const worker = pool.take()
  let cursor: string | undefined
  let arm: (() => void) | undefined
  const killed = new Promise<Life>((resolve, reject) => {
    if (until === undefined) return
    arm = () => {
      arm = undefined
      const killing = killAt(until, { lab, worker })
      killing.dead.then(() => resolve({ is: 'killed', cursor, release: killing.release }), reject)
    }
    if (!onceCancelled) arm()
  })
  const off = worker.on((report) => {
    if (report.is === 'connected') release?.()
    if (report.is === 'heard') cursor = report.cursor
    if (report.is === 'heard' && report.type === 'workflow.cancel-requested') arm?.()
  })
  const hold = typeof until === 'object' && until.at === 'write' ? { hold: until } : {}
  const survived = worker.work({ ...job, ...hold }).then(
    (ended): Life => ({ is: 'ended', ended }),
    (error: unknown) => {
      // Whoever is killed cannot report.
      if (worker.isKilled) return killed
      throw error
    },
  )
  try {
    const life = await Promise.race([killed, survived])
    if (life.is === 'ended') pool.giveBack(worker)
    return life
  } finally {
    off()
    if (worker.isKilled) pool.replace()
  }
}
