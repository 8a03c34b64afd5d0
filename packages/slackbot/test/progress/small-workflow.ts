import {
  Capability,
  defineWorkflow,
  HwError,
  StepList,
  WorkflowStep,
  type RunnableWorkflow,
  type StepContext,
} from 'hwautomation'
import { z } from 'zod'

export interface SmallRequest {
  readonly serverId: string
  readonly deviceType: string
  /** The step that fails, each time. */
  readonly failsIn?: string
}

/** Doors between the steps of runs, so that a test decides when a run goes on. */
export class Gates {
  readonly #open = new Set<string>()
  readonly #waiting = new Map<string, (() => void)[]>()
  #allOpen: boolean

  /** `open`: nothing waits. */
  constructor(state: 'open' | 'closed' = 'closed') {
    this.#allOpen = state === 'open'
  }

  /** E.g. `srv001/write`: this step goes on, now or when it comes there. */
  open(name: string): void {
    this.#open.add(name)
    for (const pass of this.#waiting.get(name) ?? []) pass()
  }

  openAll(): void {
    this.#allOpen = true
    for (const waiting of this.#waiting.values()) for (const pass of waiting) pass()
  }

  pass(name: string, signal: AbortSignal): Promise<void> {
    if (this.#allOpen || this.#open.has(name)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const leave = () => reject(signal.reason as Error)
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.set(name, [
        ...(this.#waiting.get(name) ?? []),
        () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
      ])
    })
  }
}

const Doors = new Capability<Gates>('doors')

/** Three steps that touch nothing: each passes its gate, the second with two sub-tasks. */
export const smallDefinition = defineWorkflow<SmallRequest>({
  name: 'test/small',
  version: 1,
  steps: new StepList<SmallRequest>(['prepare', 'write', 'prove'].map(step)),
})

function step(id: string): WorkflowStep<SmallRequest, { id: string }> {
  return new WorkflowStep({
    id,
    output: z.object({ id: z.string() }),
    timeout: { attempt: '10m', total: '20m' },
    retry: { retries: 0 },
    onCancel: 'stop',
    plan: (ctx) => ctx.todo(`${id} it`),
    act: async (ctx) => {
      if (id === 'write') await ctx.subTask('Looking first', async (task) => task.detail('all well'))
      await ctx.subTask(`Waiting to ${id}`, () => ctx.use(Doors).pass(`${ctx.request.serverId}/${id}`, ctx.signal))
      failWhereAsked(id, ctx)
    },
    verify: async (ctx) => ({ ok: true, output: { id }, evidence: [ctx.evidence(`${id} was done`, { id })] }),
  })
}

function failWhereAsked(id: string, { request }: StepContext<SmallRequest>): void {
  if (request.failsIn !== id) return
  throw new HwError({
    code: 'test.device-refused',
    kind: 'invalid',
    message: 'The device refused the value <!channel>.',
    hint: 'Give it another one.',
    context: { answer: 'ERR 42' },
  })
}

export function smallWorkflow(request: SmallRequest, gates: Gates): RunnableWorkflow<SmallRequest> {
  return {
    definition: smallDefinition,
    request,
    resolve: async () => ({ resource: request.serverId, label: request.serverId, request }),
    capabilities: () => smallCapabilities(gates),
  }
}

export function smallCapabilities(gates: Gates) {
  return { get: <T>(_: Capability<T>) => gates as T, [Symbol.asyncDispose]: async () => {} }
}
