import type { Lab } from '@hwautomation/testkit'
import { matrixLab } from '../provisioning/matrix/world.ts'
import { stateFolder, type CleanRun } from './clean.ts'
import { live } from './life.ts'
import { holdPromises } from './promises.ts'
import { SCENARIOS, type CrashCell, type Moment } from './scenario.ts'
import type { WorkerPool } from './worker.ts'

/** What came of a cell. */
export interface CrashVerdict {
  readonly cell: CrashCell
  /** `nothing`: killed before the run was written down; nobody was told that there is one. `missed`: it ended before the moment came. */
  readonly ended: 'COMPLETED' | 'CANCELLED' | 'nothing' | 'missed'
}

export interface CrashPlay {
  readonly cell: CrashCell
  readonly clean: CleanRun
  readonly pool: WorkerPool
  /** Lab time from the death of a process to the start of the next one. */
  readonly outageMs: number
  /** The process that goes on is killed too, there. */
  readonly again?: Moment | undefined
}

/** Kills the manager's process at one moment, or at two, lets another one go on in the same directory, and holds the run to its promises. */
export async function play({ cell, clean, pool, outageMs, again }: CrashPlay): Promise<CrashVerdict> {
  const { machine, cancelAt } = SCENARIOS[cell.scenario]
  await using lab = await matrixLab(machine)
  await using state = await stateFolder()
  const job = {
    deviceType: machine.deviceType,
    stateDir: state.path,
    connection: lab.connection(),
    clock: await lab.serveClock(),
  }
  const { moment } = cell

  let life = await live({
    lab,
    pool,
    job: { ...job, do: 'start', ...(cancelAt ? { cancelAt } : {}) },
    until: moment,
    onceCancelled: cancelAt !== undefined && moment.at === 'call' && moment.fromCancel === true,
  })
  if (life.is === 'ended') {
    await holdPromises({ cell, clean, ended: life.ended, lab, cursor: undefined, outageMs: 0 })
    return { cell, ended: 'missed' }
  }
  let cursor: string | undefined
  for (const until of again === undefined ? [undefined] : [again, undefined]) {
    cursor = life.cursor ?? cursor
    lab.faults.clear()
    const release = await outage(lab, life.release, outageMs)
    life = await live({
      lab,
      pool,
      job: { ...job, do: 'resume', ...(cursor === undefined ? {} : { cursor }) },
      until,
      release,
    })
    if (life.is === 'ended') {
      await lab.clock.settled()
      await holdPromises({ cell, clean, ended: life.ended, lab, cursor, outageMs })
      const status = life.ended.record?.status
      return {
        cell,
        ended: until !== undefined ? 'missed' : status === undefined ? 'nothing' : (status as 'COMPLETED'),
      }
    }
  }
  throw new Error('killed once more than asked for')
}

/** Lets lab time pass with nobody at work; it stands still again until the result is called. */
async function outage(lab: Lab, release: () => void, ms: number): Promise<() => void> {
  if (ms === 0) return release
  release()
  await lab.clock.sleep(ms)
  return lab.clock.holdStill()
}
