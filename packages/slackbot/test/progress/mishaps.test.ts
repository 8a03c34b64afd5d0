import { expect, test, vi } from 'vitest'
import type { Order } from '../../src/state/documents.ts'
import { Site, SOON, wordsOf } from './site.ts'
import { smallWorkflow } from './small-workflow.ts'

const REQUEST = { serverId: 'srv001', deviceType: 'a1.c5.large' }

async function running(site: Site, text: string, channel?: string): Promise<void> {
  await vi.waitFor(() => expect(wordsOf(site.roots(channel).at(-1))).toContain(text), SOON)
}

test('a message that somebody deleted is posted again once, with its thread; deleted again, it stays away', async () => {
  await using site = await Site.open()
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await running(site, 'Waiting to prepare')
  site.slack.deleteMessage('provisioning', site.root().ts)
  site.gates.open('srv001/prepare')
  await vi.waitFor(() => expect(site.roots()).toHaveLength(1), SOON)
  await running(site, 'Waiting to write')
  await vi.waitFor(
    () => expect(site.thread().map(({ text }) => text)).toEqual([expect.stringMatching(/Prepare: done/u)]),
    SOON,
  )

  site.slack.deleteMessage('provisioning', site.root().ts)
  site.gates.openAll()
  await site.told(bot, id)
  expect(site.roots()).toEqual([])
  expect((await bot.state.links.get(id))?.lost).toBe('message-gone')
})

test.each([
  ['archived', (site: Site) => site.slack.archiveChannel('provisioning')],
  ['closed to the bot', (site: Site) => site.slack.removeBot('provisioning')],
])('in a channel that was %s, it goes on as a direct message to who asked, and says why', async (_, close) => {
  await using site = await Site.open()
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await running(site, 'Waiting to prepare')
  await vi.waitFor(() => expect(bot.outbox.stats().waiting.step).toBe(0), SOON)
  close(site)
  site.gates.openAll()
  await site.told(bot, id)
  const direct = site.slack.user('ada').directMessages()
  const roots = direct.filter((message) => message.threadTs === undefined)
  expect(roots.map(({ text }) => text)).toEqual(
    expect.arrayContaining([expect.stringMatching(/ready/u), expect.stringContaining('this goes on here')]),
  )
  expect(roots).toHaveLength(2)
  expect(direct.filter((message) => message.threadTs !== undefined).at(-1)?.text).toMatch(/ready/u)
})

test('what ended while the bot was down is told when it is back', async () => {
  await using site = await Site.open()
  const first = await site.bot()
  const id = await first.order({ ...REQUEST, failsIn: 'prove' }, { tellMe: true })
  await running(site, 'Waiting to prepare')
  await first.progress.stop()
  await first.outbox.stop()
  site.gates.openAll()
  await (await first.manager.get(id))!.outcome()
  expect(site.root().text).not.toMatch(/fail/iu)
  await first.stop()

  const second = await site.bot()
  await site.told(second, id)
  expect(site.roots()).toHaveLength(1)
  expect(site.root().text).toMatch(/fail/iu)
  expect(site.thread()).toHaveLength(4)
  expect(site.slack.user('ada').directMessages()).toHaveLength(1)
})

test('what ended long ago is corrected in its message, and nobody is called for it', async () => {
  await using site = await Site.open()
  const first = await site.bot()
  const id = await first.order({ ...REQUEST, failsIn: 'prepare' }, { tellMe: true })
  await running(site, 'Waiting to prepare')
  await first.progress.stop()
  site.gates.openAll()
  await (await first.manager.get(id))!.outcome()
  await first.stop()

  const tomorrow = {
    now: () => Date.now() + 25 * 3_600_000,
    sleep: (_ms: number, signal?: AbortSignal) => untilAborted(signal),
  }
  const second = await site.bot({ progress: { clock: tomorrow } })
  await site.told(second, id)
  expect(site.root().text).toMatch(/fail/iu)
  expect(site.thread()).toEqual([])
  expect(site.slack.user('ada').directMessages()).toEqual([])
})

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
}

function order(site: Site, at: number): Order {
  return {
    key: 'slack/T1',
    is: 'run',
    user: site.slack.user('ada').id,
    userName: 'ada',
    channel: site.slack.channelId('provisioning'),
    at: new Date(at).toISOString(),
    request: REQUEST,
    tellMe: false,
  }
}

test('an order that was written down but not begun is begun by the next process, once', async () => {
  await using site = await Site.open('open')
  await site.store.documents('slack-orders').put('slack/T1', { ...order(site, Date.now() - 60_000) })
  for (const _ of [1, 2]) {
    const bot = await site.bot()
    const { became } = (await bot.state.orders.get('slack/T1'))!
    await site.told(bot, became!)
    expect((await bot.manager.list()).records).toHaveLength(1)
    expect(site.roots()).toHaveLength(1)
    await bot.stop()
  }
})

