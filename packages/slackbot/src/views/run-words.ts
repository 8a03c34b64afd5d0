import type { StepRecord, SubTaskRecord, WishRecord, WorkflowRecord } from 'hwautomation'
import { between } from './durations.ts'
import { plain } from './escape.ts'

/** True once nothing changes any more. */
export function hasEnded({ status }: Pick<WorkflowRecord, 'status'>): boolean {
  return status !== 'PENDING' && status !== 'RUNNING'
}

/** The step one looks at: being undone, at work, the one it ended in, else the next. */
export function currentStep(record: WorkflowRecord): StepRecord | undefined {
  const { steps } = record
  return (
    steps.find((step) => step.undo?.status === 'running') ??
    steps.find((step) => step.status === 'running') ??
    steps.findLast((step) => step.status === 'failed' || step.status === 'cancelled') ??
    (hasEnded(record) ? undefined : steps.find((step) => step.status === 'pending'))
  )
}

/** The newest sub-task that is at work. */
export function currentSubTask(step: StepRecord | undefined): SubTaskRecord | undefined {
  return step?.subTasks.findLast(({ status }) => status === 'running')
}

/** Device type of a request, where it has one: the one field of it that is shown. */
export function deviceTypeOf({ request }: Pick<WorkflowRecord, 'request'>): string | undefined {
  if (request === null || typeof request !== 'object' || Array.isArray(request)) return undefined
  const { deviceType } = request as { readonly deviceType?: unknown }
  return typeof deviceType === 'string' && deviceType !== '' ? deviceType : undefined
}

/** The usual kind of run, which need not be named; also one made of its steps that says for which device type. */
export function isProvisioning(record: Pick<WorkflowRecord, 'definition' | 'request'>): boolean {
  return record.definition.name === 'server-provisioning' || deviceTypeOf(record) !== undefined
}

/** `srv001.maas → a1.c5.large`; another kind of run says its name. */
export function aimOf(record: WorkflowRecord): string {
  const server = plain(record.resourceLabel, 70) || '?'
  if (!isProvisioning(record)) return `${server} · ${plain(record.definition.name, 40)}`
  const deviceType = deviceTypeOf(record)
  return deviceType === undefined ? server : `${server} → ${plain(deviceType, 50)}`
}

/** The state of a run in a few words. Percent only where it is asked for: it changes all the time. */
export function stateWords(
  record: WorkflowRecord,
  { working = true, percent = true }: { readonly working?: boolean; readonly percent?: boolean } = {},
): string {
  const { status, cancel, waitingFor } = record
  const took = between(record.startedAt, record.endedAt)
  const after = took === '' ? '' : ` after ${took}`
  if (status === 'COMPLETED')
    return `${isProvisioning(record) ? 'ready' : 'complete'}${took === '' ? '' : `, in ${took}`}`
  if (status === 'FAILED') return `failed${after}`
  if (status === 'CANCELLED') return `cancelled${after}`
  if (!working) return 'waits until somebody resumes it'
  if (cancel !== undefined) return 'being cancelled'
  if (waitingFor?.kind === 'approval') return 'waits for approval'
  if (waitingFor?.kind === 'hold') return 'held'
  if (status === 'PENDING') return waitingFor?.kind === 'lock' ? 'waits for the machine' : 'waits for its turn'
  return percent ? `under way, ${Math.round(record.percent)} %` : 'under way'
}

/** One sentence for notifications and lists: server, aim, state. */
export function headline(record: WorkflowRecord, options: Parameters<typeof stateWords>[1] = {}): string {
  return `${aimOf(record)}: ${stateWords(record, options)}`
}

/** Below that nobody speaks of slowness. */
const NOT_SLOW_MS = 60_000

/** Whether the step at work takes more than twice as long as it usually does. It waits for nobody. */
export function isSlow(record: WorkflowRecord, now: number): boolean {
  const step = record.steps.find(({ status }) => status === 'running')
  if (step?.startedAt === undefined || record.waitingFor !== undefined || hasEnded(record)) return false
  return now - Date.parse(step.startedAt) > 2 * Math.max(step.expectedMs, NOT_SLOW_MS)
}

/** Marks as in the terminal. */
export function markOf({ status }: Pick<WorkflowRecord, 'status'>): string {
  return { PENDING: '·', RUNNING: '▸', COMPLETED: '✔', FAILED: '✘', CANCELLED: '⊘' }[status]
}

/** Where a run is, or why it ended: a line of a list. */
export function whereWords(record: WorkflowRecord, max: number): string {
  const step = currentStep(record)
  if (record.status === 'FAILED') {
    const at = step === undefined ? '' : `${step.title}: `
    return plain(`${at}${record.error?.message ?? 'no reason is on record'}`, max)
  }
  if (record.status === 'CANCELLED') return plain(`by ${record.cancel?.by ?? '?'}${because(record.cancel)}`, max)
  if (record.status === 'COMPLETED') return plain(record.settled?.endState ?? tookWords(record), max)
  if (record.cancel !== undefined) return plain(`cancel asked for by ${record.cancel.by}`, max)
  if (record.waitingFor !== undefined) return plain(record.waitingFor.detail, max)
  return plain([step?.title, currentSubTask(step)?.name].filter(Boolean).join(': '), max)
}

/** `: because of the smoke`, or nothing. */
export function because(wish: Pick<WishRecord, 'reason'> | undefined): string {
  return wish === undefined || wish.reason === '' ? '' : `: ${wish.reason}`
}

/** `3 warnings`; nothing for none. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return number === 0 ? '' : `${number} ${number === 1 ? one : many}`
}

function tookWords({ startedAt, endedAt }: WorkflowRecord): string {
  const took = between(startedAt, endedAt)
  return took === '' ? '' : `took ${took}`
}
