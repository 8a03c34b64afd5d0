import { expect, test, vi } from 'vitest'
import { Site, SOON, wordsOf } from './site.ts'

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

test('a message that was deleted after its run had ended stays away, whatever is clicked elsewhere', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await site.told(bot, id)
  site.slack.deleteMessage('provisioning', site.root().ts)
  bot.progress.touch(id)
  await vi.waitFor(async () => expect((await bot.state.links.get(id))?.lost).toBe('message-gone'), SOON)
  await site.told(bot, await bot.order({ ...REQUEST, serverId: 'srv002' }))
  expect(site.roots().map(({ text }) => text)).toEqual([expect.stringContaining('srv002')])
})

test('a late click on a run that was told to its end repaints its message and tells nothing again', async () => {
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

test('where Slack lets nobody change messages any more, the thread tells the end', async () => {
  await using site = await Site.open()
  const bot = await site.bot()
  const id = await bot.order({ ...REQUEST, failsIn: 'prepare' })
  await vi.waitFor(async () => expect((await bot.state.links.get(id))?.ts).toBeDefined(), SOON)
  bot.outbox.edit = async () => ({ ok: false, because: 'refused', detail: 'edit_window_closed' })
  site.gates.openAll()
  await site.told(bot, id)
  expect(site.thread().map(({ text }) => text)).toContainEqual(expect.stringMatching(/failed/u))
})

test('a channel where only some may post: the message is shown to who asked for it', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const post = bot.outbox.post.bind(bot.outbox)
  const channel = site.slack.channelId('provisioning')
  bot.outbox.post = async (wanted) =>
    wanted.channel === channel ? { ok: false, because: 'refused', detail: 'restricted_action' } : post(wanted)
  const id = await bot.order(REQUEST)
  await site.told(bot, id)
  const direct = site.slack.user('ada').directMessages()
  expect(direct.map(({ text }) => text)).toContainEqual(expect.stringMatching(/ready/u))
  expect(direct.map(({ text }) => text)).toContainEqual(expect.stringMatching(/does not take my message/u))
})
