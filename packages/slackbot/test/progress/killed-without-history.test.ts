import { expect, test, vi } from 'vitest'
import type { BotProcess, Death } from './bot-process.ts'
import { Site, SOON, wordsOf } from './site.ts'

const REQUEST = { serverId: 'srv001', deviceType: 'a1.c5.large', failsIn: 'prove' }
const duplicateCheck = 'off' as const

/** A run that fails, told by a bot that is killed so, and by the next one. Undefined where the bot lived. */
async function killed(site: Site, death: Death): Promise<BotProcess | undefined> {
  const first = await site.bot({ death, duplicateCheck })
  void first.order(REQUEST, { tellMe: true })
  const isOver = vi.waitFor(async () => {
    for await (const [, { done }] of first.state.links.entries()) if (done) return
    throw new Error('not yet')
  }, SOON)
  await Promise.race([first.died, isOver.catch(() => {})])
  if (!first.isDead) return undefined
  const next = await site.bot({ duplicateCheck })
  const { became } = (await next.state.orders.get('slack/srv001'))!
  await site.told(next, became!)
  return next
}

test('a bot that may not look and was killed as it posted the message posts it again, keeps one of them, and says which', async () => {
  await using site = await Site.open('open')
  await killed(site, { at: 'call', nth: 1, when: 'after' })
  const [orphan, kept, ...more] = site.roots().filter(({ threadTs }) => threadTs === undefined)
  expect(more).toEqual([])
  expect(orphan!.edits).toBe(0)
  expect(site.thread(orphan)).toEqual([])
  expect(kept!.text).toMatch(/failed/u)
  expect(wordsOf(site.thread(kept)[0])).toMatch(/If there are two, this one is kept up to date/u)
})

test('killed at any call, it tells nothing twice but that message, and its end is to be seen', async () => {
  for (const when of ['before', 'after'] as const)
    for (let nth = 1, lived = false; !lived; nth += 1) {
      await using site = await Site.open('open')
      lived = (await killed(site, { at: 'call', nth, when })) === undefined
      const where = `${when} call ${nth}`
      const roots = site.roots().filter(({ threadTs }) => threadTs === undefined)
      expect(roots.length, where).toBe(nth === 1 && when === 'after' ? 2 : 1)
      expect(roots.at(-1)!.text, where).toMatch(/failed/u)
      const thread = site.thread(roots.at(-1)).map(({ text, files }) => text + String(files.length))
      expect(new Set(thread).size, where).toBe(thread.length)
      expect(site.slack.user('ada').directMessages().length, where).toBeLessThan(2)
      expect(nth).toBeLessThan(40)
    }
}, 60_000)
