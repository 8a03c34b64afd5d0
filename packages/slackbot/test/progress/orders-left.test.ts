import { expect, test, vi } from 'vitest'
import type { Order } from '../../src/state/documents.ts'
import { Site, SOON, wordsOf } from './site.ts'

const REQUEST = { serverId: 'srv001', deviceType: 'a1.c5.large' }

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

test('links and orders of long ago are forgotten; what is not told yet stays', async () => {
  await using site = await Site.open('open')
  const ago = (days: number) => new Date(Date.now() - days * 24 * 3_600_000).toISOString()
  const link = { id: 'run_old', is: 'run', channel: 'C1', tellMe: false, followers: [], shown: 1, done: true } as const
  const links = site.store.documents('slack-links')
  await links.put('run_old', { ...link, closedAt: ago(31) })
  await links.put('run_newer', { ...link, id: 'run_newer', closedAt: ago(29) })
  await site.store.documents('slack-orders').put('slack/T0', { ...order(site, Date.parse(ago(8))), refused: 'too old' })
  const bot = await site.bot()
  await vi.waitFor(async () => expect(await bot.state.orders.get('slack/T0')).toBeUndefined(), SOON)
  expect(await bot.state.links.get('run_old')).toBeUndefined()
  expect(await bot.state.links.get('run_newer')).toBeDefined()
})
