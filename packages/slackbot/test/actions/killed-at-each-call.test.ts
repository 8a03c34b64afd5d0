import { createLab, type Lab, type SlackDelivery, type SlackMessage } from '@hwautomation/testkit'
import type { WorkflowRecord } from 'hwautomation'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ACTIONS, CALLBACKS, INPUTS } from '../../src/views/action-ids.ts'
import { wordsOf } from '../bot-world.ts'
import { Gates, smallWorkflow } from '../progress/small-workflow.ts'
import { Site, stubFetch, type Death, type MortalBot } from './mortal-bot.ts'

let lab: Lab

beforeAll(async () => {
  stubFetch()
  lab = await createLab({
    servers: [
      { hostname: 'srv001', status: 'ready' },
      { hostname: 'srv002', status: 'ready' },
    ],
  })
})

afterAll(async () => {
  await lab.close()
  vi.unstubAllGlobals()
})

const FAST = { timeout: 3_000, interval: 3 }

/** What somebody asks for, once everything is there for it. */
interface Ready {
  readonly who: string
  ask(): Promise<SlackDelivery>
  /** How often it was done. */
  times(bot: MortalBot): Promise<number>
  /** Asks for the same again: anew, as they do who were told that it was not done. */
  again(): Promise<SlackDelivery>
  /** How often it is done when it was asked for again: 1, where it is not said. */
  readonly timesAgain?: readonly number[]
  /** It changes nothing that lasts: to be told is all there is. */
  readonly onlyTells?: true
}

type Wish = (site: Site, bot: MortalBot) => Promise<Ready>

const runs = async ({ hw }: MortalBot): Promise<readonly WorkflowRecord[]> => (await hw.manager.list({})).records

const WISHES: Readonly<Record<string, Wish>> = {
  'an order by command': async ({ slack }, bot) => {
    await bot.hw.manager.pause({ by: 'test' })
    const ask = () => slack.user('ada').command('/provision srv001 a1.c5.large', 'provisioning')
    return { who: 'ada', ask, again: ask, times: async (now) => (await runs(now)).length }
  },
  'a batch by command': async ({ slack }, bot) => {
    await bot.hw.manager.pause({ by: 'test' })
    const ask = () => slack.user('ada').command('/provision srv[001-002] a1.c5.large', 'provisioning')
    return {
      who: 'ada',
      ask,
      again: ask,
      times: async ({ hw }) => (await hw.manager.batches()).length,
      // a second batch of the same servers is a batch: its runs are those of the first
      timesAgain: [1, 2],
    }
  },
  'Start under a plan': async (site, bot) => {
    await bot.hw.manager.pause({ by: 'test' })
    const form = await openForm(site)
    await form.submit()
    const plan = await modal(site, CALLBACKS.plan)
    return {
      who: 'ada',
      ask: () => plan.submit(),
      again: () => site.slack.user('ada').command('/provision srv001 a1.c5.large', 'provisioning'),
      times: async (now) => (await runs(now)).length,
    }
  },
  'the form, submitted': async (site) => {
    const form = await openForm(site)
    return {
      who: 'ada',
      ask: () => form.submit(),
      again: () => site.slack.user('ada').command('/provision', 'provisioning'),
      times: async () => (site.slack.user('ada').modal()?.view['callback_id'] === CALLBACKS.plan ? 1 : 0),
      onlyTells: true,
    }
  },
  Cancel: async (site, bot) => {
    const message = await shown(site, await small(site, bot))
    return {
      ...clicks(site, message, ACTIONS.cancel, 'ada'),
      times: async (now) => ((await runs(now))[0]!.cancel === undefined ? 0 : 1),
    }
  },
  Retry: async (site, bot) => {
    site.gates.openAll()
    const message = await shown(site, await small(site, bot, { failsIn: 'write' }), 'FAILED')
    site.gates = new Gates()
    return {
      ...clicks(site, message, ACTIONS.retry, 'ada'),
      times: async (now) => (await runs(now)).filter(({ retryOf }) => retryOf !== undefined).length,
    }
  },
  Approve: async (site, bot) => {
    const message = await shown(site, await small(site, bot, { approval: { reason: 'every run' } }))
    return {
      ...clicks(site, message, ACTIONS.approve, 'grace'),
      times: async (now) => ((await runs(now))[0]!.approval?.granted === undefined ? 0 : 1),
    }
  },
  Refuse: async (site, bot) => {
    const message = await shown(site, await small(site, bot, { approval: { reason: 'every run' } }))
    return {
      ...clicks(site, message, ACTIONS.refuse, 'grace'),
      times: async (now) => ((await runs(now))[0]!.cancel === undefined ? 0 : 1),
    }
  },
  Follow: async (site, bot) => {
    const id = await small(site, bot)
    const message = await shown(site, id)
    return {
      ...clicks(site, message, ACTIONS.follow, 'grace'),
      times: async ({ state }) => (await state.links.get(id))?.followers.length ?? 0,
      timesAgain: [0, 1],
    }
  },
  'Pause of a batch': async (site, bot) => {
    const id = await batch(bot)
    const message = await shown(site, id)
    return {
      ...clicks(site, message, ACTIONS.batchPause, 'ada'),
      times: async ({ hw }) => ((await hw.manager.batch(id))!.status === 'paused' ? 1 : 0),
    }
  },
  'Proceed of a batch': async (site, bot) => {
    const id = await batch(bot)
    const message = await shown(site, id)
    await bot.hw.manager.pauseBatch(id, { by: 'ada' })
    return {
      ...clicks(site, message, ACTIONS.batchProceed, 'grace'),
      times: async ({ hw }) => ((await hw.manager.batch(id))!.status === 'paused' ? 0 : 1),
    }
  },
  'Cancel of a batch': async (site, bot) => {
    const id = await batch(bot)
    const message = await shown(site, id)
    return {
      ...clicks(site, message, ACTIONS.batchCancel, 'ada'),
      times: async ({ hw }) => ((await hw.manager.batch(id))!.cancel === undefined ? 0 : 1),
    }
  },
}

