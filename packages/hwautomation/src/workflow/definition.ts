import type { CapabilityScope, RunView, UndoContext } from './context.ts'
import type { EffectClass, Json } from './record.ts'
import type { Duration, WorkflowStep } from './step.ts'

export interface WorkflowDefinitionSpec<Request> {
  /** Stable, e.g. `acme/provision`. */
  readonly name: string
  /** Raised when records of older runs can no longer be gone on with. */
  readonly version: number
  readonly steps: StepList<Request>
  /** Every mutating call and its class: one table. */
  readonly effects?: Readonly<Record<string, EffectClass>>
  /** After FAILED or CANCELLED: takes the device to a known state and names it; throws if it cannot. */
  readonly settle?: { readonly within: Duration; readonly run: (ctx: UndoContext<Request>) => Promise<string> }
}

/** A workflow definition: name, version and steps, registered with a manager by being used. */
export interface WorkflowDefinition<Request = unknown> {
  readonly name: string
  readonly version: number
  readonly steps: readonly WorkflowStep<Request, any>[]
  readonly effects: Readonly<Record<string, EffectClass>>
  readonly settle: WorkflowDefinitionSpec<Request>['settle']
}

/** Checks ids (unique, kebab) and freezes. */
export function defineWorkflow<Request>(spec: WorkflowDefinitionSpec<Request>): WorkflowDefinition<Request> {
  const steps = [...spec.steps]
  const twice = steps.find((step, index) => steps.findIndex((other) => other.id === step.id) !== index)
  if (twice)
    throw new TypeError(
      `Workflow "${spec.name}" has two steps with the id "${twice.id}"; ids are unique in a workflow.`,
    )
  if (steps.length === 0) throw new TypeError(`Workflow "${spec.name}" has no steps.`)
  return Object.freeze({
    name: spec.name,
    version: spec.version,
    steps: Object.freeze(steps),
    effects: { ...spec.steps.ground?.effects, ...spec.effects },
    settle: spec.settle ?? spec.steps.ground?.settle,
  })
}

/** What steps rely on wherever they are used: the classes of their mutating calls, and the way to a known state when a run ends early. */
export type Ground<Request> = Pick<WorkflowDefinitionSpec<Request>, 'effects' | 'settle'>

/** An immutable list of steps that can be varied: `standardSteps.insertAfter('bios-push', burnIn)`. */
export class StepList<Request = unknown> implements Iterable<WorkflowStep<Request, any>> {
  readonly #steps: readonly WorkflowStep<Request, any>[]
  /** Goes along with every variation of the list into the workflow that is defined from it. */
  readonly ground: Ground<Request> | undefined

  constructor(steps: Iterable<WorkflowStep<Request, any>>, ground?: Ground<Request>) {
    this.#steps = Object.freeze([...steps])
    this.ground = ground
  }

  [Symbol.iterator](): Iterator<WorkflowStep<Request, any>> {
    return this.#steps[Symbol.iterator]()
  }

  insertAfter(id: string, ...steps: WorkflowStep<any, any>[]): StepList<Request> {
    const at = this.#indexOf(id) + 1
    return new StepList([...this.#steps.slice(0, at), ...steps, ...this.#steps.slice(at)], this.ground)
  }

  insertBefore(id: string, ...steps: WorkflowStep<any, any>[]): StepList<Request> {
    const at = this.#indexOf(id)
    return new StepList([...this.#steps.slice(0, at), ...steps, ...this.#steps.slice(at)], this.ground)
  }

  without(id: string): StepList<Request> {
    const at = this.#indexOf(id)
    return new StepList(
      this.#steps.filter((_, index) => index !== at),
      this.ground,
    )
  }

  #indexOf(id: string): number {
    const at = this.#steps.findIndex((step) => step.id === id)
    if (at < 0)
      throw new TypeError(
        `There is no step "${id}"; there are ${this.#steps.map((step) => `"${step.id}"`).join(', ')}.`,
      )
    return at
  }
}

/**
 * A definition with a request in it, ready to be started by a manager.
 * `ServerProvisioningWorkflow` is one; a workflow of your own implements the same four members.
 */
export interface RunnableWorkflow<Request = unknown> {
  readonly definition: WorkflowDefinition<Request>
  readonly request: Request
  /** Checks the request against the world (reads only) and says what the run will hold: one run per resource at a time. */
  resolve(
    signal: AbortSignal,
  ): Promise<{ readonly resource: string; readonly label: string; readonly request: Request }>
  /**
   * Makes what the steps use, from the view alone: a retry, or a run that is gone on with after a restart, may be of another request of
   * the same definition.
   */
  capabilities(view: RunView): CapabilityScope
  /** What is asked for, in short, for the audit trail: it is there also where the run is refused. */
  readonly asked?: Json
  /** Wall time for the whole run. */
  readonly timeout?: Duration
  /** Tries after the first, per step. Default 2. */
  readonly retryCount?: number
}
