import { timestamp } from '../clock.ts'
import { HwError } from '../errors.ts'
import { alarm } from './alarm.ts'
import { waitedFor } from './attempt.ts'
import { type Interruption, whenAborted } from './cancellation.ts'
import type { PlanContext, StepContext, SubTask, UndoContext } from './context.ts'
import { toMs } from './duration.ts'
import type { CriticalSections } from './critical-sections.ts'
import { type Effects, UNDO_PREFIX } from './effects.ts'
import type { ArtefactRef, Evidence, Intent, StepRecord, WarningRecord } from './record.ts'
import { redactedLogger } from './redacted-logger.ts'
import type { RunScope } from './run-scope.ts'
import { shortJson, shortText } from './shorten.ts'
import type { Duration, WorkflowStep } from './step.ts'
import { criticalOverdue } from './still-at-work.ts'
import { contextClosed, type SubTasks } from './sub-tasks.ts'

/** What a context is made of, besides its run. */
export interface ContextParts {
  /** Step id, or `settle`. */
  readonly step: string
  readonly attempt: number
  readonly interruption: Interruption
  readonly subTasks: SubTasks
  readonly effects: Effects
  /** Keeps on record that the step is inside a critical section. Absent while undoing and settling, which have none. */
  readonly critical?: CriticalSections
}

/** A context and the means to end it: work that runs on after its attempt can neither send nor report any more. */
export interface Closable<Context> {
  readonly context: Context
  readonly close: () => void
}

/** The part of a run that reading needs: also what a mere plan has. */
export type PlanScope = Pick<
  RunScope,
  'workflowId' | 'request' | 'resource' | 'capabilities' | 'outputs' | 'clock' | 'logger' | 'redactor'
>

/** What `skip`, `plan`, `timeout` and `expected` are given. */
export function planContext(run: PlanScope, step: string, signal: AbortSignal): PlanContext {
  const maybeOutput = <Output>(of: WorkflowStep<never, Output> | WorkflowStep<any, Output>) =>
    run.outputs.get(of.id) as Output | undefined
  return {
    workflowId: run.workflowId,
    request: run.request,
    resource: run.resource,
    clock: run.clock,
    signal,
    logger: redactedLogger(run.logger, run.redactor, { workflowId: run.workflowId, step }),
    use: (capability) => run.capabilities.get(capability),
    output: (of) => {
      if (!run.outputs.has(of.id)) throw noOutput(of.id, step)
      return maybeOutput(of)!
    },
    maybeOutput,
    todo: (...todo) => ({ todo }),
    evidence: (claim, observed, from): Evidence => ({
      claim: shortText(run.redactor, claim),
      source: from?.source ?? step,
      request: shortText(run.redactor, from?.request ?? ''),
      observed: shortJson(run.redactor, observed),
      observedAt: timestamp(run.clock),
    }),
  }
}

/** What `guard`, `act` and `verify` of one attempt are given. */
export function stepContext(run: RunScope, parts: ContextParts): Closable<StepContext> {
  const gate = openGate()
  return { close: gate.close, context: contextUnder(parts.interruption.signal, run, parts, gate) }
}

/** What `undo` and `settle` are given. */
export function undoContext(
  run: RunScope,
  parts: ContextParts,
  because: 'cancelled' | 'failed',
): Closable<UndoContext> {
  const gate = openGate()
  const acting = actingContext(parts.interruption.signal, run, parts, gate)
  return { close: gate.close, context: withIntents({ ...acting, because }, run, parts) }
}

/** A critical section has one of its own, under its own signal. */
function contextUnder(signal: AbortSignal, run: RunScope, parts: ContextParts, gate: Gate): StepContext {
  const context: Omit<StepContext, 'intents' | 'inherited'> = {
    ...actingContext(signal, run, parts, gate),
    safePoint: () => {
      signal.throwIfAborted()
      // an earlier process was killed beyond this point: there is no way back but through
      if (parts.critical?.isOpen() === true) return
      const cancel = run.cancelRequested()
      if (cancel !== undefined) throw cancel
    },
    critical: async (name, within, work) => {
      gate.check('critical')
      const section = { name, withinMs: toMs(within), enclosing: signal }
      const through = () =>
        critical(run, parts.interruption, section, (own) => work(contextUnder(own, run, parts, gate)))
      return parts.critical === undefined ? through() : parts.critical.during(name, signal, through)
    },
  }
  return withIntents(context, run, parts)
}

/** `intents` is read when asked for: it grows while the step runs. */
function withIntents<Context extends object>(
  context: Context,
  run: RunScope,
  parts: ContextParts,
): Context & Pick<StepContext, 'intents' | 'inherited'> {
  const sent = (of: (step: StepRecord) => readonly Intent[] | undefined) => () => {
    const { steps } = run.keeper.record
    const own = steps.filter((step) => step.id === parts.step)
    return (own.length > 0 ? own : steps)
      .flatMap((step) => of(step) ?? [])
      .filter((intent) => intent.sent > 0 && !intent.key.startsWith(UNDO_PREFIX))
      .map(({ effect, key, marker }) => ({ effect, key, marker }))
  }
  return Object.defineProperties(context, {
    intents: { enumerable: true, get: sent((step) => step.intents) },
    inherited: { enumerable: true, get: sent((step) => step.inherited) },
  }) as Context & Pick<StepContext, 'intents' | 'inherited'>
}

