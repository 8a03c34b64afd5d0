import { expect, test, vi } from 'vitest'
import { Site, SOON } from './site.ts'

test('who opened their App Home sees runs come and go; for nobody else anything is published', async () => {
  await using site = await Site.open()
  const bot = await site.bot()
  const ada = site.slack.user('ada')
  const home = () => JSON.stringify(ada.home() ?? {})
  bot.progress.homeOpened(ada.id)
  await vi.waitFor(() => expect(ada.home()).toBeDefined(), SOON)
  const id = await bot.order({ serverId: 'srv001', deviceType: 'a1.c5.large', failsIn: 'prove' })
  await vi.waitFor(() => expect(home()).toContain('srv001'), SOON)
  site.gates.openAll()
  await site.told(bot, id)
  await vi.waitFor(() => expect(home()).toMatch(/refused the value/u), SOON)
  expect(site.slack.user('grace').home()).toBeUndefined()
})

test('who looked ten minutes ago is taken to have gone', async () => {
  await using site = await Site.open('open')
  let minutes = 0
  const clock = {
    now: () => Date.now() + minutes * 60_000,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, ms)
        signal?.addEventListener('abort', () => {
          clearTimeout(timer)
          reject(signal.reason as Error)
        })
      }),
  }
  const bot = await site.bot({ progress: { clock } })
  const ada = site.slack.user('ada')
  bot.progress.homeOpened(ada.id)
  await vi.waitFor(() => expect(ada.home()).toBeDefined(), SOON)
  minutes = 11
  const id = await bot.order({ serverId: 'srv777', deviceType: 'a1.c5.large' })
  await site.told(bot, id)
  expect(JSON.stringify(ada.home())).not.toContain('srv777')
  expect(bot.done.call.filter((method) => method === 'views.publish')).toHaveLength(1)
})
