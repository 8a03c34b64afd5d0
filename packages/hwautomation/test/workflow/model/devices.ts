import { z } from 'zod'
import { HwError } from '../../../src/errors.ts'
import { Capability, type PlanContext, type StepContext, type UndoContext } from '../../../src/workflow/context.ts'
import { defineWorkflow, StepList, type WorkflowDefinition } from '../../../src/workflow/definition.ts'
import type { Verification, StepSpec } from '../../../src/workflow/step.ts'
import { WorkflowStep } from '../../../src/workflow/step.ts'
import type { Monitor } from './monitor.ts'
import type { Life, Tickets } from './tickets.ts'

/** A machine, as it really is. */
export interface Machine {
  readonly on: Set<string>
  powered: boolean
  /** How often the marked call took effect. */
  marks: number
}

/** What goes wrong with one call. */
export type Fault =
  | 'refused' // it says no, nothing happened, later it may say yes
  | 'forbidden' // it says no for good
  | 'unreachable' // the call fails, nothing happened, and nobody can tell
  | 'answer-lost' // it happened, the answer never came
  | 'ignored' // it says yes and does nothing

export const KINDS = ['lamp', 'mark', 'shot', 'extra', 'flash'] as const
export type Kind = (typeof KINDS)[number]

/** All machines of the world; they outlive every process. */
export class Machines {
  readonly #machines = new Map<string, Machine>()
  readonly #faults = new Map<string, Fault[]>()
  /** Machines whose flash met a fault. */
  readonly spoilt = new Set<string>()

  at(resource: string): Machine {
    const machine = this.#machines.get(resource) ?? { on: new Set(), powered: false, marks: 0 }
    this.#machines.set(resource, machine)
    return machine
  }

  break(resource: string, call: string, fault: Fault): void {
    const name = `${resource}/${call}`
    this.#faults.set(name, [...(this.#faults.get(name) ?? []), fault])
  }

  takeFault(resource: string, call: string): Fault | undefined {
    const name = `${resource}/${call}`
    const [fault, ...rest] = this.#faults.get(name) ?? []
    this.#faults.set(name, rest)
    if (fault !== undefined && call.startsWith('flash')) this.spoilt.add(resource)
    return fault
  }
}

/** One run's way to its machine, from one process. */
export interface Line {
  send(ctx: Sender, step: string, call: string, effect: (machine: Machine) => void): Promise<void>
  look<T>(signal: AbortSignal, what: (machine: Machine) => T): Promise<T>
  atWork<T>(work: () => Promise<T>): Promise<T>
}

type Sender = Pick<StepContext, 'signal' | 'workflowId' | 'resource'>

export const Devices = new Capability<Line>('line')

export function line(
  life: Life,
  machines: Machines,
  tickets: Tickets,
  monitor: Monitor,
  run: string,
  at: string,
): Line {
  return {
    async send(ctx, step, call, effect) {
      monitor.onSend({ life, run, resource: at, step, call })
      await tickets.passOr(life, `${at} ${call} goes out`, ctx.signal)
      const fault = machines.takeFault(at, call)
      if (fault === 'refused' || fault === 'forbidden') monitor.onRefused({ run, call })
      if (fault === undefined || fault === 'answer-lost') {
        effect(machines.at(at))
        monitor.onEffect({ run, resource: at, call })
      }
      await tickets.passOr(life, `${at} ${call} is answered ${fault ?? ''}`, ctx.signal)
      const error = fault === undefined ? undefined : ERRORS[fault]
      if (error !== undefined) throw new HwError({ code: `test.${fault}`, message: `${call}: ${fault}`, ...error })
    },
    async look(signal, what) {
      await tickets.passOr(life, `look at ${at}`, signal)
      return what(machines.at(at))
    },
    async atWork(work) {
      monitor.onWork(life, run, 1)
      try {
        return await work()
      } finally {
        monitor.onWork(life, run, -1)
      }
    },
  }
}

const ERRORS = {
  refused: { kind: 'busy' },
  forbidden: { kind: 'invalid' },
  unreachable: { kind: 'transient' },
  'answer-lost': { kind: 'lost-contact-after-effect' },
  ignored: undefined,
} as const

/** The workflow with these steps, in this order. */
export function definitionOf(kinds: readonly Kind[]): WorkflowDefinition<any> {
  return defineWorkflow<any>({
    name: `model/${kinds.join('-')}`,
    version: 1,
    steps: new StepList(kinds.map((kind) => new WorkflowStep(SPECS[kind]))),
    effects: { lamp: 'set', mark: 'marked', shot: 'blind', extra: 'set', flash: 'set', power: 'set' },
    settle: {
      within: '6h',
      run: async (ctx) => {
        const off = (machine: Machine) => (machine.powered = false)
        await ctx.effect({ effect: 'power', act: () => ctx.use(Devices).send(ctx, 'settle', 'power-off', off) })
        if (await ctx.use(Devices).look(ctx.signal, ({ powered }) => powered)) throw stillSo('it is powered')
        return 'off'
      },
    },
  })
}

