import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ControlClient, connectControl } from '../../src/control/client.ts'
import { directExchange } from '../../src/control/exchange.ts'
import { managerReading } from '../../src/control/live-site.ts'
import { controlRouter, type ControlRouter } from '../../src/control/router.ts'
import { startControl, type ControlServer } from '../../src/control/server.ts'
import type { ControlSite } from '../../src/control/site.ts'
import { Redactor } from '../../src/redaction.ts'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { ApprovalWish } from '../../src/workflow/approval.ts'
import type { RunnableWorkflow } from '../../src/workflow/definition.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import type { RunHandle } from '../../src/workflow/run-handle.ts'
import { switchStep, tinyWorkflow, untilStopped } from '../workflow/tiny-world.ts'

/** What a run of these tests does in its second step. */
export type Middle = 'ends' | 'waits' | 'fails'

export interface TinySite extends AsyncDisposable {
  readonly manager: WorkflowManager
  readonly store: MemoryStore
  readonly redactor: Redactor
  readonly site: ControlSite
  readonly router: ControlRouter
  /** A client without a transport. */
  readonly client: ControlClient
  start(
    middle: Middle,
    options?: {
      readonly resource?: string
      readonly by?: string
      readonly approval?: ApprovalWish
      readonly middle?: Partial<Parameters<typeof switchStep>[1]>
    },
  ): Promise<RunHandle>
  /** A folder for sockets. */
  readonly folder: string
  serve(path?: string): Promise<ControlServer>
  connect(server: ControlServer, by?: string): ControlClient
}

/** A manager over memory, with runs of three steps: nothing of hardware, everything of the control API but provisioning. */
export async function tinySite(options: { readonly by?: string; readonly secret?: string } = {}): Promise<TinySite> {
  const folder = await mkdtemp(join(tmpdir(), 'hwa-control-'))
  const store = new MemoryStore()
  const redactor = new Redactor()
  if (options.secret !== undefined) redactor.add(options.secret)
  const manager = new WorkflowManager({ store, redactor, closeGrace: '2s' })
  const bundle = {
    load: async (id: string) => (await manager.get(id))?.record(),
    events: (id: string, after: number) => store.events(id, after),
    journal: (query: object) => store.journal(query),
    artefact: (sha256: string) => store.getArtefact(sha256),
    redactor,
    site: 'there is no MAAS here',
  }
  const site: ControlSite = {
    reading: managerReading(manager, store, bundle, 10),
    acting: manager,
    redact: (text) => redactor.text(text),
    since: '2026-01-01T00:00:00.000Z',
  }
  const router = controlRouter(site)
  const open: { close(): Promise<void> }[] = []
  return {
    manager,
    store,
    redactor,
    site,
    router,
    client: new ControlClient(directExchange(router), { by: options.by ?? 'ada' }),
    start: (middle, { resource = 'machine-1', by = 'ada', middle: more, approval } = {}) =>
      manager.start(threeSteps(middle, resource, more), {
        requestedBy: by,
        via: 'api',
        ...(approval === undefined ? {} : { approval }),
      }),
    folder,
    async serve(path = join(folder, 'control.sock')) {
      const server = await startControl(site, { path })
      open.push(server)
      return server
    },
    connect(server, by = 'ada') {
      const client = connectControl(server.path, { by })
      open.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      await manager.close({ mode: 'detach' })
      await Promise.all(open.map((one) => one.close()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function threeSteps(
  middle: Middle,
  resource: string,
  more: Parameters<typeof switchStep>[1] = {},
): RunnableWorkflow<any> {
  const act = {
    ends: {},
    waits: {
      act: (ctx: Parameters<NonNullable<Parameters<typeof switchStep>[1]>['act'] & object>[0]) =>
        ctx.subTask('waiting for the fan', async (task) => {
          task.detail('it turns')
          await untilStopped(ctx)
        }),
    },
    fails: {
      retry: { retries: 0 },
      verify: async () => ({ ok: false, evidence: [], problem: 'the fan does not turn' }) as never,
    },
  }[middle]
  return tinyWorkflow(
    [
      switchStep('one'),
      switchStep('two', { skippable: true, ...act, ...more }),
      switchStep('three', { skippable: true }),
    ],
    {
      resource,
      spec: { name: `test/${middle}` },
    },
  )
}
