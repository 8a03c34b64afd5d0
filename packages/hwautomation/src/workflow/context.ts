import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { ArtefactRef, Evidence, Json, WaitingFor } from './record.ts'
import type { Duration, StepPlan, WorkflowStep } from './step.ts'

/**
 * Names something steps use, so that a run can be given another implementation of it.
 * `const HostShell = new Capability<HostShell>('host-shell')`.
 */
export class Capability<T> {
  declare readonly type: T
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** Where the capabilities of one run come from; made when it starts, disposed when it has ended. */
export interface CapabilityScope extends AsyncDisposable {
  get<T>(capability: Capability<T>): T
}

/** What a capability may know of the run it serves. */
export interface RunView {
  readonly workflowId: string
  readonly request: unknown
  readonly resource: string
  /** Recorded output of a completed step. */
  output(stepId: string): unknown
  readonly clock: Clock
}

/** What every phase of a step can do: read. */
export interface PlanContext<Request = unknown> {
  readonly workflowId: string
  readonly request: Request
  /** What the run holds: the machine's system_id. */
  readonly resource: string
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly logger: Logger
  use<T>(capability: Capability<T>): T
  /** Output of an earlier step; throws `workflow.no-output` where there is none. */
  output<Output>(step: WorkflowStep<never, Output> | WorkflowStep<any, Output>): Output
  /** The same, or undefined (the step was skipped, or this is a plan and it has not run). */
  maybeOutput<Output>(step: WorkflowStep<never, Output> | WorkflowStep<any, Output>): Output | undefined
  /** A plan in one line. */
  todo(...sentences: string[]): StepPlan
  /** Evidence observed now. `observed` is redacted and shortened. */
  evidence(claim: string, observed: unknown, from?: { readonly source?: string; readonly request?: string }): Evidence
}

/** Handle on a running sub-task. Functions are bound: pass `t.detail` as a callback. */
export interface SubTask {
  /** What it is doing now, one short line. */
  readonly detail: (line: string) => void
  /** 0–100. */
  readonly percent: (percent: number) => void
}

export interface EffectSpec<Marker extends Json> {
  /** Key of the workflow's effect table; its class decides what a repetition does. */
  readonly effect: string
  /** Tells several of one effect in a step apart. Default ''. */
  readonly key?: string
  /** Read before the first sending and stored with the intent. */
  readonly marker?: () => Promise<Marker>
  /** Sends it. */
  readonly act: (marker: Marker) => Promise<unknown>
  /** `marked` only: whether an earlier sending took effect, judged by the marker. */
  readonly happened?: (marker: Marker) => Promise<'happened' | 'not-happened' | 'unknown'>
}

/** What `guard`, `act` and `verify` can do. */
export interface StepContext<Request = unknown> extends PlanContext<Request> {
  /** From 1. */
  readonly attempt: number
  /** What the step has sent so far, also in earlier attempts and processes. While settling: of all steps. */
  readonly intents: readonly { readonly effect: string; readonly key: string; readonly marker: Json }[]
  /** In a retry: what the step had sent in the run that failed. It decides nothing by itself; its markers tell what was there before. */
  readonly inherited: readonly { readonly effect: string; readonly key: string; readonly marker: Json }[]
  /**
   * Every mutating call goes through here: the intent is durable before `act` runs. If an intent of this effect and key is already
   * on record (an earlier attempt, an earlier process), its class decides: `set` acts again, `marked` asks `happened` first
   * (happened → not sent again; not-happened → sent again; unknown → fails `workflow.unknown-outcome`), `blind` is never sent again.
   * An answer that was lost after the request went out is no failure yet for `marked`: `happened` is asked at once.
   */
  effect<Marker extends Json>(spec: EffectSpec<Marker>): Promise<'sent' | 'had-happened'>
  /** A nested, timed unit of work that people see. Ends completed, failed or cancelled with `work`. */
  subTask<T>(name: string, work: (task: SubTask) => Promise<T>): Promise<T>
  /** `quietFor`: how long it may say nothing new before that is a stall. Default 5 min. */
  subTask<T>(name: string, options: { readonly quietFor: Duration }, work: (task: SubTask) => Promise<T>): Promise<T>
  /** The simple form: starts a sub-task that lasts until the next one or the end of the step. */
  reportSubTask(name: string): void
  /**
   * From here to the end of `work` neither a cancel nor the run's or step's deadline interrupts: they take effect after it.
   * `within` is its own deadline on the injected clock; passing it fails with `workflow.unknown-outcome`.
   * `work` gets a context of its own, whose signal aborts only then: use that one inside.
   */
  critical<T>(name: string, within: Duration, work: (inside: StepContext<Request>) => Promise<T>): Promise<T>
  /** Throws the cancel's reason if one was requested: the last moment to stop a `finish` step. */
  safePoint(): void
  /** Says durably that the run waits and why, while `work` runs. */
  waiting<T>(kind: WaitingFor['kind'], detail: string, work: () => Promise<T>): Promise<T>
  warn(code: string, message: string): void
  leaveBehind(what: string, remedy: string): void
  /** Keeps bytes beside the record. Not redacted: never put a secret in. */
  keep(name: string, bytes: Uint8Array, mediaType: string): Promise<ArtefactRef>
  /** Bytes kept earlier in this run. */
  kept(ref: ArtefactRef): Promise<Uint8Array>
}

/** What `undo` and the settling after a failure can do. The signal is their own, with their own deadline. */
export interface UndoContext<Request = unknown> extends Omit<StepContext<Request>, 'safePoint' | 'critical'> {
  readonly because: 'cancelled' | 'failed'
}
