import { expect, test, vi } from 'vitest'
import type { BotProcess } from './bot-process.ts'
import { Site, server, SOON, wordsOf } from './site.ts'
import { smallWorkflow } from './small-workflow.ts'

async function startBatch(site: Site, bot: BotProcess, failing: readonly string[], more = {}): Promise<string> {
  const items = [1, 2, 3, 4, 5, 6].map(server).map((serverId) => ({
    workflow: smallWorkflow(
      { serverId, deviceType: 'a1.c5.large', ...(failing.includes(serverId) ? { failsIn: 'write' } : {}) },
      site.gates,
    ),
  }))
  const options = { label: 'srv[001-006] a1.c5.large', requestedBy: 'ada', via: 'slack', idempotencyKey: 'slack/batch' }
  const batch = await bot.manager.startBatch(items, { ...options, atOnce: 2, ...more })
  const order = {
    key: 'slack/batch',
    is: 'batch' as const,
    user: site.slack.user('ada').id,
    userName: 'ada',
    channel: site.slack.channelId('provisioning'),
    at: new Date().toISOString(),
    request: {},
    tellMe: true,
    became: batch.id,
  }
  await bot.state.orders.put(order.key, order)
  await bot.progress.ordered(order)
  return batch.id
}

test('a batch has one message for all its servers; failures are in its thread, and its end calls who asked', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const id = await startBatch(site, bot, ['srv003'])
  await site.told(bot, id)

  expect(site.roots()).toHaveLength(1)
  for (const name of ['srv001', 'srv003', 'srv006']) expect(wordsOf(site.root())).toContain(name)
  const [failure, log, end] = site.thread()
  expect(wordsOf(failure)).toContain('The device refused the value')
  expect(failure?.text).toContain('srv003')
  expect(site.slack.mentions(failure!)).toEqual([])
  expect(log?.files).toHaveLength(1)
  expect(new Set(site.slack.mentions(end!))).toEqual(new Set([`@${site.slack.user('ada').id}`]))
  expect(site.thread()).toHaveLength(3)
  expect(site.slack.user('ada').directMessages()).toHaveLength(1)
})

test('the board follows the runs of a batch while they go on', async () => {
  await using site = await Site.open()
  const bot = await site.bot()
  const id = await startBatch(site, bot, [])
  await vi.waitFor(() => expect(wordsOf(site.roots()[0])).toMatch(/Prepare/u), SOON)
  site.gates.open('srv001/prepare')
  await vi.waitFor(() => expect(wordsOf(site.root())).toMatch(/Write/u), SOON)
  site.gates.openAll()
  await site.told(bot, id)
  expect(site.thread()).toHaveLength(1)
  expect(site.slack.mentions(site.thread()[0]!)).toEqual([])
})

test('the next bot goes on with the board of a batch', async () => {
  await using site = await Site.open()
  const first = await site.bot()
  const id = await startBatch(site, first, [])
  await vi.waitFor(() => expect(wordsOf(site.roots()[0])).toMatch(/Prepare/u), SOON)
  await first.stop()
  const second = await site.bot()
  site.gates.open('srv001/prepare')
  await vi.waitFor(() => expect(wordsOf(site.root())).toMatch(/Write/u), SOON)
  site.gates.openAll()
  await site.told(second, id)
  expect(site.roots()).toHaveLength(1)
})

test('a batch that was paused by its failures calls who asked for it, once', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const id = await startBatch(site, bot, ['srv001', 'srv002'], { maxFailures: 0, atOnce: 1 })
  const pauses = () => site.thread().filter(({ text }) => text.includes('paused'))
  await vi.waitFor(() => expect(pauses()).toHaveLength(1), SOON)
  expect(site.slack.mentions(pauses()[0]!)).not.toEqual([])
  bot.progress.touch(id)
  await bot.manager.cancelBatch(id, { by: 'ada', reason: 'enough', via: 'slack' })
  await site.told(bot, id)
  expect(pauses()).toHaveLength(1)
})

test('a bot that was killed amid a batch goes on with the one message', async () => {
  await using site = await Site.open()
  for (const nth of [1, 2, 3, 5, 8]) {
    const rounds = site.roots().length
    const first = await site.bot({ death: { at: 'call', nth, when: 'after' } })
    const starting = startBatch(site, first, ['srv002'], { idempotencyKey: `slack/batch-${nth}` })
    site.gates.openAll()
    await Promise.race([starting.then((id) => site.told(first, id)), first.died])
    first.spare()
    const second = first.isDead ? await site.bot() : first
    await vi.waitFor(async () => {
      for await (const [, link] of second.state.links.entries()) expect(link.done).toBe(true)
    }, SOON)
    expect(site.roots()).toHaveLength(rounds + 1)
    const thread = site.thread(site.roots().at(-1))
    expect(thread.filter(({ text }) => text.includes('srv002'))).toHaveLength(1)
    expect(thread).toHaveLength(3)
    await second.stop()
  }
})
