import { hasEnded } from '../../../src/workflow/status.ts'
import type { Asked, Session } from './session.ts'

/** Codes that a wish may be refused with. */
const REFUSALS: Readonly<Record<string, readonly string[]>> = {
  start: ['resource-busy', 'idempotency-mismatch', 'draining'],
  cancel: [],
  approve: ['has-ended', 'not-waiting-for-approval'],
  hold: ['has-ended'],
  release: ['has-ended'],
  resume: ['has-ended', 'not-parked'],
  skip: ['has-ended', 'not-skippable'],
  retry: [
    'not-ended',
    'superseded',
    'assume-needed',
    'nothing-to-assume',
    'not-skippable',
    'resource-busy',
    'idempotency-mismatch',
    'draining',
  ],
}
/** Where the manager was being closed. */
const CLOSING = [
  'workflow.manager-closed',
  'workflow.run-ended',
  'store.failed',
  'workflow.store-failed',
  'workflow.not-running-here',
]

/** Everything that is not as promised, at the end of a program. */
export async function verdict(session: Session): Promise<string[]> {
  const { monitor, asked, life, handles } = session
  const broken = [...monitor.violations]
  if (broken.length > 0) return broken
  for (const record of monitor.records.values())
    if (!hasEnded(record.status))
      broken.push(
        `${record.resource} ${record.id.slice(-6)} does not end: ${record.status}, waits for ${record.waitingFor?.detail}`,
      )
  if (broken.length > 0) return broken
  for (const wish of asked) broken.push(...answerProblems(session, wish), ...auditProblems(session, wish))
  broken.push(...keyProblems(asked))
  for (const [id, handle] of handles) {
    const outcome = await Promise.race([
      handle.outcome(),
      new Promise<undefined>((resolve) => setTimeout(resolve, 200, undefined)),
    ])
    if (outcome === undefined) broken.push(`outcome of ${id.slice(-6)} never settles`)
    else if (outcome.status !== monitor.records.get(id)?.status)
      broken.push(`outcome of ${id.slice(-6)} is ${outcome.status}`)
    const seqs: number[] = []
    for await (const event of handle.events()) seqs.push(event.seq)
    if (seqs.some((seq, index) => index > 0 && seq <= seqs[index - 1]!)) broken.push(`events of ${id.slice(-6)} repeat`)
  }
  if (session.manager.activeRuns !== 0) broken.push(`${session.manager.activeRuns} runs are said to be active`)
  if (life.alive) await session.close('detach')
  return [...broken, ...monitor.violations]
}

function answerProblems({ monitor, life }: Session, { action, run, answer, by, life: asker }: Asked): string[] {
  if (answer === undefined) return asker.alive ? [`${action} by ${by} is never answered`] : []
  if ('code' in answer) {
    const may = (REFUSALS[action] ?? []).map((code) => `workflow.${code}`)
    if (may.includes(answer.code) || (asker !== life && CLOSING.includes(answer.code))) return []
    return [`${action} by ${by} is refused with ${answer.code}: ${answer.message}`]
  }
  if (action !== 'cancel') return []
  const record = monitor.records.get(run!)!
  const { cancel, status } = record
  if (answer.value === 'requested' && cancel?.by !== by) return [`cancel by ${by} was taken and is not on record`]
  // a run that is given up, or let be because its device may be at work, ends FAILED; none completes against the wish
  const cameTooLate = status === 'FAILED' && cancel?.cameTooLate === true
  if (answer.value === 'requested' && status !== 'CANCELLED' && !cameTooLate)
    return [`cancel by ${by} was taken and its run is ${status}`]
  if (answer.value === 'too-late' && cancel?.by === by && cancel.cameTooLate !== true)
    return [`cancel by ${by} came too late and its run is ${status}`]
  if (answer.value === 'too-late' && cancel?.by !== by && asker === life && record.endedAt === undefined)
    return [`cancel by ${by} came too late to a run that had not ended`]
  return []
}

function auditProblems({ monitor }: Session, { by, action, answer, recorded }: Asked): string[] {
  const entries = monitor.audit.filter((entry) => entry.by === by)
  const isKnown = answer !== undefined && recorded === true
  if (entries.length > 1 || (isKnown && entries.length === 0))
    return [`${action} by ${by} is ${entries.length} times in the audit trail`]
  const outcome = answer !== undefined && 'code' in answer ? 'refused' : 'accepted'
  if (isKnown && entries[0]!.outcome !== outcome)
    return [`${action} by ${by} was ${outcome}, the audit trail says otherwise`]
  return []
}

function keyProblems(asked: readonly Asked[]): string[] {
  const first = new Map<string, string>()
  const broken: string[] = []
  for (const { key, answer, by } of asked) {
    if (key === undefined || answer === undefined || 'code' in answer) continue
    const { id } = answer.value as { id: string }
    const known = first.get(key) ?? id
    first.set(key, known)
    if (known !== id) broken.push(`${key} stands for two runs (asked by ${by})`)
  }
  return broken
}
