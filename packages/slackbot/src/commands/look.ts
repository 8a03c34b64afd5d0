import { HwError, type BatchRecord, type WorkflowRecord } from 'hwautomation'
import type { Delivered } from '../actions/delivered.ts'
import type { Bot } from '../bot.ts'
import { batchMessage } from '../views/batch-message.ts'
import { historyText, listText, statusText } from '../views/notices.ts'
import { findRun } from './find-run.ts'

const MOST_ACTIVE = 200
const MOST_OF_HISTORY = 20
const NEWEST = 20

/** `status [server|id]` */
export async function sayStatus(bot: Bot, delivered: Delivered, meant?: string): Promise<void> {
  const { answer } = delivered
  const batch = meant?.startsWith('batch_') === true ? await bot.hw.manager.batch(meant) : undefined
  if (batch !== undefined) return sayBatch(bot, delivered, batch)
  if (meant !== undefined) return answer.say(statusText(await findRun(bot.hw.manager, meant), bot.clock.now()))
  const { records } = await bot.hw.manager.list({ status: ['PENDING', 'RUNNING'], limit: MOST_ACTIVE })
  await sayList(bot, answer, records)
}

/** `list`: what is under way, and the newest of what has ended. */
export async function sayNewest(bot: Bot, { answer }: Delivered): Promise<void> {
  const { manager } = bot.hw
  const [active, newest] = await Promise.all([
    manager.list({ status: ['PENDING', 'RUNNING'], limit: MOST_ACTIVE }),
    manager.list({ limit: NEWEST }),
  ])
  const known = new Set(active.records.map(({ id }) => id))
  await sayList(bot, answer, [...active.records, ...newest.records.filter(({ id }) => !known.has(id))])
}

/** `history <server>` */
export async function sayHistory(bot: Bot, { answer }: Delivered, server: string): Promise<void> {
  const { records } = await bot.hw.manager.list({ server, limit: MOST_OF_HISTORY })
  if (records.length === 0)
    throw new HwError({
      code: 'slack.no-such-run',
      kind: 'invalid',
      message: `There is no run of a server "${server.slice(0, 80)}".`,
      hint: '`list` shows the runs there are.',
      context: { asked: server.slice(0, 80) },
    })
  await answer.say(historyText(server, records, bot.clock.now()))
}

async function sayList(
  { hw, clock }: Bot,
  answer: Delivered['answer'],
  records: readonly WorkflowRecord[],
): Promise<void> {
  const batches = (await hw.manager.batches()).filter(({ status }) => status !== 'ended')
  await answer.say(listText(records, { now: clock.now(), batches, state: hw.manager.state }))
}

/** A batch as its message shows it, for one person. */
export async function sayBatch(bot: Bot, { answer }: Delivered, batch: BatchRecord): Promise<void> {
  const runs = await runsOfBatch(bot, batch)
  await answer.say(batchMessage(batch, runs, { now: bot.clock.now(), mode: 'steps' }))
}

/** The runs that have come of a batch so far, by id. */
export async function runsOfBatch({ hw }: Bot, batch: BatchRecord): Promise<ReadonlyMap<string, WorkflowRecord>> {
  const ids = batch.items.flatMap(({ run }) => (run === undefined ? [] : [run]))
  const runs = new Map<string, WorkflowRecord>()
  for (const id of ids) {
    const record = (await hw.manager.get(id))?.record()
    if (record !== undefined) runs.set(id, record)
  }
  return runs
}
