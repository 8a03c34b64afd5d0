import type { ZodType } from 'zod'
import type { PlanContext, StepContext, UndoContext } from './context.ts'
import type { Evidence } from './record.ts'

/** Milliseconds, or a duration as `ms` reads it: `'40m'`, `'90s'`. */
export type Duration = number | string

export interface RetryPolicy {
  /** Tries after the first. Default: the run's `retryCount`. */
  readonly retries?: number
  /** First wait; doubles each time, with jitter. Default 2 s. */
  readonly minDelay?: Duration
  /** Longest wait. Default 1 min. */
  readonly maxDelay?: Duration
}

/** What a step would do, said before anything is done. */
export interface StepPlan {
  /** Sentences in the operator's language. Empty: nothing to do. */
  readonly todo: readonly string[]
  /** Why the step would be skipped. */
  readonly skip?: string
  /** How often the host would be power-cycled or rebooted. */
  readonly reboots?: number
  /** Lines of a diff, for people. */
  readonly diff?: readonly string[]
  /** What could not be known without changing something. */
  readonly unknown?: readonly string[]
  /** Would fail, and why. */
  readonly problems?: readonly string[]
  /** Milliseconds expected; default the step's own expectation. */
  readonly expectedMs?: number
}

/** What re-reading the world showed. */
export interface Verification<Output> {
  readonly ok: boolean
  readonly output: Output
  readonly evidence: readonly Evidence[]
  /** With `ok: false`: what is not as it should be. */
  readonly problem?: string
  /** With `ok: false`: what the operator does. */
  readonly hint?: string
}

export interface StepSpec<Request, Output> {
  /** Kebab-case, stable for ever: records name steps by it. */
  readonly id: string
  /** For people: `Pull BIOS configuration`. Default: the id in words. */
  readonly title?: string
  /** Shape of what the step hands on; checked before it is recorded. */
  readonly output: ZodType<Output>
  /** Per attempt, and for all attempts together, on the injected clock. */
  readonly timeout:
    | { readonly attempt: Duration; readonly total: Duration }
    | ((ctx: PlanContext<Request>) => { readonly attempt: Duration; readonly total: Duration })
  readonly retry?: RetryPolicy
  /** `stop`: a cancel aborts the step at once. `finish`: the step ends first, or stops at `ctx.safePoint()`. */
  readonly onCancel: 'stop' | 'finish'
  /** Expected duration, the step's weight in the percentage. Default 1 min. */
  readonly expected?: (ctx: PlanContext<Request>) => Duration
  /** Reads only. */
  readonly plan: (ctx: PlanContext<Request>) => StepPlan | Promise<StepPlan>
  /** A reason: the step does not apply to this request and is recorded as skipped. */
  readonly skip?: (ctx: PlanContext<Request>) => string | undefined
  /** Throws when the world forbids the step; read again before each attempt. */
  readonly guard?: (ctx: StepContext<Request>) => Promise<void>
  /** Does it. Its result is not believed: `verify` reads the world. */
  readonly act: (ctx: StepContext<Request>) => Promise<unknown>
  /** Reads the world again and says what is so now. */
  readonly verify: (ctx: StepContext<Request>) => Promise<Verification<Output>>
  /**
   * Asked when a retry would go on from what this step found in an earlier run, with its recorded output; reads only.
   * A reason: it no longer holds, the step and all after it are done again. Absent: it holds. `resumesAt`: the step the retry goes on from.
   */
  readonly recheck?: (
    ctx: PlanContext<Request> & {
      readonly resumesAt: string
      readonly recorded: Output
      readonly completedAt: string
    },
  ) => Promise<string | undefined>
  /** An operator may leave the step out, with a reason. Default false. */
  readonly skippable?: boolean
  /** On cancel, in reverse order of the steps. Repeats until what it reads back is as it should be, or gives up by throwing. */
  readonly undo?: (ctx: UndoContext<Request>) => Promise<void>
  /** Deadline of `undo`. Default: `timeout.total`. */
  readonly undoWithin?: Duration
}

/**
 * One step of a workflow: plan → guard → record intent → act → verify by re-reading → record output and evidence.
 *
 * @example
 * const burnIn = new WorkflowStep({
 *   id: 'burn-in', output: z.object({ errors: z.number() }), timeout: { attempt: '40m', total: '90m' }, onCancel: 'stop',
 *   plan: (ctx) => ctx.todo('stress the CPUs for 30 minutes'),
 *   act: (ctx) => ctx.subTask('stress-ng', (t) => ctx.use(HostShell).run(['stress-ng', '--cpu', '0', '-t', '30m'], { signal: ctx.signal, onLine: t.detail })),
 *   verify: async (ctx) => ({ ok: true, output: { errors: 0 }, evidence: [] }),
 * })
 */
export class WorkflowStep<Request = unknown, Output = unknown> {
  readonly id: string
  readonly title: string
  readonly spec: StepSpec<Request, Output>

  constructor(spec: StepSpec<Request, Output>) {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(spec.id))
      throw new TypeError(`Step id "${spec.id}" is not kebab-case; use e.g. "burn-in".`)
    this.id = spec.id
    this.title = spec.title ?? spec.id.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase())
    this.spec = spec
  }
}