type Spec = StepSpec<any, { seen: number }>

function spec(id: string, more: Pick<Spec, 'act'> & Partial<Spec>): Spec {
  const { act } = more
  return {
    id,
    output: z.object({ seen: z.number() }),
    timeout: { attempt: '10m', total: '2h' },
    retry: { minDelay: '10s', maxDelay: '1m' },
    onCancel: 'stop',
    plan: (ctx) => ctx.todo(id),
    verify: (ctx) => ctx.use(Devices).atWork(() => isOn(ctx, id)),
    ...more,
    act: (ctx) => ctx.use(Devices).atWork(async () => act(ctx)),
  }
}

async function isOn(ctx: StepContext, name: string): Promise<Verification<{ seen: number }>> {
  const ok = await ctx.use(Devices).look(ctx.signal, ({ on }) => on.has(name))
  return { ok, output: { seen: ctx.attempt }, evidence: [ctx.evidence(`${name} is on`, ok)], problem: `${name} is off` }
}

const turnOn = (name: string) => (machine: Machine) => {
  machine.on.add(name)
  machine.powered = true
}

const undoOf = (name: string) => async (ctx: UndoContext) => {
  const off = (machine: Machine) => machine.on.delete(name)
  await ctx.effect({ effect: name, key: 'off', act: () => ctx.use(Devices).send(ctx, name, `${name}-off`, off) })
  if (await ctx.use(Devices).look(ctx.signal, ({ on }) => on.has(name))) throw stillSo(`${name} is on`)
}

const recheckOf = (name: string) => async (ctx: PlanContext) =>
  (await ctx.use(Devices).look(ctx.signal, ({ on }) => on.has(name))) ? undefined : `${name} is off`

function stillSo(what: string): HwError {
  return new HwError({ code: 'test.still-so', kind: 'transient', message: what })
}

const SPECS: Record<Kind, Spec> = {
  lamp: spec('lamp', {
    act: (ctx) => ctx.effect({ effect: 'lamp', act: () => ctx.use(Devices).send(ctx, 'lamp', 'lamp', turnOn('lamp')) }),
    undo: undoOf('lamp'),
    recheck: recheckOf('lamp'),
  }),
  mark: spec('mark', {
    act: (ctx) =>
      ctx.effect({
        effect: 'mark',
        marker: () => ctx.use(Devices).look(ctx.signal, ({ marks }) => marks),
        happened: async (before) =>
          (await ctx.use(Devices).look(ctx.signal, ({ marks }) => marks)) > before ? 'happened' : 'not-happened',
        act: () =>
          ctx.use(Devices).send(ctx, 'mark', 'mark', (machine) => {
            turnOn('mark')(machine)
            machine.marks += 1
          }),
      }),
    undo: async (ctx) => {
      const off = (machine: Machine) => machine.on.delete('mark')
      await ctx.effect({ effect: 'lamp', key: 'mark', act: () => ctx.use(Devices).send(ctx, 'mark', 'mark-off', off) })
      if (await ctx.use(Devices).look(ctx.signal, ({ on }) => on.has('mark'))) throw stillSo('mark is on')
    },
    recheck: recheckOf('mark'),
  }),
  shot: spec('shot', {
    act: (ctx) => ctx.effect({ effect: 'shot', act: () => ctx.use(Devices).send(ctx, 'shot', 'shot', turnOn('shot')) }),
    undo: async (ctx) => {
      const off = (machine: Machine) => machine.on.delete('shot')
      await ctx.effect({ effect: 'lamp', key: 'shot', act: () => ctx.use(Devices).send(ctx, 'shot', 'shot-off', off) })
      if (await ctx.use(Devices).look(ctx.signal, ({ on }) => on.has('shot'))) throw stillSo('shot is on')
    },
  }),
  extra: spec('extra', {
    skippable: true,
    act: async (ctx) => {
      await ctx.subTask('look first', () => ctx.use(Devices).look(ctx.signal, () => {}))
      await ctx.effect({ effect: 'extra', act: () => ctx.use(Devices).send(ctx, 'extra', 'extra', turnOn('extra')) })
    },
    undo: undoOf('extra'),
  }),
  flash: spec('flash', {
    onCancel: 'finish',
    act: async (ctx) => {
      ctx.safePoint()
      await ctx.critical('flash', '20h', async (inside) => {
        for (const part of ['flash-a', 'flash-b'])
          await inside.effect({
            effect: 'flash',
            key: part,
            act: () => inside.use(Devices).send(inside, 'flash', part, turnOn(part)),
          })
      })
    },
    verify: (ctx) => ctx.use(Devices).atWork(() => isOn(ctx, 'flash-b')),
  }),
}
