import { expect, test, vi } from 'vitest'
import type { BotProcess } from './bot-process.ts'
import { Site, server, SOON, wordsOf } from './site.ts'

const LATER = { timeout: 20_000, interval: 20 }

async function start(bot: BotProcess, count: number): Promise<string[]> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  return Promise.all(numbers.map((number) => bot.order({ serverId: server(number), deviceType: 'a1.c5.large' })))
}

/** Everything is written, and nothing more comes of what has happened so far. */
async function settled(bot: BotProcess, count: number): Promise<void> {
  await vi.waitFor(() => {
    expect(bot.manager.activeRuns).toBe(count)
    const { waiting } = bot.outbox.stats()
    expect(Object.values(waiting).every((waits) => waits === 0)).toBe(true)
  }, LATER)
}

test('sixty runs are shown by their steps, each sub-task of a run that somebody follows, and all are told to the end', async () => {
  await using site = await Site.open()
  const bot = await site.bot({ concurrency: 60 })
  const ids = await start(bot, 60)
  const of = (name: string) => site.roots().find(({ text }) => text.includes(name))
  await vi.waitFor(
    () => expect(site.roots().filter((root) => wordsOf(root).includes('only steps'))).toHaveLength(60),
    LATER,
  )
  await settled(bot, 60)

  await bot.progress.toggleFollow(ids[1]!, site.slack.user('grace').id)
  await vi.waitFor(() => expect(wordsOf(of('srv002'))).toContain('follows'), SOON)
  const editsBefore = site.roots().reduce((sum, { edits }) => sum + edits, 0)
  for (const number of [1, 2]) site.gates.open(`${server(number)}/prepare`)
  await vi.waitFor(() => expect(site.thread(of('srv001'))).toHaveLength(1), SOON)
  await vi.waitFor(() => expect(site.thread(of('srv002'))).toHaveLength(1), SOON)
  await settled(bot, 60)
  // the others were not touched
  expect(site.roots().reduce((sum, { edits }) => sum + edits, 0) - editsBefore).toBeLessThan(20)

  site.gates.openAll()
  for (const id of ids) await site.told(bot, id)
  expect(site.roots()).toHaveLength(60)
  for (const root of site.roots()) {
    expect(root.text).toMatch(/ready/u)
    expect(site.thread(root)).toHaveLength(4)
  }
  expect(site.slack.user('grace').directMessages()).toHaveLength(1)
}, 60_000)

test('a hundred and seventy runs are on one board, which is closed when there are few again; threads have ends only', async () => {
  await using site = await Site.open()
  const bot = await site.bot({ concurrency: 170 })
  const ids = await start(bot, 170)
  const board = () => site.roots().filter((root) => /170|running/iu.test(root.text) && !/srv\d/u.test(root.text))
  await vi.waitFor(() => expect(board()).toHaveLength(1), LATER)
  await vi.waitFor(() => expect(site.roots()).toHaveLength(171), LATER)
  await settled(bot, 170)

  for (let number = 1; number <= 100; number += 1) site.gates.open(`${server(number)}/prepare`)
  await vi.waitFor(() => expect(wordsOf(board()[0])).toMatch(/Write/u), LATER)
  expect(site.roots().every((root) => site.thread(root).length === 0)).toBe(true)

  // forty end while the board is there: of each only its end is told
  for (let number = 1; number <= 40; number += 1)
    for (const step of ['write', 'prove']) site.gates.open(`${server(number)}/${step}`)
  for (const id of ids.slice(0, 40)) await site.told(bot, id)
  const ofFirst = site.roots().filter(({ text }) => /^srv.* ready/u.test(text))
  expect(ofFirst).toHaveLength(40)
  for (const root of ofFirst) expect(site.thread(root).map(({ text }) => text)).toEqual([root.text])

  site.gates.openAll()
  for (const id of ids) await vi.waitFor(async () => expect((await bot.state.links.get(id))?.done).toBe(true), LATER)
  const closed = () => site.roots().filter((root) => root.text.includes('closed'))
  await vi.waitFor(() => expect(closed()).toHaveLength(1), LATER)
  const runs = site.roots().filter((root) => root.ts !== closed()[0]!.ts)
  expect(runs).toHaveLength(170)
  for (const root of runs) {
    expect(root.text).toMatch(/ready/u)
    expect(site.thread(root).at(-1)?.text).toMatch(/ready/u)
  }
}, 60_000)

test('steps that were not told while there were too many runs are not told later either', async () => {
  await using site = await Site.open()
  const first = await site.bot({ concurrency: 60 })
  const ids = await start(first, 2)
  await settled(first, 2)
  await first.progress.stop()
  for (const number of [1, 2]) site.gates.open(`${server(number)}/prepare`)
  await vi.waitFor(async () => {
    for (const id of ids) expect((await first.manager.get(id))?.record().steps[0]?.status).toBe('completed')
  }, SOON)
  await first.stop()
  await site.store.documents('slack-progress').put('mode', 'board')
  const second = await site.bot()
  site.gates.openAll()
  for (const id of ids) await site.told(second, id)
  for (const root of site.roots().filter(({ text }) => text.startsWith('srv')))
    expect(site.thread(root).map(({ text }) => text)).toEqual([
      expect.stringMatching(/Write/u),
      expect.stringMatching(/Prove/u),
      expect.stringMatching(/ready/u),
    ])
}, 60_000)

test('after a restart amid many runs, each message is in the mode for many from the first', async () => {
  await using site = await Site.open()
  const first = await site.bot({ concurrency: 60 })
  const ids = await start(first, 60)
  await settled(first, 60)
  await first.stop()
  const second = await site.bot({ concurrency: 60 })
  await settled(second, 60)
  expect(site.roots()).toHaveLength(60)
  for (const root of site.roots()) expect(wordsOf(root)).toContain('only steps')
  site.gates.openAll()
  for (const id of ids) await site.told(second, id)
  expect(site.roots()).toHaveLength(60)
}, 60_000)
