import { expect, test, vi } from 'vitest'
import { ACTIONS } from '../../src/views/action-ids.ts'
import { Site, SOON, wordsOf } from './site.ts'

const REQUEST = { serverId: 'srv001', deviceType: 'a1.c5.large' }

test('a run has one message that follows each sub-task to the end, and a thread with the results', async () => {
  await using site = await Site.open()
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await vi.waitFor(() => expect(wordsOf(site.roots()[0])).toContain('Waiting to prepare'), SOON)
  site.gates.open('srv001/prepare')
  await vi.waitFor(() => expect(wordsOf(site.root())).toContain('Waiting to write'), SOON)
  site.gates.openAll()
  await site.told(bot, id)

  expect(site.roots()).toHaveLength(1)
  expect(site.root().text).toMatch(/ready/u)
  expect(wordsOf(site.root())).not.toContain('in_progress')
  expect(site.thread().map(({ text }) => text)).toEqual([
    expect.stringMatching(/Prepare: done/u),
    expect.stringMatching(/Write: done/u),
    expect.stringMatching(/Prove: done/u),
    expect.stringMatching(/ready/u),
  ])
  expect([...site.roots(), ...site.thread()].flatMap((message) => site.slack.mentions(message))).toEqual([])
  expect(site.slack.user('ada').directMessages()).toEqual([])
})

test('a failure calls who asked for it, also in the channel, with the log as a file; nothing of the device’s answer is markup', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const id = await bot.order({ ...REQUEST, failsIn: 'write' })
  await site.told(bot, id)

  const ada = site.slack.user('ada').id
  expect(wordsOf(site.root())).toContain(ACTIONS.retry)
  const [step, failure, log] = site.thread()
  expect(step?.text).toMatch(/Prepare: done/u)
  expect(failure).toMatchObject({ replyBroadcast: true })
  expect(wordsOf(failure)).toContain('The device refused the value')
  expect(wordsOf(failure)).toContain('Give it another one')
  expect(site.slack.mentions(failure!).every((mention) => mention.includes(ada))).toBe(true)
  expect(site.slack.mentions(failure!)).not.toEqual([])
  expect(log?.files).toHaveLength(1)
  expect(log?.files[0]?.content).toContain('The device refused the value')
  expect(site.thread()).toHaveLength(3)
  expect(site.slack.mentions(site.root())).toEqual([])
})

test('a cancel shows at once, and its end is told without calling anybody', async () => {
  await using site = await Site.open()
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await vi.waitFor(() => expect(wordsOf(site.roots()[0])).toContain('Waiting to prepare'), SOON)
  await bot.manager.cancel(id, { by: 'grace', reason: 'wrong rack', via: 'slack' })
  bot.progress.touch(id)
  await site.told(bot, id)

  expect(site.root().text).toMatch(/cancel/iu)
  expect(site.thread()).toHaveLength(1)
  expect(wordsOf(site.thread()[0])).toContain('wrong rack')
  expect(site.slack.mentions(site.thread()[0]!)).toEqual([])
  expect(site.thread()[0]?.replyBroadcast ?? false).toBe(false)
})

test('a retry that was started anywhere is shown where the first run was, and calls who asked for that', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const first = await bot.order({ ...REQUEST, failsIn: 'write' })
  await site.told(bot, first)
  const again = await bot.manager.retry(first, { by: 'root', reason: '', via: 'cli' })
  await site.told(bot, again.id)

  expect(site.roots()).toHaveLength(2)
  const [, second] = site.roots()
  // the step that was carried over is not told again
  expect(site.thread(second).map(({ text }) => text)).toEqual([expect.stringMatching(/failed/u), ''])
  expect(new Set(site.slack.mentions(site.thread(second)[0]!))).toEqual(new Set([`@${site.slack.user('ada').id}`]))
})

test('a retry ordered by somebody else calls them', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const first = await bot.order({ ...REQUEST, failsIn: 'write' })
  await site.told(bot, first)
  const again = await bot.manager.retry(first, { by: 'grace', reason: '', via: 'slack' })
  const grace = site.slack.user('grace').id
  const channel = site.slack.channelId('provisioning')
  const order = { key: 'slack/again', is: 'run', user: grace, userName: 'grace', channel, tellMe: false } as const
  await bot.progress.ordered({ ...order, at: new Date().toISOString(), request: {}, became: again.id })
  await site.told(bot, again.id)
  expect((await bot.state.links.get(again.id))?.requester).toBe(grace)
  expect(site.roots()).toHaveLength(2)
})

test('a run that waits for a slot says so', async () => {
  await using site = await Site.open()
  const bot = await site.bot({ concurrency: 1 })
  await bot.order(REQUEST)
  await bot.order({ ...REQUEST, serverId: 'srv002' })
  await vi.waitFor(() => expect(site.roots()).toHaveLength(2), SOON)
  await vi.waitFor(
    () => expect(wordsOf(site.roots().find(({ text }) => text.includes('srv002')))).toMatch(/wait/iu),
    SOON,
  )
})

test('the same order by a second person is one message; both are told how it ended', async () => {
  await using site = await Site.open()
  const bot = await site.bot()
  const id = await bot.order(REQUEST, { tellMe: true })
  const grace = site.slack.user('grace').id
  expect(await bot.order(REQUEST, { key: 'slack/second', user: grace, userName: 'grace' })).toBe(id)
  site.gates.openAll()
  await site.told(bot, id)
  expect(site.roots()).toHaveLength(1)
  expect(site.slack.user('ada').directMessages()).toHaveLength(1)
  expect(site.slack.user('grace').directMessages()).toHaveLength(1)
})

test('an edit that would show nothing new is not made', async () => {
  await using site = await Site.open()
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await vi.waitFor(() => expect(wordsOf(site.roots()[0])).toContain('Waiting to prepare'), SOON)
  const calls = () => bot.done.call.length
  const callsBefore = calls()
  for (let n = 0; n < 20; n += 1) {
    bot.progress.touch(id)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await bot.progress.toggleFollow(id, site.slack.user('grace').id)
  await vi.waitFor(() => expect(wordsOf(site.root())).toContain('follows'), SOON)
  expect(calls() - callsBefore).toBe(1)
})
