import { toHwError } from '../errors.ts'
import type { ActiveRuns } from './active-runs.ts'
import { fingerprint } from './fingerprint.ts'
import type { ManagerOptions } from './manager-options.ts'
import type { WorkflowRecord } from './record.ts'
import type { Registry } from './registry.ts'
import { Run, type RunDeps } from './run.ts'
import { unfinishedWork } from './unfinished-work.ts'
import { interrupted } from './wishes.ts'

/** A run that takes its process with it each time must not do so for ever. */
const MOST_TIMES_IN_VAIN = 10

export interface AdoptingDeps {
  readonly runs: RunDeps
  readonly active: ActiveRuns
  readonly registry: Registry
  readonly policy: NonNullable<ManagerOptions['resume']>
}

/**
 * Takes over a run that an earlier process did not bring to its end. It holds its resource, whatever becomes of it. One that cannot be
 * taken over keeps nobody else from being so.
 */
export async function adopt(record: WorkflowRecord, deps: AdoptingDeps): Promise<void> {
  const { runs, active, registry, policy } = deps
  try {
    const workable = registry.workable(record)
    const holder = active.holderOf(record.resource)?.run
    const run = new Run(record, runs, 'misfit' in workable ? undefined : workable)
    const meant = fingerprint(record.definition.name, [record.resource, record.request])
    const asked = record.fingerprint ?? meant
    active.keep({ run, meant, asked, key: record.idempotencyKey, created: Promise.resolve() })
    if (policy === 'leave') await run.park()
    else if (policy === 'fail')
      await run.giveUp(interrupted(record), 'FAILED', unfinishedWork(record, 'Its process ended'))
    else if ('misfit' in workable) await run.park(workable.misfit)
    else if (holder !== undefined) await run.park(secondOf(holder))
    else if (policy === 'park') await run.park('its process ended; resume it to go on')
    else if (timesInVain(record) >= MOST_TIMES_IN_VAIN) await run.park(inVain(record))
    else run.start()
  } catch (error) {
    runs.logger.error(
      { workflowId: record.id, error: toHwError(error).message },
      'an unfinished run was not gone on with',
    )
  }
}

/** Never two at a time on one machine, whatever brought them there. */
function secondOf({ id, record }: Run): string {
  return `run ${id} of ${record.resourceLabel} goes first: resume or cancel this one when that has ended`
}

/** How often it was gone on with, last, without getting to another step. */
function timesInVain({ resumptions = [] }: WorkflowRecord): number {
  const last = resumptions.at(-1)
  return resumptions.length - 1 - resumptions.findLastIndex(({ step }) => step !== last?.step)
}

function inVain(record: WorkflowRecord): string {
  const { step = 'its end' } = record.resumptions!.at(-1)!
  return `it was gone on with ${timesInVain(record)} times and got no further than ${step}: look at the log of the process, then resume or cancel it`
}
