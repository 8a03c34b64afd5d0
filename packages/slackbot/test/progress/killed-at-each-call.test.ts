import { createSlackWorkspace, type SlackWorkspace } from '@hwautomation/testkit'
import { MemoryStore, type WorkflowRecord } from 'hwautomation'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runMessage } from '../../src/views/run-message.ts'
import { BotProcess, type Death, type Surroundings } from './bot-process.ts'
import { Gates, type SmallRequest } from './small-workflow.ts'

let slack: SlackWorkspace

beforeEach(async () => {
  slack = await createSlackWorkspace({ rateLimits: 'none' })
})

afterEach(() => slack.close())

const KEY = 'slack/srv001'

/** What a run is about, and what its thread must come to: beginnings of messages, in order. */
interface Story {
  readonly request: SmallRequest
  readonly thread: readonly RegExp[]
  readonly files: number
}

const STORIES: Readonly<Record<string, Story>> = {
  'a run that completes': {
    request: { serverId: 'srv001', deviceType: 'a1.c5.large' },
    thread: [/Prepare: done/u, /Write: done/u, /Prove: done/u, /ready/u],
    files: 0,
  },
  'a run that fails': {
    request: { serverId: 'srv001', deviceType: 'a1.c5.large', failsIn: 'prove' },
    thread: [/Prepare: done/u, /Write: done/u, /failed/u, /^$/u],
    files: 1,
  },
}

/** More than any of them needs. */
const MOST = 60

for (const [name, story] of Object.entries(STORIES))
  describe(`${name}: its bot is killed, and the message is true in the end, the thread complete, nothing there twice`, () => {
    for (const when of ['before', 'after'] as const) {
      test(`at any call to Slack, ${when} it has its effect`, () => eachDeath(story, 'call', when), 60_000)
      test(`at any write to the store, ${when} it has its effect`, () => eachDeath(story, 'write', when), 60_000)
      test(`again and again, one call later each time, ${when} that has its effect`, async () => {
        await lived(story, { at: 'call', nth: 1, when }, 'again and again')
      }, 60_000)
    }
  })

async function eachDeath(story: Story, at: Death['at'], when: Death['when']): Promise<void> {
  const { done } = await lived(story)
  expect(done[at].length).toBeGreaterThan(7)
  expect(done[at].length).toBeLessThan(MOST)
  for (let nth = 1; nth <= done[at].length; nth += 1) await lived(story, { at, nth, when })
}

/** A run's life, in as many processes as it takes. Resolves to the first of them. */
async function lived(story: Story, death?: Death, how?: 'again and again'): Promise<BotProcess> {
  const surroundings: Surroundings = { slack, store: new MemoryStore(), gates: new Gates() }
  const before = { messages: slack.messages('provisioning').length, direct: slack.user('ada').directMessages().length }
  const first = new BotProcess(surroundings, death === undefined ? {} : { death })
  await Promise.race([told(first, story, surroundings, before.messages), first.died])
  surroundings.gates.openAll()
  const isOrdered = (await surroundings.store.documents('slack-orders').get(KEY)) !== undefined
  if (!isOrdered) {
    // it was killed before anybody could know of it
    expect(slack.messages('provisioning')).toHaveLength(before.messages)
    return first
  }
  let last = first
  for (let again = 1; last.isDead; again += 1) {
    const next = how === undefined || death === undefined ? {} : { death: { ...death, nth: death.nth + again } }
    last = new BotProcess(surroundings, next)
    await Promise.race([last.start().then(() => endOf(last)), last.died])
  }
  last.spare()
  const record = (await last.manager.get(await endOf(last)))!.record()
  checkTruth(story, before, record, JSON.stringify(death))
  await last.stop()
  return first
}

/** Each step is shown before the next begins, so that there is a call for it. */
async function told(bot: BotProcess, { request }: Story, { gates }: Surroundings, before: number): Promise<void> {
  await bot.start()
  await bot.order(request, { tellMe: true })
  for (const step of ['prepare', 'write', 'prove']) {
    await vi.waitFor(
      () => expect(JSON.stringify(slack.messages('provisioning')[before]?.blocks)).toContain(`Waiting to ${step}`),
      FAST,
    )
    gates.open(`${request.serverId}/${step}`)
  }
  await endOf(bot)
}

const FAST = { timeout: 5_000, interval: 3 }

/** Everything was told: the id of the one run there is. */
async function endOf({ state }: BotProcess): Promise<string> {
  return vi.waitFor(async () => {
    const ended: string[] = []
    for await (const [id, { done }] of state.links.entries()) if (done) ended.push(id)
    expect(ended).toHaveLength(1)
    return ended[0]!
  }, FAST)
}

interface Before {
  readonly messages: number
  readonly direct: number
}

/** What people see in Slack is what became of the run. */
function checkTruth(story: Story, before: Before, record: WorkflowRecord, where: string | undefined): void {
  const roots = slack.messages('provisioning').slice(before.messages)
  const { text } = runMessage(record, { mode: 'live', now: 0, followers: [] })
  expect(
    roots.map((root) => root.text),
    where,
  ).toEqual([text])
  expect(JSON.stringify(roots[0]!.blocks), where).not.toContain('in_progress')
  const thread = slack.thread('provisioning', roots[0]!.ts)
  expect(
    thread.map((reply) => reply.text),
    where,
  ).toEqual(story.thread.map((words) => expect.stringMatching(words)))
  expect(
    thread.flatMap(({ files }) => files),
    where,
  ).toHaveLength(story.files)
  expect(slack.user('ada').directMessages().slice(before.direct), where).toHaveLength(1)
}