for (const [name, wish] of Object.entries(WISHES))
  describe(`${name}: the process is killed, and it is done once, or they are told that it may not have been`, () => {
    for (const when of ['before', 'after'] as const)
      test(`at anything it does for it, ${when} that has its effect`, async () => {
        const { deeds } = await lived(wish)
        expect(deeds.length).toBeGreaterThan(1)
        expect(deeds.length).toBeLessThan(60)
        const faults: string[] = []
        const ends = deeds.flatMap((deed, at) =>
          AFTERWARDS.map((after) => ({ death: { nth: at + 1, when }, after, deed })),
        )
        await eachOf(ends, async ({ deed, ...end }) => {
          await lived(wish, end).catch((error: Error) => {
            faults.push(`${when} ${end.death.nth} of ${deeds.length} (${deed}), ${end.after}: ${error.message}`)
          })
        })
        expect(faults).toEqual([])
      }, 60_000)
  })

/** Slack delivers the same again to the next process, or does not. */
const AFTERWARDS = ['repeated', 'left'] as const

interface End {
  readonly death: Death
  readonly after: (typeof AFTERWARDS)[number]
}

/** One wish and what becomes of it. Resolves to the process that was asked. */
async function lived(wish: Wish, end?: End): Promise<MortalBot> {
  await using site = await Site.open(lab)
  const first = await site.begin()
  const ready = await wish(site, first)
  const before = site.told(ready.who)
  first.arm(end?.death)
  const delivery = ready.ask()
  const isNews = (words: string) => !before.includes(words) && !/Starting…|Looking at everything/.test(words)
  const heard = () => site.told(ready.who).filter(isNews)
  const answered = vi.waitFor(() => expect(heard()).not.toHaveLength(0), FAST)
  if (end === undefined) {
    expect((await delivery).outcome).toBe('acked')
    await answered
    await vi.waitFor(async () => expect(await ready.times(first)).toBe(1), FAST)
    await settled(first)
    first.spare()
    return first
  }
  const isOver = answered.then(
    () => settled(first, 400),
    () => {},
  )
  await Promise.race([first.died, isOver])
  first.spare()
  // what was not reached this time: there is nothing to be seen
  if (!first.isDead) return first
  const isAcked = (await delivery).outcome === 'acked'
  const next = await site.begin()
  if (end.after === 'repeated') await site.slack.user(ready.who).repeatLast()
  if (isAcked || end.after === 'repeated')
    await vi.waitFor(async () => {
      if ((await ready.times(next)) === 0) expect(heard().join('\n')).toMatch(/not (have been )?done|again/)
    }, FAST)
  expect(await ready.times(next), 'times it was done').toBeLessThanOrEqual(1)
  // not a double click with the one that was delivered again: two seconds of the bot
  if (end.after === 'repeated') await new Promise((resolve) => setTimeout(resolve, 60))
  const sofar = heard().length
  const modalBefore = site.told(ready.who).at(-1)
  await vi.waitFor(async () => expect((await ready.again()).outcome).toBe('acked'), FAST)
  await vi.waitFor(() => {
    if (heard().length <= sofar && site.told(ready.who).at(-1) === modalBefore)
      throw new Error(`the second time they hear nothing: ${heard().join('; ')}`)
  }, FAST)
  if (ready.onlyTells !== true) {
    const times = ready.timesAgain ?? [1]
    await vi.waitFor(async () => expect(times).toContain(await ready.times(next)), FAST)
  }
  await oneMessageEach(site, next)
  return first
}

