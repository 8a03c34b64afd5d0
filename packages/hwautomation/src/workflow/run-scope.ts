import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Redactor } from '../redaction.ts'
import type { CancelRequested, Detached, Interruption, LeaseLost } from './cancellation.ts'
import type { CapabilityScope } from './context.ts'
import type { WorkflowDefinition } from './definition.ts'
import type { WorkflowStore } from './ports.ts'
import type { RecordKeeper } from './record-keeper.ts'
import type { Touching } from './touching.ts'
import type { Waits } from './waits.ts'

/** What the steps of one run share; the engine's side of the contexts. */
export interface RunScope {
  readonly workflowId: string
  readonly definition: WorkflowDefinition<any>
  /** As `resolve` returned it. */
  readonly request: unknown
  readonly resource: string
  readonly keeper: RecordKeeper
  readonly waits: Waits
  readonly capabilities: CapabilityScope
  /** Outputs of completed steps, by step id. */
  readonly outputs: Map<string, unknown>
  readonly store: WorkflowStore
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  /** Tries after the first, for steps that do not say. */
  readonly retryCount: number
  /** Wall time that aborted work has to stop. */
  readonly graceMs: number
  /** Whether devices may be touched now. */
  readonly touching: Touching
  /** A step was under way when an earlier process let go of the run, and it is the one that is gone on with. */
  readonly resumed: boolean
  /** The cancel somebody asked for, whether or not it has taken effect. */
  cancelRequested(): CancelRequested | undefined
  /** Set once this process lets go of the run: nothing more is sent, nothing more is decided. */
  leaving(): Detached | LeaseLost | undefined
  /** Says what is being worked on, so that a cancel, a deadline or a closing manager reaches it. */
  begin(activity: Activity): () => Promise<void>
}

/** What a run is at: a step, an undo, the settling. */
export interface Activity {
  readonly title: string
  readonly interruption: Interruption
  /** How a cancel and the run's deadline reach it. `ignore`: they came before it, it is their consequence. */
  readonly onCancel: 'stop' | 'finish' | 'ignore'
  /** Inside a critical section. */
  held(): boolean
}