test('an order that is too old to begin is not begun, and who gave it is told, once', async () => {
  await using site = await Site.open('open')
  await site.store.documents('slack-orders').put('slack/T1', { ...order(site, Date.now() - 16 * 60_000) })
  for (const _ of [1, 2]) {
    const bot = await site.bot()
    await vi.waitFor(() => expect(site.slack.user('ada').directMessages()).toHaveLength(1), SOON)
    expect((await bot.manager.list()).records).toEqual([])
    await bot.stop()
  }
  expect(wordsOf(site.slack.user('ada').directMessages()[0])).toContain('was not begun')
})

test('runs that were started elsewhere are shown in the channel for announcements, where there is one', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot({ progress: { announceChannel: site.slack.channelId('general') } })
  const run = await bot.manager.start(smallWorkflow({ ...REQUEST, failsIn: 'write' }, site.gates), {
    requestedBy: 'root',
    via: 'cli',
  })
  await site.told(bot, run.id)
  expect(site.roots('general')).toHaveLength(1)
  const thread = site.thread(site.root('general'))
  expect(thread).toHaveLength(3)
  expect(thread.flatMap((message) => site.slack.mentions(message))).toEqual([])
  await bot.stop()

  const quiet = await site.bot()
  const other = await quiet.manager.start(smallWorkflow({ ...REQUEST, serverId: 'srv002' }, site.gates), { via: 'cli' })
  await other.outcome()
  await quiet.progress.stop()
  expect(site.roots('general')).toHaveLength(1)
})

test('runs that were started elsewhere while the bot was down are announced when it is back', async () => {
  await using site = await Site.open()
  const announceChannel = site.slack.channelId('general')
  const first = await site.bot({ progress: { announceChannel } })
  await first.progress.stop()
  const run = await first.manager.start(smallWorkflow(REQUEST, site.gates), { requestedBy: 'root', via: 'cli' })
  await first.stop()
  const second = await site.bot({ progress: { announceChannel } })
  site.gates.openAll()
  await site.told(second, run.id)
  expect(site.roots('general')).toHaveLength(1)
})

test('a run without a message of its own is shown to who follows it, in a direct message', async () => {
  await using site = await Site.open()
  const bot = await site.bot()
  const run = await bot.manager.start(smallWorkflow(REQUEST, site.gates), { requestedBy: 'root', via: 'cli' })
  const grace = site.slack.user('grace')
  expect(await bot.progress.toggleFollow(run.id, grace.id)).toBe(true)
  await vi.waitFor(() => expect(wordsOf(grace.directMessages()[0])).toContain('Waiting to prepare'), SOON)
  site.gates.openAll()
  await site.told(bot, run.id)
  expect(grace.directMessages()[0]?.text).toMatch(/ready/u)
  expect(await bot.progress.toggleFollow(run.id, grace.id)).toBe(false)
})

test('while Slack does not answer, runs go on; when it does, their messages are true', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const standing = site.slack.faults.always({ call: 'slack chat.*', mode: 'wrong-status', status: 503 })
  const id = await bot.order(REQUEST)
  expect((await (await bot.manager.get(id))!.outcome()).status).toBe('COMPLETED')
  expect(site.roots()).toEqual([])
  standing.remove()
  await site.told(bot, id)
  expect(site.roots().map(({ text }) => text)).toEqual([expect.stringMatching(/ready/u)])
})

test('while Slack refuses the token everything waits, and the next process tells it', async () => {
  await using site = await Site.open()
  const first = await site.bot()
  const id = await first.order(REQUEST)
  await running(site, 'Waiting to prepare')
  const refusing = site.slack.faults.always({ call: 'slack *', mode: 'auth-failure' })
  site.gates.openAll()
  await (await first.manager.get(id))!.outcome()
  await first.stop()
  expect((await first.state.links.get(id))?.done).toBe(false)
  refusing.remove()
  const second = await site.bot()
  await site.told(second, id)
  expect(site.root().text).toMatch(/ready/u)
  expect(site.thread()).toHaveLength(4)
})

test('of runs that have ended nothing is kept in memory, and a late click on one is still answered by its message', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await site.told(bot, id)
  const { edits } = site.root()
  bot.progress.touch(id)
  await vi.waitFor(() => expect(site.root().edits).toBe(edits + 1), SOON)
  expect(site.root().text).toMatch(/ready/u)
  expect(site.thread()).toHaveLength(4)
})
