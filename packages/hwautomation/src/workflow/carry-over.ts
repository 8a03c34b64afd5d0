import { timestamp } from '../clock.ts'
import { toHwError } from '../errors.ts'
import { runAttempt } from './attempt.ts'
import type { Interruption } from './cancellation.ts'
import type { StepRecord } from './record.ts'
import { stepOf } from './record-keeper.ts'
import type { RunScope } from './run-scope.ts'
import { shortText } from './shorten.ts'
import { planContext } from './step-context.ts'
import { changed } from './step-status.ts'
import type { WorkflowStep } from './step.ts'

/** A look reads what a step had found; what takes longer than this is quicker done again. */
const LOOK_AGAIN_WITHIN_MS = 10 * 60_000

/**
 * In a retry: completes a step by what an earlier run found, if that still holds. Where it does not, or cannot be asked, the step and
 * all after it begin anew.
 * @returns whether the step is done
 */
export async function carryOver(run: RunScope, step: WorkflowStep<any, any>, stop: Interruption): Promise<boolean> {
  const before = stepOf(run.keeper.record, step.id)
  const reason = unreadable(step, before) ?? (await stale(run, step, before, stop))
  stop.signal.throwIfAborted()
  if (reason === undefined) {
    run.outputs.set(step.id, before.output)
    await changed(run, step, 'completed', {}, { reason: `taken over from run ${before.carriedFrom}` })
    return true
  }
  await beginAnew(run, step.id, shortText(run.redactor, reason))
  return false
}

function unreadable(step: WorkflowStep<any, any>, { output }: StepRecord): string | undefined {
  return step.spec.output.safeParse(output).success ? undefined : 'its recorded output cannot be read any more'
}

async function stale(
  run: RunScope,
  step: WorkflowStep<any, any>,
  { output, endedAt }: StepRecord,
  stop: Interruption,
): Promise<string | undefined> {
  const { recheck } = step.spec
  if (recheck === undefined) return undefined
  const resumesAt = run.keeper.record.steps.find(
    ({ carriedFrom, status }) => carriedFrom === undefined && status === 'pending',
  )
  const end = run.begin({
    title: `${step.title} (looking again)`,
    interruption: stop,
    onCancel: 'stop',
    held: () => false,
  })
  try {
    return await runAttempt(
      ({ signal }) =>
        recheck({
          ...planContext(run, step.id, signal),
          resumesAt: resumesAt?.id ?? step.id,
          recorded: output,
          completedAt: endedAt ?? timestamp(run.clock),
        }),
      {
        clock: run.clock,
        outer: stop,
        timeoutMs: LOOK_AGAIN_WITHIN_MS,
        graceMs: run.graceMs,
        what: `Looking again at step "${step.id}"`,
      },
    )
  } catch (error) {
    stop.signal.throwIfAborted()
    return `it could not be checked again: ${toHwError(error).message}`
  } finally {
    await end()
  }
}

function beginAnew(run: RunScope, from: string, reason: string): Promise<void> {
  const { keeper, clock } = run
  const at = keeper.record.steps.findIndex(({ id }) => id === from)
  const warning = { code: 'workflow.done-again', message: `Done again: ${reason}`, at: timestamp(clock), step: from }
  return keeper.transition(
    (record) => ({
      ...record,
      warnings: [...record.warnings, warning],
      steps: record.steps.map((step, index) => (index < at ? step : withoutFindings(step))),
    }),
    { type: 'workflow.warning', warning },
  )
}

function withoutFindings(step: StepRecord): StepRecord {
  const { carriedFrom, output: _, startedAt: __, endedAt: ___, ...rest } = step
  return carriedFrom === undefined ? step : { ...rest, evidence: [] }
}