function actingContext(
  signal: AbortSignal,
  run: RunScope,
  parts: ContextParts,
  gate: Gate,
): Omit<StepContext, 'safePoint' | 'critical' | 'intents' | 'inherited'> {
  const { step, subTasks } = parts
  const { keeper, redactor, clock } = run
  const effects = parts.effects
  return {
    ...planContext(run, step, signal),
    attempt: parts.attempt,
    effect: async (spec) => {
      gate.check('effect')
      const act = spec.act
      return effects.perform(
        {
          ...spec,
          act: (marker) => {
            gate.check('effect')
            return act(marker)
          },
        },
        signal,
      )
    },
    subTask: async <T>(name: string, ...rest: SubTaskArguments<T>): Promise<T> => {
      gate.check('subTask')
      const [options, work] = rest.length === 1 ? [undefined, rest[0]] : rest
      return subTasks.during(name, signal, work, options?.quietFor)
    },
    reportSubTask: (name) => {
      gate.check('reportSubTask')
      subTasks.report(name)
    },
    waiting: async (kind, detail, work) => {
      gate.check('waiting')
      return run.waits.during(kind, shortText(redactor, detail), work)
    },
    warn: (code, message) => {
      const warning = { code, message: shortText(redactor, message), at: timestamp(clock), step }
      const isSame = (other: WarningRecord) => other.code === code && other.message === warning.message
      if (keeper.record.warnings.some((other) => isSame(other) && other.step === step)) return // said by an earlier attempt
      keeper.note((record) => ({ ...record, warnings: [...record.warnings, warning] }), {
        type: 'workflow.warning',
        warning,
      })
    },
    leaveBehind: (what, remedy) => {
      const left = { what: shortText(redactor, what), remedy: shortText(redactor, remedy), step }
      const isSame = (other: typeof left) => other.what === left.what && other.step === step
      keeper
        .transition((record) =>
          record.leftBehind.some((other) => isSame(other as typeof left))
            ? record
            : { ...record, leftBehind: [...record.leftBehind, left] },
        )
        .catch(() => {}) // a store that fails is noticed by the next transition
    },
    keep: async (name, bytes, mediaType) => {
      gate.check('keep')
      const put = await run.store.putArtefact(bytes)
      const ref: ArtefactRef = { name, sha256: put.sha256, bytes: put.bytes, mediaType, step }
      const isSame = (other: ArtefactRef) => other.step === step && other.name === name && other.sha256 === ref.sha256
      if (keeper.record.artefacts.some(isSame)) return ref // kept by an earlier attempt
      await keeper.transition((record) => ({ ...record, artefacts: [...record.artefacts, ref] }))
      return ref
    },
    kept: async (ref) => {
      const bytes = await run.store.getArtefact(ref.sha256)
      if (bytes === undefined) throw notKept(ref)
      return bytes
    },
  }
}

/** Holds every interruption back while `work` runs under a deadline of its own. */
async function critical<T>(
  run: RunScope,
  interruption: Interruption,
  { name, withinMs, enclosing }: { name: string; withinMs: number; enclosing: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  enclosing.throwIfAborted()
  const release = interruption.hold()
  const own = new AbortController()
  // while held, the enclosing signal aborts only for what not even this may outlast
  const unlink = whenAborted(enclosing, (reason) => own.abort(reason))
  using _ = alarm(run.clock, withinMs, () => own.abort(criticalOverdue(name, withinMs)))
  try {
    return await waitedFor((async () => work(own.signal))(), own.signal, run.graceMs, `Critical section "${name}"`)
  } catch (error) {
    if (own.signal.aborted) throw own.signal.reason
    throw error
  } finally {
    unlink()
    release()
  }
}

/** `subTask(name, work)` or `subTask(name, { quietFor }, work)`. */
type SubTaskArguments<T> =
  | [work: (task: SubTask) => Promise<T>]
  | [options: { readonly quietFor: Duration }, work: (task: SubTask) => Promise<T>]

type Gate = ReturnType<typeof openGate>

function openGate() {
  let open = true
  return {
    check: (what: string) => {
      if (!open) throw contextClosed(`ctx.${what}`)
    },
    close: () => {
      open = false
    },
  }
}

function noOutput(of: string, step: string): HwError {
  return new HwError({
    code: 'workflow.no-output',
    kind: 'internal',
    message: `Step "${step}" needs the output of "${of}", which has none.`,
    hint: 'The step was skipped or comes later; use ctx.maybeOutput where that may be.',
    context: { of },
  })
}

function notKept(ref: ArtefactRef): HwError {
  return new HwError({
    code: 'workflow.artefact-missing',
    kind: 'internal',
    message: `Artefact "${ref.name}" (${ref.sha256}) is not in the store, or not what was put there.`,
    hint: 'Restore the artefacts folder of the state directory, or start a new run.',
    context: { name: ref.name, sha256: ref.sha256 },
  })
}
