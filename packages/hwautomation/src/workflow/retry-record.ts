import { approvalOfRetry } from './approval.ts'
import type { WorkflowDefinition } from './definition.ts'
import { UNDO_PREFIX } from './effects.ts'
import { newRunId } from './ids.ts'
import { newStep } from './new-record.ts'
import type { Intent, StepRecord, WishRecord, WorkflowRecord } from './record.ts'
import { assumeNeeded, nothingToAssume, notSkippable, type RetryWish } from './wishes.ts'

/**
 * The document of a run that goes on from another that failed or was cancelled: the steps it completed are to be taken over where they
 * still hold, the one it stopped at is begun anew, knowing what had been sent.
 * @throws HwError `workflow.assume-needed`, `workflow.nothing-to-assume`, `workflow.not-skippable`
 */
export function retryRecord(
  of: WorkflowRecord,
  definition: WorkflowDefinition<any>,
  wish: RetryWish & { readonly asked: WishRecord },
): WorkflowRecord {
  const { asked, assume, skip = [] } = wish
  const first = of.steps.findIndex((step) => !isDone(step) && !isToBeTakenOver(step))
  const at = first < 0 ? of.steps.length : first // cancelled when all was done, and nothing was undone
  const open = of.steps.slice(at).flatMap((step) => openIntents(of, step))
  if (assume !== undefined && open.length === 0) throw nothingToAssume(of)
  if (assume === undefined && open.length > 0) throw assumeNeeded(of, open.map(nameOf))
  const { limits, fingerprint, batch } = of
  const approval = approvalOfRetry(of, asked)
  return {
    schema: 2,
    id: newRunId(),
    definition: of.definition,
    request: of.request,
    resource: of.resource,
    resourceLabel: of.resourceLabel,
    requestedBy: asked.by,
    via: asked.via,
    ...(wish.idempotencyKey === undefined ? {} : { idempotencyKey: wish.idempotencyKey }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(limits === undefined ? {} : { limits }),
    ...(skip.length === 0 ? {} : { skips: skipsOf(of, definition, skip, asked) }),
    ...(approval === undefined ? {} : { approval }),
    ...(batch === undefined ? {} : { batch }),
    retryOf: of.id,
    status: 'PENDING',
    createdAt: asked.at,
    percent: 0,
    seq: 0,
    steps: of.steps.map((step, index) =>
      index < at ? carried(step, of.id) : again(step, openIntents(of, step), assume),
    ),
    warnings: [],
    leftBehind: [],
    artefacts: of.artefacts.filter(({ step }) => of.steps.findIndex(({ id }) => id === step) < at),
  }
}

/** Done, and not undone since. */
function isDone({ status, undo }: StepRecord): boolean {
  return (status === 'completed' && undo === undefined) || status === 'skipped'
}

/** A retry that ended before it came to the step: what was found before that is still to be looked at. */
function isToBeTakenOver({ status, carriedFrom }: StepRecord): boolean {
  return status === 'pending' && carriedFrom !== undefined
}

/** A skip is decided anew; a completed step waits to be looked at again. */
function carried(step: StepRecord, from: string): StepRecord {
  const fresh = newStep(step.id, step.title)
  if (step.status === 'skipped') return fresh
  const { expectedMs, startedAt, endedAt, output, evidence, intents, inherited = [], carriedFrom = from } = step
  return {
    ...fresh,
    expectedMs,
    evidence,
    inherited: [...inherited, ...intents],
    carriedFrom,
    ...(output === undefined ? {} : { output }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
  }
}

function again(step: StepRecord, open: readonly Intent[], assume: RetryWish['assume']): StepRecord {
  const decided = assume === 'done' ? open.map((intent) => ({ ...intent, state: 'done' as const })) : []
  return {
    ...newStep(step.id, step.title),
    intents: [...saidToBeDone(step), ...decided],
    inherited: [...(step.inherited ?? []), ...step.intents],
  }
}

/** What an operator had said to be done before an earlier retry stays done, unless that was undone since. */
function saidToBeDone({ status, intents, undo }: StepRecord): Intent[] {
  return status === 'completed' || undo !== undefined ? [] : intents.filter(({ state }) => state === 'done')
}

/**
 * Calls that nobody knows the outcome of, or that may still be in effect: blind ones that were not undone, and the one that the run
 * failed for.
 */
function openIntents({ error }: WorkflowRecord, step: StepRecord): Intent[] {
  const failedFor = error?.code === 'workflow.unknown-outcome' ? error.context['effect'] : undefined
  const said = new Set(saidToBeDone(step))
  return step.intents.filter((intent) => {
    if (intent.sent === 0 || intent.key.startsWith(UNDO_PREFIX) || said.has(intent)) return false
    if (intent.class === 'blind') return step.undo?.status !== 'completed'
    return intent.state === 'intended' && nameOf(intent) === failedFor
  })
}

function nameOf({ effect, key }: Intent): string {
  return key === '' ? effect : `${effect} (${key})`
}

function skipsOf(
  of: WorkflowRecord,
  definition: WorkflowDefinition<any>,
  skip: readonly string[],
  asked: WishRecord,
): Record<string, WishRecord> {
  for (const id of skip) assertSkippable(of, definition, id)
  return Object.fromEntries(skip.map((id) => [id, asked]))
}

/** @throws HwError `workflow.not-skippable` */
export function assertSkippable(record: WorkflowRecord, definition: WorkflowDefinition<any>, id: string): void {
  const step = definition.steps.find((candidate) => candidate.id === id)
  if (step?.spec.skippable === true) return
  const skippable = definition.steps.filter(({ spec }) => spec.skippable === true).map((candidate) => candidate.id)
  const others = skippable.length === 0 ? 'none of its steps can be' : `those that can be are ${skippable.join(', ')}`
  throw notSkippable(
    record,
    id,
    `${step === undefined ? 'there is no such step' : 'other steps need what it does'}; ${others}`,
  )
}
