import { type Clock, timestamp } from '../clock.ts'
import { toMs } from './duration.ts'
import type { WorkflowRecord } from './record.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { lastSign, withoutLiveTasks } from './revived.ts'
import { changeStatus } from './status.ts'

/** Writes down that a run is RUNNING, with what was worked out for that: its deadline, the steps' weights. */
export function begun(keeper: RecordKeeper, clock: Clock, opened: Partial<WorkflowRecord>): Promise<void> {
  const startedAt = timestamp(clock)
  return keeper.transition(
    ({ waitingFor: _, ...record }): WorkflowRecord => ({
      ...record,
      ...opened,
      status: changeStatus(record.status, 'RUNNING'),
      startedAt,
    }),
    { type: 'workflow.status', from: keeper.record.status, to: 'RUNNING' },
  )
}

/** Writes down that this process goes on with a run; what died with the earlier one is told as ended. */
export function goneOn(keeper: RecordKeeper, clock: Clock): Promise<void> {
  const at = timestamp(clock)
  const step = keeper.record.steps.find(({ status }) => status === 'running')?.id
  const where = step === undefined ? {} : { step }
  const outageMs = Math.max(0, clock.now() - Date.parse(lastSign(keeper.record)))
  return keeper.transition(
    ({ waitingFor: _, ...record }): WorkflowRecord => ({
      ...record,
      steps: record.steps.map((is) => withoutLiveTasks(is, at)),
      resumptions: [...(record.resumptions ?? []), { at, ...where }],
    }),
    { type: 'workflow.resumed', ...where, outageMs },
  )
}

/**
 * The end of the whole run's time, wall clock; nothing where it has all the time of the world.
 * @throws TypeError for a time-out that is no duration, RangeError for one that leads beyond the calendar
 */
export function deadlineOf({ limits }: WorkflowRecord, clock: Clock): Pick<WorkflowRecord, 'deadline'> {
  const timeout = limits?.timeout
  if (timeout === undefined) return {}
  const end = new Date(clock.now() + toMs(timeout))
  if (Number.isNaN(end.getTime())) throw new RangeError(`The time-out "${timeout}" leads beyond the calendar.`)
  return { deadline: end.toISOString() }
}
