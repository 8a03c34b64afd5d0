import { type Clock, systemClock } from '../clock.ts'
import { toHwError } from '../errors.ts'
import { type Logger, silentLogger } from '../logger.ts'
import { Redactor } from '../redaction.ts'
import type { PlanContext } from './context.ts'
import type { RunnableWorkflow } from './definition.ts'
import { expectedMs } from './new-record.ts'
import { redactedLogger } from './redacted-logger.ts'
import { planContext } from './step-context.ts'
import type { StepPlan, WorkflowStep } from './step.ts'

export interface PlanOptions {
  readonly clock?: Clock
  readonly logger?: Logger
  readonly redactor?: Redactor
  readonly signal?: AbortSignal
}

/** What a run would do, said before anything is done. */
export interface WorkflowPlan {
  readonly resource: string
  readonly label: string
  readonly steps: readonly { readonly id: string; readonly title: string; readonly plan: StepPlan }[]
  /** How often the host would be power-cycled or rebooted. */
  readonly reboots: number
  readonly expectedMs: number
  /** Why it would fail, with the step; empty: nothing is known that speaks against it. */
  readonly problems: readonly string[]
}

/**
 * Asks every step for its plan; changes nothing. Outputs of earlier steps are undefined: a step that cannot plan without them is
 * listed with what is `unknown`, and a step whose plan fails with a problem.
 * @throws what `resolve` of the workflow refuses with
 */
export async function planWorkflow<Request>(
  workflow: RunnableWorkflow<Request>,
  options: PlanOptions = {},
): Promise<WorkflowPlan> {
  const { clock = systemClock, redactor = new Redactor(), logger = silentLogger } = options
  const signal = options.signal ?? new AbortController().signal
  const { resource, label, request } = await workflow.resolve(signal)
  const workflowId = 'plan'
  await using capabilities = workflow.capabilities({ workflowId, request, resource, output: () => undefined, clock })
  const view = {
    workflowId,
    request,
    resource,
    capabilities,
    outputs: new Map<string, unknown>(),
    clock,
    redactor,
    logger: redactedLogger(logger, redactor),
  }
  const steps: WorkflowPlan['steps'][number][] = []
  for (const step of workflow.definition.steps) {
    signal.throwIfAborted()
    steps.push({
      id: step.id,
      title: step.title,
      plan: redactor.value(await planOf(step, planContext(view, step.id, signal))),
    })
  }
  return { resource, label, steps, ...totals(steps) }
}

async function planOf(step: WorkflowStep<any, any>, ctx: PlanContext): Promise<StepPlan> {
  try {
    const skip = step.spec.skip?.(ctx)
    if (skip !== undefined) return { todo: [], skip, expectedMs: 0 }
    const plan = await step.spec.plan(ctx)
    if (plan.skip !== undefined) return { expectedMs: 0, ...plan }
    return { ...plan, expectedMs: plan.expectedMs ?? expectedMs(step, ctx) }
  } catch (thrown) {
    ctx.signal.throwIfAborted()
    const error = toHwError(thrown)
    const expected = { expectedMs: expectedMs(step, ctx) }
    if (error.code === 'workflow.no-output') return { todo: [], unknown: [error.message], ...expected }
    return { todo: [], problems: [error.message], ...expected }
  }
}

function totals(steps: WorkflowPlan['steps']): Pick<WorkflowPlan, 'reboots' | 'expectedMs' | 'problems'> {
  return {
    reboots: steps.reduce((sum, { plan }) => sum + (plan.skip === undefined ? (plan.reboots ?? 0) : 0), 0),
    expectedMs: steps.reduce((sum, { plan }) => sum + (plan.expectedMs ?? 0), 0),
    problems: steps.flatMap(({ title, plan }) => (plan.problems ?? []).map((problem) => `${title}: ${problem}`)),
  }
}
