import { createSlackWorkspace } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import { callsOf, outboxWorld, posted, postOf, until } from './outbox-world.ts'

const LOG = { key: 'run/1/log', filename: 'run.log', title: 'Log of run 1', content: 'first line\nsecond line\n' }

describe('a file', () => {
  it('is shared once in its thread, after what was said there before', async () => {
    await using world = await outboxWorld()
    const root = await posted(world, 'run/1')
    const common = { channel: root.channel, thread: root.ts }
    void world.outbox.post(postOf(world, 'run/1/failed', { ...common, priority: 'final' }))
    const [one, two] = await Promise.all([
      world.outbox.upload({ ...LOG, ...common }),
      world.outbox.upload({ ...LOG, ...common }),
    ])
    expect(one).toMatchObject({ ok: true, channel: root.channel, ts: root.ts })
    expect(two).toEqual(one)
    const thread = world.slack.thread('provisioning', root.ts)
    expect(thread.map(({ files }) => files.map(({ name, title, content }) => ({ name, title, content })))).toEqual([
      [],
      [{ name: 'run.log', title: 'Log of run 1', content: LOG.content }],
    ])
  })

  it.each([
    ['slack files.getUploadURLExternal', 'reply-lost-after-effect'],
    ['slack files.getUploadURLExternal', 'rate-limited'],
    ['slack files.upload', 'reply-lost-after-effect'],
    ['slack files.upload', 'wrong-status'],
    ['slack files.completeUploadExternal', 'drop-before-effect'],
    ['slack files.completeUploadExternal', 'reply-lost-after-effect'],
    ['slack files.completeUploadExternal', 'drop-mid-reply'],
    ['slack files.completeUploadExternal', 'wrong-status'],
    ['slack files.completeUploadExternal', 'rate-limited'],
  ] as const)('is shared once when %s meets %s', async (call, mode) => {
    await using world = await outboxWorld()
    const root = await posted(world, 'run/1')
    const fault = world.slack.faults.once({ call, mode })
    expect(await world.outbox.upload({ ...LOG, channel: root.channel, thread: root.ts })).toMatchObject({ ok: true })
    expect(fault.hits).toBe(1)
    const thread = world.slack.thread('provisioning', root.ts)
    expect(thread.flatMap(({ files }) => files.map(({ content }) => content))).toEqual([LOG.content])
  })

  it('that is too long loses its beginning, an empty one is not refused', async () => {
    await using world = await outboxWorld()
    const root = await posted(world, 'run/1')
    const common = { channel: root.channel, thread: root.ts }
    await world.outbox.upload({ ...LOG, ...common, content: `${'x'.repeat(1_200_000)}the end` })
    await world.outbox.upload({ ...LOG, ...common, key: 'empty', content: '' })
    const [long, empty] = world.slack.thread('provisioning', root.ts).flatMap(({ files }) => files)
    expect(long!.content).toMatch(/^… the beginning is cut[^]*the end$/)
    expect(empty!.content).toBe('\n')
  })
})

describe('an App Home', () => {
  it('is published at once, then at most every 15 s, the newest view', async () => {
    await using world = await outboxWorld()
    const ada = world.slack.user('ada')
    const view = (text: string) => ({
      type: 'home' as const,
      blocks: [{ type: 'section' as const, text: { type: 'plain_text' as const, text } }],
    })
    const begun = world.clock.now()
    world.outbox.publishHome(ada.id, view('one'))
    await until(() => ada.home() !== undefined)
    expect(world.clock.now() - begun).toBeLessThan(1_000)
    for (const text of ['two', 'three', 'four']) world.outbox.publishHome(ada.id, view(text))
    await until(() => JSON.stringify(ada.home()).includes('four'))
    expect(world.clock.now() - begun).toBeGreaterThanOrEqual(15_000)
    expect(callsOf(world, 'views.publish')).toBe(2)
  })

  it('that Slack refuses harms nothing else', async () => {
    await using world = await outboxWorld()
    world.outbox.publishHome('U0NOBODY00', { type: 'home', blocks: [] })
    await until(() => callsOf(world, 'views.publish') === 1)
    expect(await world.outbox.post(postOf(world, 'run/1'))).toMatchObject({ ok: true })
  })
})

describe('a call that somebody waits for', () => {
  it('tells why it failed, with what to do', async () => {
    await using world = await outboxWorld()
    const call = () => world.outbox.now('views.open', { trigger_id: '1.2.3', view: { type: 'modal' } })
    await expect(call()).rejects.toMatchObject({ code: 'slack.refused', kind: 'invalid' })
    world.slack.faults.once({ call: 'slack views.open', mode: 'rate-limited', retryAfterSeconds: 7 })
    await expect(call()).rejects.toMatchObject({ code: 'slack.rate-limited', retryAfterMs: 7_000 })
    world.slack.faults.once({ call: 'slack views.open', mode: 'auth-failure' })
    await expect(call()).rejects.toMatchObject({ code: 'slack.revoked', kind: 'auth' })
    world.slack.faults.once({ call: 'slack views.open', mode: 'reply-lost-after-effect' })
    await expect(call()).rejects.toMatchObject({ code: 'slack.no-answer', retryable: false })
    const closed = await createSlackWorkspace()
    await closed.close()
    const lost = world.next({ apiUrl: closed.apiUrl })
    await expect(lost.now('auth.test', {})).rejects.toMatchObject({ code: 'slack.unreachable' })
    await world.outbox.stop()
    await expect(call()).rejects.toMatchObject({ code: 'slack.stopped' })
  })
})

describe('the end of a process', () => {
  it('waits for finals and clicks, at most so long', async () => {
    await using world = await outboxWorld()
    const delivered: string[] = []
    for (const key of ['a', 'b', 'c'])
      void world.outbox
        .post(postOf(world, key, { priority: 'final' }))
        .then(({ ok }) => delivered.push(`${key} ${String(ok)}`))
    await world.outbox.drain(5_000)
    expect(delivered).toEqual(['a true', 'b true', 'c true'])

    world.slack.faults.always({ call: 'slack chat.postMessage', mode: 'rate-limited', retryAfterSeconds: 1_000_000 })
    const late = world.outbox.post(postOf(world, 'd', { priority: 'final' }))
    const begun = performance.now()
    await world.outbox.drain(100)
    expect(performance.now() - begun).toBeLessThan(2_000)
    await world.outbox.stop()
    expect(await late).toMatchObject({ because: 'stopped' })
    expect(await world.outbox.post(postOf(world, 'e'))).toMatchObject({ because: 'stopped' })
  })
})