/** Exactly one message for each run that is of no batch, and for each batch. */
async function oneMessageEach(site: Site, bot: MortalBot): Promise<void> {
  const ids = [
    ...(await runs(bot)).filter(({ batch }) => batch === undefined).map(({ id }) => id),
    ...(await bot.hw.manager.batches()).map(({ id }) => id),
  ]
  await vi.waitFor(() => {
    for (const id of ids) expect(site.messagesOf(id), `messages of ${id}`).toHaveLength(1)
  }, FAST)
  expect(site.slack.messages('provisioning').map(wordsOf)).toHaveLength(ids.length)
}

/** Nothing has happened for a while. */
async function settled(bot: MortalBot, most = 1_000): Promise<void> {
  const until = Date.now() + most
  for (let known = -1, quiet = 0; quiet < 4 && Date.now() < until;) {
    quiet = bot.deeds.length === known ? quiet + 1 : 0
    known = bot.deeds.length
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function clicks(
  { slack }: Site,
  message: SlackMessage,
  action: string,
  who: string,
): Pick<Ready, 'who' | 'ask' | 'again'> {
  const id = [...JSON.stringify(message.blocks).matchAll(/(?:run|batch)_[0-9a-f-]{36}/g)][0]![0]
  const click = () => slack.user(who).clickAnyway(message, action, id)
  return { who, ask: click, again: click }
}

async function small(
  site: Site,
  bot: MortalBot,
  more: { readonly failsIn?: string; readonly approval?: { readonly reason: string } } = {},
): Promise<string> {
  const { failsIn, approval } = more
  const request = { serverId: 'srv001', deviceType: 'a1.c5.large', ...(failsIn === undefined ? {} : { failsIn }) }
  const run = await bot.within(() =>
    bot.hw.manager.start(smallWorkflow(request, site.gates), {
      requestedBy: 'linus',
      via: 'cli',
      ...(approval === undefined ? {} : { approval }),
    }),
  )
  return run.id
}

async function batch(bot: MortalBot): Promise<string> {
  await bot.hw.manager.pause({ by: 'test' })
  const { id } = await bot.within(() =>
    bot.hw.provisionBatch({ servers: 'srv[001-002]', deviceType: 'a1.c5.large' }, { requestedBy: 'linus', via: 'cli' }),
  )
  return id
}

/** Its message, once it says so, and nothing more is under way for it. */
async function shown(site: Site, id: string, words = ''): Promise<SlackMessage> {
  const message = await vi.waitFor(() => {
    const [found] = site.messagesOf(id)
    expect(wordsOf(found!).toUpperCase()).toContain(words)
    return found!
  }, FAST)
  await new Promise((resolve) => setTimeout(resolve, 40))
  return message
}

async function openForm(site: Site) {
  await site.slack.user('ada').command('/provision', 'provisioning')
  const form = await modal(site, CALLBACKS.provision)
  form.fill(INPUTS.server, 'srv001')
  form.fill(INPUTS.deviceType, 'a1.c5.large')
  return form
}

function modal({ slack }: Site, callback: string) {
  return vi.waitFor(() => {
    const open = slack.user('ada').modal()
    expect(open?.view['callback_id']).toBe(callback)
    return open!
  }, FAST)
}

/** Several lives at a time: most of each is waiting. */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: 6 }, worker))
}
