import { timestamp } from '../clock.ts'
import { type HwError, toHwError } from '../errors.ts'
import { runAttempt } from './attempt.ts'
import { Interruption } from './cancellation.ts'
import type { UndoContext } from './context.ts'
import { toMs } from './duration.ts'
import { Effects, type IntentLedger, settleLedger, stepLedger, UNDO_PREFIX } from './effects.ts'
import { toErrorRecord } from './error-record.ts'
import type { StepRecord, WorkflowRecord } from './record.ts'
import { stepOf } from './record-keeper.ts'
import { retry } from './retry.ts'
import type { RunScope } from './run-scope.ts'
import { shortText } from './shorten.ts'
import { planContext, undoContext } from './step-context.ts'
import type { WorkflowStep } from './step.ts'
import { SubTasks } from './sub-tasks.ts'

const MIN_DELAY_MS = 2_000
const MAX_DELAY_MS = 60_000

/**
 * Undoes every started step, last first, each under a signal and a deadline of its own. One that cannot finish is recorded, named
 * in `leftBehind`, and the rest goes on.
 * @returns the errors of those that could not
 */
export async function undoSteps(run: RunScope, steps: readonly WorkflowStep<any, any>[]): Promise<HwError[]> {
  const errors: HwError[] = []
  for (const step of steps.toReversed()) {
    const { startedAt, carriedFrom, undo } = stepOf(run.keeper.record, step.id)
    const isOurs = startedAt !== undefined && carriedFrom === undefined
    const isOver = undo !== undefined && undo.status !== 'running' // an earlier process got that far
    if (step.spec.undo === undefined || !isOurs || isOver) continue
    const error = await undoStep(run, step, step.spec.undo)
    if (error !== undefined) errors.push(error)
  }
  return errors
}

/** Takes the device to a known state after a failure or a cancel and records which. Never throws for a device that refuses. */
export async function settle(run: RunScope, because: 'cancelled' | 'failed'): Promise<HwError | undefined> {
  const spec = run.definition.settle
  if (spec === undefined || run.keeper.record.settled !== undefined) return undefined
  try {
    const endState = await cleanUp(run, {
      title: 'Settle',
      step: 'settle',
      because,
      withinMs: toMs(spec.within),
      ledger: settleLedger(run.keeper),
      work: spec.run,
    })
    await settled(run, 'completed', shortText(run.redactor, endState))
    return undefined
  } catch (thrown) {
    const error = toHwError(thrown)
    giveUpIfLeaving(run)
    await leaveBehind(run, 'The device was not taken to a known state', error, 'settle')
    await settled(run, 'failed', shortText(run.redactor, `not known: ${error.message}`))
    return error
  }
}

async function undoStep(
  run: RunScope,
  step: WorkflowStep<any, any>,
  undo: (ctx: UndoContext<any>) => Promise<void>,
): Promise<HwError | undefined> {
  const startedAt = timestamp(run.clock)
  await undoIs(run, step, { status: 'running', startedAt })
  try {
    await cleanUp(run, {
      title: `Undo of ${step.title}`,
      step: step.id,
      because: 'cancelled',
      withinMs: toMs(step.spec.undoWithin ?? totalTimeout(run, step)),
      ledger: stepLedger(run.keeper, step.id, UNDO_PREFIX),
      work: undo,
    })
    await undoIs(run, step, { status: 'completed', startedAt, endedAt: timestamp(run.clock) })
    return undefined
  } catch (thrown) {
    const error = toHwError(thrown)
    giveUpIfLeaving(run)
    await leaveBehind(run, `What "${step.title}" did could not be undone`, error, step.id)
    const record = toErrorRecord(error, run.redactor)
    await undoIs(run, step, { status: 'failed', startedAt, endedAt: timestamp(run.clock), error: record })
    return error
  }
}

interface CleanUp<T> {
  readonly title: string
  readonly step: string
  readonly because: 'cancelled' | 'failed'
  readonly withinMs: number
  readonly ledger: IntentLedger
  readonly work: (ctx: UndoContext<any>) => Promise<T>
}

/** Errors that may pass are tried again within the deadline, as in a step. */
async function cleanUp<T>(run: RunScope, { title, step, because, withinMs, ledger, work }: CleanUp<T>): Promise<T> {
  const stop = new Interruption()
  const subTasks = new SubTasks(run.keeper, run.clock, run.redactor, step)
  const end = run.begin({ title, interruption: stop, onCancel: 'ignore', held: () => false })
  const options = { clock: run.clock, graceMs: run.graceMs, what: title }
  try {
    const result = await runAttempt(
      (whole) =>
        retry(
          async (attempt) => {
            const effects = new Effects(ledger, run.definition.effects, run.clock, run.touching)
            const { context, close } = undoContext(
              run,
              { step, attempt, interruption: whole, subTasks, effects },
              because,
            )
            try {
              return await work(context)
            } finally {
              close()
            }
          },
          {
            clock: run.clock,
            signal: whole.signal,
            retries: run.retryCount,
            minDelayMs: MIN_DELAY_MS,
            maxDelayMs: MAX_DELAY_MS,
            onRetry: () => subTasks.endReported('failed'),
          },
        ),
      { ...options, outer: stop, timeoutMs: withinMs, stopped: run.touching },
    )
    subTasks.endReported('completed')
    return result
  } catch (error) {
    subTasks.endReported('failed')
    throw error
  } finally {
    await end()
  }
}

function totalTimeout(run: RunScope, step: WorkflowStep<any, any>): number | string {
  const { timeout } = step.spec
  return typeof timeout === 'function'
    ? timeout(planContext(run, step.id, new AbortController().signal)).total
    : timeout.total
}

function giveUpIfLeaving(run: RunScope): void {
  const reason = run.leaving() ?? run.keeper.broken
  if (reason !== undefined) throw reason
}

function undoIs(run: RunScope, step: WorkflowStep<any, any>, undo: NonNullable<StepRecord['undo']>): Promise<void> {
  const { status, error } = undo
  return run.keeper.step(step.id, (record) => ({ ...record, undo }), {
    type: 'step.undo',
    step: step.id,
    status,
    ...(error === undefined ? {} : { error }),
  })
}

function settled(run: RunScope, status: 'completed' | 'failed', endState: string): Promise<void> {
  const at = timestamp(run.clock)
  return run.keeper.transition((record): WorkflowRecord => ({ ...record, settled: { status, endState, at } }), {
    type: 'workflow.settled',
    endState,
    status,
  })
}

function leaveBehind(run: RunScope, what: string, error: HwError, step: string): Promise<void> {
  const left = {
    what: shortText(run.redactor, `${what}: ${error.message}`),
    remedy: shortText(run.redactor, error.hint ?? 'Look at the device and put it right by hand.'),
    step,
  }
  return run.keeper.transition((record) =>
    record.leftBehind.some((other) => other.what === left.what && other.step === step)
      ? record
      : { ...record, leftBehind: [...record.leftBehind, left] },
  )
}
