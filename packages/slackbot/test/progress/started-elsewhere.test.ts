import { expect, test, vi } from 'vitest'
import { Site, SOON, wordsOf } from './site.ts'
import { smallWorkflow } from './small-workflow.ts'

const REQUEST = { serverId: 'srv001', deviceType: 'a1.c5.large' }

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
