import {
  Capability,
  defineWorkflow,
  HwError,
  MemoryStore,
  StepList,
  WorkflowManager,
  WorkflowStep,
  type Json,
  type ManagerOptions,
  type RunnableWorkflow,
} from 'hwautomation'
import { z } from 'zod'

/** What the steps of a run wait for, so that a test looks at it where it wants to. */
export class Doors {
  readonly #opened = new Map<string, () => void>()
  /** The step that has come to its door. */
  readonly at = new Set<string>()
  /** Steps that stand still until `open` is called. */
  readonly shut: ReadonlySet<string>
  /** Steps that fail, and how often. */
  readonly failing: Map<string, number>

  constructor(shut: readonly string[] = [], failing: Readonly<Record<string, number>> = {}) {
    this.shut = new Set(shut)
    this.failing = new Map(Object.entries(failing))
  }

  open(step: string): void {
    this.#opened.get(step)?.()
  }

  async pass(step: string, signal: AbortSignal): Promise<void> {
    this.at.add(step)
    if (!this.shut.has(step)) return
    await new Promise<void>((resolve, reject) => {
      this.#opened.set(step, resolve)
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  }
}

const DoorsCapability = new Capability<Doors>('doors')

const STEPS: readonly (readonly [id: string, title: string])[] = [
  ['commission', 'Commission'],
  ['retrieve-ip', 'Retrieve IP address'],
  ['firmware-inventory', 'Read firmware versions'],
  ['firmware-fetch', 'Fetch firmware packages'],
  ['firmware-bmc', 'Update the BMC'],
  ['firmware-bios', 'Update the BIOS'],
  ['firmware-nic', 'Update the network card'],
  ['bios-pull', 'Pull BIOS configuration'],
  ['bios-modify', 'Modify BIOS configuration'],
  ['bios-push', 'Push BIOS configuration'],
  ['ipmi-configure', 'Configure IPMI'],
  ['finalize', 'Finalize'],
]

const OUTPUTS: Readonly<Record<string, Json>> = {
  'firmware-bmc': { firmware: [{ component: 'BMC', before: '1.40', now: '1.62' }] },
  'firmware-bios': { firmware: [{ component: 'BIOS', before: '2.10', now: '2.24' }] },
  'bios-modify': { diff: ['~ AutoPowerOn (ac-loss): RestoreLastState -> AlwaysPowerOn', '= Sriov (sr-iov): Enabled'] },
  'ipmi-configure': {
    before: { source: 'dhcp', address: '192.168.2.10', netmask: '255.255.252.0', gateway: '192.168.0.1' },
    now: { source: 'static', address: '192.168.1.100', netmask: '255.255.252.0', gateway: '192.168.0.1' },
    proof: 'direct',
  },
  finalize: { status: 'Ready', power: 'off', tag: 'hw-type-a1-c5-large' },
}

/** A longer definition of one's own, that brings firmware up to date first. */
export const firmwareFirst = defineWorkflow<Request>({
  name: 'acme/firmware-first',
  version: 2,
  steps: new StepList<Request>(STEPS.map(([id, title]) => step(id, title))),
})

interface Request {
  readonly serverId: string
  readonly deviceType: string
  readonly adminPassword: string
}

/** A field of a request that no message may show. */
export const SECRET = 'correct-horse-battery-staple'

function step(id: string, title: string): WorkflowStep<Request, Record<string, unknown>> {
  return new WorkflowStep({
    id,
    title,
    output: z.record(z.string(), z.unknown()),
    timeout: { attempt: '10m', total: '30m' },
    retry: { retries: 2, minDelay: 1, maxDelay: 1 },
    onCancel: 'stop',
    skippable: true,
    plan: (ctx) => ctx.todo(`do ${id}`),
    act: async (ctx) => {
      await ctx.subTask(`${title}…`, async (task) => {
        task.detail('half of it')
        task.percent(50)
        await ctx.use(DoorsCapability).pass(id, ctx.signal)
        failWhereAsked(id, ctx.use(DoorsCapability))
      })
    },
    verify: async (ctx) => ({
      ok: true,
      output: (OUTPUTS[id] ?? {}) as Record<string, unknown>,
      evidence: [ctx.evidence(`${title}: read back`, { id })],
    }),
    undo: async () => {},
  })
}

function failWhereAsked(id: string, doors: Doors): void {
  const left = doors.failing.get(id) ?? 0
  if (left === 0) return
  doors.failing.set(id, left - 1)
  throw new HwError({
    code: 'firmware.refused',
    kind: 'transient',
    message: 'The BMC refused the package.',
    hint: 'Look at the update service of the BMC.',
    context: { host: '192.168.2.10', messageId: 'Update.1.0.TransferFailed' },
  })
}

/** `doors`: of this server alone, or of all servers of the manager, which asks the workflow it met first for the capabilities of each. */
export function firmwareFirstWorkflow(
  doors: Doors | ((server: string) => Doors),
  server = 'srv001',
): RunnableWorkflow<Request> {
  const request = { serverId: server, deviceType: 'a1.c5.large', adminPassword: SECRET }
  const doorsOf = typeof doors === 'function' ? doors : () => doors
  return {
    definition: firmwareFirst,
    request,
    resolve: async () => ({ resource: server, label: `${server}.maas`, request }),
    capabilities: (view) => ({
      get: <T>(_: Capability<T>) => doorsOf((view.request as Request).serverId) as T,
      [Symbol.asyncDispose]: async () => {},
    }),
  }
}

export async function openManager(options: Partial<ManagerOptions> = {}): Promise<WorkflowManager> {
  const manager = new WorkflowManager({ store: new MemoryStore(), ...options })
  await manager.open()
  return manager
}
