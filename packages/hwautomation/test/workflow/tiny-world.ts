import { z } from 'zod'
import { HwError, type ErrorKind } from '../../src/errors.ts'
import { Capability, type CapabilityScope, type StepContext } from '../../src/workflow/context.ts'
import {
  defineWorkflow,
  StepList,
  type RunnableWorkflow,
  type WorkflowDefinitionSpec,
} from '../../src/workflow/definition.ts'
import { WorkflowStep, type StepSpec } from '../../src/workflow/step.ts'

/** The world of these tests: switches that are on or off, and what was sent to them. */
export class TinyWorld {
  readonly on = new Set<string>()
  /** Every call that reached the world, in order. */
  readonly sent: string[] = []
  /** What to do instead at the next sending of a name; the world has changed already where `late`. */
  readonly faults = new Map<string, { error: Error; after: boolean }[]>()
  scopesOpen = 0

  fail(name: string, error: Error, when: 'before' | 'after' = 'before'): void {
    this.faults.set(name, [...(this.faults.get(name) ?? []), { error, after: when === 'after' }])
  }

  async send(name: string, effect: () => void): Promise<void> {
    this.sent.push(name)
    const [fault, ...rest] = this.faults.get(name) ?? []
    this.faults.set(name, rest)
    if (fault !== undefined && !fault.after) throw fault.error
    effect()
    if (fault !== undefined) throw fault.error
  }

  switchOn(name: string): Promise<void> {
    return this.send(`on ${name}`, () => this.on.add(name))
  }

  switchOff(name: string): Promise<void> {
    return this.send(`off ${name}`, () => this.on.delete(name))
  }
}

export const World = new Capability<TinyWorld>('world')

export function deviceError(
  kind: ErrorKind,
  message = `device says ${kind}`,
  more: { retryAfterMs?: number } = {},
): HwError {
  return new HwError({ code: `test.${kind}`, kind, message, hint: 'look at the device', ...more })
}

type AnyStep = WorkflowStep<any, any>

/** A step that switches something on, proves it, and switches it off on undo. */
export function switchStep(id: string, more: Partial<StepSpec<any, { on: string }>> = {}): AnyStep {
  return new WorkflowStep<any, { on: string }>({
    id,
    output: z.object({ on: z.string() }),
    timeout: { attempt: '1m', total: '10m' },
    onCancel: 'stop',
    plan: (ctx) => ctx.todo(`switch ${id} on`),
    act: (ctx) => ctx.effect({ effect: 'switch', act: () => ctx.use(World).switchOn(id) }),
    verify: async (ctx) => {
      const on = ctx.use(World).on.has(id)
      return { ok: on, output: { on: id }, evidence: [ctx.evidence(`${id} is on`, { on })], problem: `${id} is off` }
    },
    undo: async (ctx) => {
      await ctx.effect({ effect: 'switch', act: () => ctx.use(World).switchOff(id) })
    },
    ...more,
  })
}

/** Waits on the signal until it aborts, as a well-behaved long call does. */
export function untilStopped(ctx: Pick<StepContext, 'signal'>): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(ctx.signal.reason as Error)
    if (ctx.signal.aborted) return stop()
    ctx.signal.addEventListener('abort', stop, { once: true })
  })
}

export interface TinyWorkflow extends RunnableWorkflow {
  readonly world: TinyWorld
}

export function tinyWorkflow(
  steps: readonly AnyStep[],
  more: Partial<RunnableWorkflow<any>> & {
    world?: TinyWorld
    resource?: string
    spec?: Partial<WorkflowDefinitionSpec<any>>
  } = {},
): TinyWorkflow {
  const { world = new TinyWorld(), resource = 'machine-1', spec, ...rest } = more
  const definition = defineWorkflow<any>({
    name: `test/${steps.map((step) => step.id).join('-')}`,
    version: 1,
    steps: new StepList<any>(steps),
    effects: { switch: 'set', marked: 'marked', blind: 'blind' },
    ...spec,
  })
  const request = rest.request ?? { server: resource }
  const scope = (): CapabilityScope => {
    world.scopesOpen += 1
    return {
      get: <T>(_: Capability<T>) => world as T,
      [Symbol.asyncDispose]: async () => {
        world.scopesOpen -= 1
      },
    }
  }
  return {
    world,
    definition,
    request,
    resolve: async () => ({ resource, label: `${resource}.example`, request }),
    capabilities: scope,
    ...rest,
  }
}
