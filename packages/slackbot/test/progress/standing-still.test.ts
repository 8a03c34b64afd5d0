import { expect, test, vi } from 'vitest'
import { Site, SOON, wordsOf } from './site.ts'

const REQUEST = { serverId: 'srv001', deviceType: 'a1.c5.large' }
const STILL = /stands still until I am back/u

async function shows(site: Site, text: string | RegExp, at = 0): Promise<void> {
  const words = typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text)
  await vi.waitFor(() => expect(wordsOf(site.roots()[at])).toEqual(words), SOON)
}

test('the message of a run under way says that its bot was stopped, and no longer when it is back', async () => {
  await using site = await Site.open()
  const first = await site.bot()
  const id = await first.order(REQUEST)
  await shows(site, 'Waiting to prepare')
  await vi.waitFor(async () => expect((await first.state.links.get(id))?.ts).toBeDefined(), SOON)
  await first.progress.stop()
  await first.outbox.drain(5_000)
  expect(wordsOf(site.root())).toMatch(STILL)
  await first.stop()

  const second = await site.bot()
  await vi.waitFor(() => expect(wordsOf(site.root())).not.toMatch(STILL), SOON)
  await shows(site, 'Waiting to prepare')
  site.gates.openAll()
  await site.told(second, id)
  expect(site.root().text).toMatch(/ready/u)
})

test('the message of a run that has ended says nothing of it', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await site.told(bot, id)
  await bot.progress.stop()
  await bot.outbox.drain(5_000)
  expect(wordsOf(site.root())).not.toMatch(STILL)
})

test('a bot whose store was taken by another process falls silent', async () => {
  await using site = await Site.open()
  let lose = (_: Error) => {}
  site.store.onLost = (listener) => {
    lose = listener
    return () => {}
  }
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await shows(site, 'Waiting to prepare')
  const { edits } = site.root()
  lose(new Error('another process owns it'))
  site.gates.openAll()
  await bot.progress.toggleFollow(id, site.slack.user('grace').id)
  await (await bot.manager.get(id))!.outcome()
  await bot.progress.stop()
  await bot.outbox.drain(1_000)
  expect(site.root().edits).toBe(edits)
})

test('the message of a run that was retried leads on, and offers no second retry', async () => {
  await using site = await Site.open('open')
  const bot = await site.bot()
  const id = await bot.order({ ...REQUEST, failsIn: 'prove' })
  await site.told(bot, id)
  await shows(site, 'run.retry')
  const again = await bot.manager.retry(id, { by: 'grace', via: 'cli' })
  await shows(site, 'it goes on as')
  expect(wordsOf(site.root())).not.toContain('run.retry')
  await site.told(bot, again.id)
  expect(site.roots()).toHaveLength(2)
  expect(wordsOf(site.roots()[1])).toContain('run.retry')
  expect(wordsOf(site.root())).toContain('it goes on as')
})
