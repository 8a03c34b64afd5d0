import type { RunSummary } from '../control/run-summary.ts'
import type { ManagerState } from '../workflow/ports.ts'
import { plain } from './style.ts'

/** What a hold comes to: it stops a run before a step, so there must be one to come. */
export function heldWords({ step, cancel, working }: RunSummary): string {
  if (cancel !== undefined) return 'It is being cancelled: that is not held.'
  if (step !== undefined && step.number === step.of && step.status === 'running')
    return `It is in its last step, ${plain(step.title)}: there is none to stop before, it goes on to its end.`
  return working ? 'It stops before its next step.' : 'It stops before its next step, once somebody goes on with it.'
}

/** What an approval comes to: the run goes on as any other that has not begun. */
export function approvedWords({ status, working }: RunSummary, state: ManagerState): string {
  if (status !== 'PENDING') return 'It was approved before, and has begun.'
  if (!working) return 'It is approved, and begins once somebody goes on with it.'
  return state.intake === undefined
    ? 'It is approved, and begins when its turn comes.'
    : 'It is approved, but no run is begun now: hwautomation proceed'
}

/** What a release comes to: other things may keep the run from going on. */
export function releasedWords(run: RunSummary, { intake, hardwareOff }: ManagerState): string {
  const others = [
    ...(run.working ? [] : [`nobody works on it: hwautomation resume ${run.id}`]),
    ...(intake?.is === 'paused' ? ['all runs are paused: hwautomation proceed'] : []),
    ...(intake?.is === 'draining' && run.status === 'PENDING'
      ? ['no run is begun any more: hwautomation proceed']
      : []),
    ...(hardwareOff === undefined ? [] : ['hardware is off: hwautomation hardware on']),
  ]
  return others.length === 0 ? 'It goes on.' : `It is not held any more, but ${others.join('; ')}`
}
