import { MemoryStore } from 'hwautomation'
import { expect, test, vi } from 'vitest'
import { BotProcess } from './bot-process.ts'
import { Site, SOON, wordsOf } from './site.ts'

const REQUEST = { serverId: 'srv001', deviceType: 'a1.c5.large' }

async function running(site: Site, text: string, channel?: string): Promise<void> {
  await vi.waitFor(() => expect(wordsOf(site.roots(channel).at(-1))).toContain(text), SOON)
}

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

test('a message that was posted as the bot was killed shows the end, also where the run ended before the next bot came', async () => {
  await using site = await Site.open('open')
  const first = await site.bot({ death: { at: 'call', nth: 1, when: 'after' } })
  void first.order(REQUEST)
  await first.died
  const { manager, state } = new BotProcess(site)
  await manager.open()
  const { became } = (await state.orders.get('slack/srv001'))!
  await (await manager.get(became!))!.outcome()
  await manager.close()
  expect(site.root().text).not.toMatch(/ready/u)

  const second = await site.bot()
  await site.told(second, became!)
  expect(site.roots().map(({ text }) => text)).toEqual([expect.stringMatching(/ready/u)])
  expect(site.thread()).toHaveLength(4)
})

test('an end that is not written down yet is not told: a crash would take it back', async () => {
  const store = new MemoryStore()
  const save = store.save.bind(store)
  let letGo = () => {}
  const release = new Promise<void>((resolve) => (letGo = resolve))
  let isHeld = false
  store.save = async (record, events) => {
    if (record.status === 'COMPLETED') {
      isHeld = true
      await release
    }
    return save(record, events)
  }
  await using site = await Site.open('open', store)
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await vi.waitFor(() => expect(isHeld && site.roots().length === 1).toBe(true), SOON)
  await bot.progress.toggleFollow(id, site.slack.user('grace').id)
  await vi.waitFor(() => expect(wordsOf(site.root())).toContain('follows'), SOON)
  expect(site.root().text).not.toMatch(/ready/u)
  letGo()
  await site.told(bot, id)
  expect(site.root().text).toMatch(/ready/u)
})

test('a bot whose place in the journal is not kept any more follows what happens from now on', async () => {
  await using site = await Site.open('open')
  await site.store.documents('slack-progress').put('cursor', 'of another store')
  const bot = await site.bot()
  const id = await bot.order(REQUEST)
  await site.told(bot, id)
  expect(site.root().text).toMatch(/ready/u)
})
