/** The process that is killed: engine and bot on a state directory; data centre and Slack live in the test's process. */
import { connectLabClock, type LabConnection } from '@hwautomation/testkit'
import { createHwAutomation, ServerProvisioningWorkflow, systemClock, type ProvisioningRequest } from 'hwautomation'
import { createOutbox } from '../../src/outbox/create-outbox.ts'
import { createProgress } from '../../src/progress/create-progress.ts'
import { botState, type Order } from '../../src/state/documents.ts'

export interface ChildJob {
  readonly stateDir: string
  readonly connection: LabConnection
  readonly clock: string
  readonly slack: { readonly token: string; readonly apiUrl: string }
  /** Given by the first process; a later one finds it in the store. */
  readonly order?: Order
}

/** It is ready, and it has told everything. */
export type ChildReport = { readonly is: 'started' } | { readonly is: 'told'; readonly id: string }

const NO_LIMIT = { perMinute: 100_000, burst: 1_000 }
const ignore = () => {}
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }

process.once('message', (job: ChildJob) => void work(job))
process.send?.({ is: 'started' } satisfies ChildReport)

async function work({ stateDir, connection, clock: url, slack, order }: ChildJob): Promise<void> {
  const clock = await connectLabClock(url)
  const hw = await createHwAutomation({ ...connection, stateDir, clock, env: {}, control: false })
  const { token, apiUrl } = slack
  const outbox = createOutbox({
    token,
    apiUrl,
    store: hw.store,
    duplicateCheck: 'history',
    limits: {
      edits: { ...NO_LIMIT, reserve: 1 },
      channelPosts: NO_LIMIT,
      posts: NO_LIMIT,
      files: NO_LIMIT,
      editEveryMs: 0,
    },
  })
  const state = botState(hw.store)
  const begin = async (given: Order) => {
    const workflow = new ServerProvisioningWorkflow(given.request as unknown as ProvisioningRequest, hw)
    const run = await hw.manager.start(workflow, {
      requestedBy: given.userName,
      via: 'slack',
      idempotencyKey: given.key,
    })
    const begun = { ...given, became: run.id }
    await state.orders.put(given.key, begun)
    await progress.ordered(begun)
  }
  const progress = createProgress({ hw, outbox, state, clock: systemClock, logger: SILENT, begin, beatMs: 50 })
  await outbox.start()
  await progress.start()
  if (order !== undefined) {
    await state.orders.put(order.key, order)
    await begin(order)
  }
  for (;;) {
    for await (const [id, { done }] of state.links.entries())
      if (done) return void process.send?.({ is: 'told', id } satisfies ChildReport)
    await systemClock.sleep(20)
  }
}
