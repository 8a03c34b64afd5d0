import { createLabClock, type SlackMessage } from '@hwautomation/testkit'
import { MemoryStore, type Documents } from 'hwautomation'
import { describe, expect, it, vi } from 'vitest'
import { ACTIONS, CALLBACKS, INPUTS } from '../../src/views/action-ids.ts'
import { createWorld, PATIENCE, textsIn, wordsOf, type World, type WorldOptions } from '../bot-world.ts'
import { Flasher } from './flasher.ts'

const ORDER = '/provision srv001 a1.c5.large'

/** Everything waits before its first step, so that there is time for clicks. */
async function pausedWorld(options: WorldOptions = {}): Promise<World> {
  const world = await createWorld(options)
  await world.hw.manager.pause({ by: 'test' })
  return world
}
async function ordered(world: World, text = ORDER, who = 'ada'): Promise<SlackMessage> {
  await world.slack.user(who).command(text, 'provisioning')
  return world.shows(/srv001/)
}
const answersTo = (world: World, who: string) =>
  world.slack
    .user(who)
    .sees('provisioning')
    .filter(({ ephemeralTo }) => ephemeralTo !== undefined)
const runOf = async (world: World) => (await world.hw.manager.list({})).records[0]!
const runs = async (world: World) => (await world.hw.manager.list({})).records
const audit = async (world: World, action: string) => {
  const found = []
  for await (const line of world.hw.manager.audit())
    if (line.type === 'audit' && line.action === action) found.push(line)
  return found
}

describe.each(['socket', 'http'] as const)('by %s', (mode) => {
  it('an order is acknowledged, shown, and brought to its end', async () => {
    await using world = await createWorld({ mode })
    const delivery = await world.slack.user('ada').command(ORDER, 'provisioning')
    expect(delivery.outcome).toBe('acked')
    expect(delivery.milliseconds).toBeLessThan(1_000)
    await world.hears('ada', /srv001.* under way/)
    await vi.waitFor(async () => expect((await runOf(world)).status).toBe('COMPLETED'), PATIENCE)
    const { requestedBy, via, idempotencyKey } = await runOf(world)
    expect({ requestedBy, via }).toEqual({ requestedBy: 'ada', via: 'slack' })
    expect(idempotencyKey).toMatch(/^slack\//)
    expect(world.slack.messages('provisioning')).toHaveLength(1)
  })

  it('a click cancels, a second one says who did, and one after the end comes too late', async () => {
    await using world = await pausedWorld({ mode })
    const message = await ordered(world)
    expect((await world.slack.user('ada').click(message, ACTIONS.cancel)).outcome).toBe('acked')
    await world.hears('ada', /cancel requested|cancelled/)
    await vi.waitFor(async () => expect((await runOf(world)).status).toBe('CANCELLED'), PATIENCE)
    await world.slack.user('grace').clickAnyway(message, ACTIONS.cancel, (await runOf(world)).id)
    await world.hears('grace', /CANCELLED already, by ada/)
    expect((await runOf(world)).cancel).toMatchObject({ by: 'ada', via: 'slack' })
  })

  it('the same delivered again is done once', async () => {
    await using world = await createWorld({ mode })
    const ada = world.slack.user('ada')
    await ada.command(ORDER, 'provisioning')
    for (const time of [1, 2]) expect((await ada.repeatLast()).outcome, `repetition ${time}`).toBe('acked')
    await world.hears('ada', /under way/)
    await world.shows(/srv001/)
    expect(await runs(world)).toHaveLength(1)
    expect(world.slack.messages('provisioning')).toHaveLength(1)
    expect(answersTo(world, 'ada')).toHaveLength(1)
  })

  it('a button nobody knows, and a form nobody knows, are answered', async () => {
    await using world = await pausedWorld({ mode })
    const message = await ordered(world)
    const click = await world.slack.user('ada').clickAnyway(message, 'release-1.detonate', 'x')
    expect(click.outcome).toBe('acked')
    expect(click.milliseconds).toBeLessThan(1_000)
    await world.hears('ada', /another release of the bot/)
  })
})

/** Keeps the order in which orders and runs are written down. */
class Diary extends MemoryStore {
  readonly lines: string[] = []

  override documents(collection: string): Documents {
    const documents = super.documents(collection)
    if (collection !== 'slack-orders') return documents
    return {
      get: (id) => documents.get(id),
      put: (id, value) => {
        const { retryOf, became } = value as { readonly retryOf?: string; readonly became?: string }
        this.lines.push(`order to retry ${retryOf}${became === undefined ? '' : ` became ${became}`}`)
        return documents.put(id, value)
      },
      delete: (id) => documents.delete(id),
      entries: () => documents.entries(),
    }
  }

  override save(...[record, events]: Parameters<MemoryStore['save']>): ReturnType<MemoryStore['save']> {
    this.lines.push(`run ${record.id}`)
    return super.save(record, events)
  }
}

describe('a click', () => {
  it('twice in a row is one', async () => {
    await using world = await pausedWorld()
    const message = await ordered(world)
    const grace = world.slack.user('grace')
    await Promise.all([grace.click(message, ACTIONS.follow), grace.click(message, ACTIONS.follow)])
    await world.hears('grace', /You follow/)
    expect(world.told('grace')).not.toMatch(/no longer/)
  })

  it('on a button of a run that is not kept any more is answered', async () => {
    await using world = await pausedWorld()
    const message = await ordered(world)
    await world.slack.user('ada').clickAnyway(message, ACTIONS.cancel, 'run_00000000-0000-7000-8000-000000000000')
    await world.hears('ada', /not kept any more/)
    await world.slack.user('ada').clickAnyway(message, ACTIONS.batchPause, 'batch_00000000-0000-7000-8000-000000000000')
    await world.hears('ada', /batch is not kept any more/)
  })

  it('with a value that is no id does nothing', async () => {
    await using world = await pausedWorld()
    const message = await ordered(world)
    for (const value of ['', '../../etc/passwd', '__proto__', '<!channel>'.repeat(50)])
      await world.slack.user('ada').clickAnyway(message, ACTIONS.cancel, value)
    await world.hears('ada', /not kept any more/)
    expect((await runOf(world)).cancel).toBeUndefined()
    for (const said of world.slack.user('ada').sees('provisioning')) expect(world.slack.mentions(said)).toEqual([])
  })

  it('on Details of a run that is not kept any more opens nothing that would stay empty', async () => {
    await using world = await pausedWorld()
    const message = await ordered(world)
    await world.slack.user('ada').clickAnyway(message, ACTIONS.details, 'run_00000000-0000-7000-8000-000000000000')
    await world.hears('ada', /not kept any more/)
    expect(world.slack.user('ada').modal()).toBeUndefined()
  })

  it('on Details opens a modal at once and fills it', async () => {
    await using world = await pausedWorld()
    const message = await ordered(world)
    await world.slack.user('ada').click(message, ACTIONS.details)
    await vi.waitFor(() => expect(textsIn(world.slack.user('ada').modal()?.view).join(' ')).toMatch(/srv001/), PATIENCE)
  })

  it('is answered in the channel when its response URL is spent', async () => {
    await using world = await pausedWorld()
    const message = await ordered(world)
    world.slack.faults.always({ call: 'slack response_url', mode: 'wrong-status', status: 404 })
    await world.slack.user('ada').click(message, ACTIONS.follow)
    await world.hears('ada', /You (no longer )?follow/)
    expect(world.logged.join('\n')).toContain('an answer did not arrive')
  })

  it('whose trigger has expired is told so instead of opening nothing', async () => {
    // three seconds pass within 60 ms
    const clock = createLabClock({ speed: 50 })
    await using world = await pausedWorld({ slack: { clock } })
    const message = await ordered(world)
    world.slack.faults.once({ call: 'slack views.open', mode: 'slow', delayMs: 200 })
    await world.slack.user('ada').click(message, ACTIONS.details)
    await world.hears('ada', /within three seconds, and they were over/)
  })

  it('by somebody whom Slack takes minutes to answer about still gets an answer', async () => {
    await using world = await pausedWorld({ bot: { access: { operators: { groups: ['S0000000001'] } } } })
    world.slack.faults.always({ call: 'slack usergroups.users.list', mode: 'hang' })
    await world.slack.user('ada').command(ORDER, 'provisioning')
    await world.hears('ada', /needs the role operator/)
    expect(await runs(world)).toHaveLength(0)
  })
})

describe('retry', () => {
  it('goes on with a run that failed, as a new one, once, however often it is clicked', async () => {
    await using world = await pausedWorld()
    const message = await ordered(world)
    await world.slack.user('ada').click(message, ACTIONS.cancel)
    await vi.waitFor(async () => expect((await runOf(world)).status).toBe('CANCELLED'), PATIENCE)
    const { id } = await runOf(world)
    await Promise.all([
      world.slack.user('ada').clickAnyway(message, ACTIONS.retry, id),
      world.slack.user('grace').clickAnyway(message, ACTIONS.retry, id),
    ])
    await world.hears('ada', /goes on, as a new run/)
    await world.hears('grace', /goes on, as a new run/)
    const all = await runs(world)
    expect(all).toHaveLength(2)
    expect(all[0]!.retryOf).toBe(id)
    await vi.waitFor(() => expect(world.slack.messages('provisioning').length).toBe(2), PATIENCE)
  })

  it('is written down before it is begun: a crash in between loses no click', async () => {
    const store = new Diary()
    await using world = await pausedWorld({ store })
    const message = await ordered(world)
    await world.slack.user('ada').click(message, ACTIONS.cancel)
    await vi.waitFor(async () => expect((await runOf(world)).status).toBe('CANCELLED'), PATIENCE)
    const { id } = await runOf(world)
    store.lines.length = 0
    await world.slack.user('grace').clickAnyway(message, ACTIONS.retry, id)
    await world.hears('grace', /goes on, as a new run/)
    const became = (await runOf(world)).id
    expect(store.lines.filter((line, index, all) => all.indexOf(line) === index)).toEqual([
      `order to retry ${id}`,
      `run ${became}`,
      `order to retry ${id} became ${became}`,
    ])
  })

  it('that is refused is not begun by a later process', async () => {
    const store = new MemoryStore()
    await using world = await pausedWorld({ store })
    const message = await ordered(world)
    await world.slack.user('ada').clickAnyway(message, ACTIONS.retry, (await runOf(world)).id)
    await world.hears('ada', /only a run that failed or was cancelled can be retried/)
    const orders = []
    for await (const [, order] of store.documents('slack-orders').entries()) orders.push(order)
    expect(orders).toContainEqual(
      expect.objectContaining({ retryOf: (await runOf(world)).id, refused: expect.any(String) }),
    )
  })

  it('of a run that has not failed says so in the library’s words', async () => {
    await using world = await pausedWorld()
    const message = await ordered(world)
    await world.slack.user('ada').clickAnyway(message, ACTIONS.retry, (await runOf(world)).id)
    await world.hears('ada', /only a run that failed or was cancelled can be retried/)
  })

  it('asks what became of a call that nobody knows about, and goes on with the answer', async () => {
    await using world = await createWorld({ bot: {} })
    const flasher = new Flasher()
    const run = await world.hw.manager.start(flasher.workflow, { requestedBy: 'ada', via: 'cli' })
    expect((await run.outcome()).error?.code).toBe('workflow.unknown-outcome')
    const ada = world.slack.user('ada')
    await ada.command(`/provision retry ${run.id}`, 'provisioning')
    const modal = await vi.waitFor(() => {
      const open = ada.modal()
      if (open?.view['callback_id'] !== CALLBACKS.assume) throw new Error(`no modal, but ${world.told('ada')}`)
      return open
    }, PATIENCE)
    expect(flasher.sent).toBe(1)
    modal.fill('assume', 'done')
    await modal.submit()
    await vi.waitFor(async () => expect((await runOf(world)).retryOf).toBe(run.id), PATIENCE)
    await vi.waitFor(async () => expect((await runOf(world)).status).toBe('COMPLETED'), PATIENCE)
    expect(flasher.sent).toBe(1)
    expect(await audit(world, 'retry')).toMatchObject([
      { outcome: 'refused', error: { code: 'workflow.assume-needed' } },
      { outcome: 'accepted', by: 'ada', via: 'slack', detail: { assume: 'done' } },
    ])
  })
})

describe('the form', () => {
  async function openForm(world: World, channel = 'provisioning') {
    await world.slack.user('ada').command('/provision', channel)
    return vi.waitFor(() => {
      const modal = world.slack.user('ada').modal()
      if (modal?.view['callback_id'] !== CALLBACKS.provision) throw new Error('no form yet')
      return modal
    }, PATIENCE)
  }
  const shownTo = (world: World, words: RegExp) =>
    vi.waitFor(() => {
      const modal = world.slack.user('ada').modal()
      const said = textsIn(modal?.view).join(' ')
      if (!words.test(said)) throw new Error(`the modal does not say ${words}, but: ${said}`)
      return modal!
    }, PATIENCE)

  it('offers servers of MAAS and device types, shows the plan, and starts it', async () => {
    await using world = await createWorld()
    const form = await openForm(world)
    const servers = await form.suggest(INPUTS.server, 'srv')
    expect(servers.map(({ text }) => text).join()).toContain('srv001')
    const types = await form.suggest(INPUTS.deviceType, 'a1')
    expect(types.map(({ value }) => value)).toContain('a1.c5.large')
    form.fill(INPUTS.server, servers[0]!.value)
    form.fill(INPUTS.deviceType, 'a1.c5.large')
    expect((await form.submit()).outcome).toBe('acked')
    const plan = await shownTo(world, /Start it\?/)
    expect(await runs(world)).toHaveLength(0)
    await plan.submit()
    await shownTo(world, /under way/)
    await world.shows(/srv001/)
    expect(await runs(world)).toHaveLength(1)
  })

  it('says beside the input what the library finds wrong with it', async () => {
    await using world = await createWorld()
    const form = await openForm(world)
    form.fill(INPUTS.server, 'srv001')
    form.fill(INPUTS.deviceType, 'a1.c5.large')
    form.fill(INPUTS.ipmi, '192.168.1.300')
    await form.submit()
    expect(world.slack.user('ada').modal()!.errors[INPUTS.ipmi]).toContain(
      'expected an IPv4 address such as 192.168.1.100',
    )
  })

  it('submitted twice makes one run', async () => {
    await using world = await createWorld()
    const form = await openForm(world)
    form.fill(INPUTS.server, 'srv001')
    form.fill(INPUTS.deviceType, 'a1.c5.large')
    await form.submit()
    const plan = await shownTo(world, /Start it\?/)
    await plan.submit()
    await world.slack.user('ada').repeatLast()
    await shownTo(world, /under way/)
    expect(await runs(world)).toHaveLength(1)
  })

  it('is not filled in for who may not order', async () => {
    await using world = await createWorld({ bot: { access: { operators: { users: ['U0000000001'] } } } })
    await world.slack.user('ada').command('/provision', 'provisioning')
    await shownTo(world, /needs the role operator/)
    expect(await audit(world, 'command')).toMatchObject([
      { outcome: 'refused', by: 'ada', error: { code: 'slack.denied.role' } },
    ])
  })

  it('opens from the shortcut and from App Home, too', async () => {
    await using world = await createWorld()
    await world.slack.user('ada').shortcut(CALLBACKS.globalProvision)
    await shownTo(world, /Provision servers/)
    await world.slack.user('grace').openHome()
    await vi.waitFor(() => expect(world.slack.user('grace').home()).toBeDefined(), PATIENCE)
    await world.slack.user('grace').homeClick(ACTIONS.provision)
    await vi.waitFor(
      () => expect(world.slack.user('grace').modal()?.view['callback_id']).toBe(CALLBACKS.provision),
      PATIENCE,
    )
  })

  it('that was asked for in a direct message is taken although only some channels are', async () => {
    await using world = await createWorld({ bot: { access: { channels: ['C0THERE'] } } })
    const form = await openForm(world, world.slack.botUserId)
    form.fill(INPUTS.server, 'srv001')
    form.fill(INPUTS.deviceType, 'a1.c5.large')
    await form.submit()
    await (await shownTo(world, /Start it\?/)).submit()
    await shownTo(world, /under way/)
    expect(await runs(world)).toHaveLength(1)
  })

  it('from no channel is shown in the one for announcements, also where people may not ask there', async () => {
    const channels = [
      { name: 'provisioning', id: 'C0PROVISION' },
      { name: 'news', id: 'C0NEWS' },
    ]
    await using world = await createWorld({
      slack: { channels },
      bot: { announceChannel: 'C0NEWS', access: { channels: ['C0PROVISION'] } },
    })
    await world.slack.user('ada').shortcut(CALLBACKS.globalProvision)
    const form = await shownTo(world, /Show the plan/)
    form.fill(INPUTS.server, 'srv001')
    form.fill(INPUTS.deviceType, 'a1.c5.large')
    await form.submit()
    await (await shownTo(world, /Start it\?/)).submit()
    await shownTo(world, /under way/)
    await world.shows(/srv001/, 'news')
  })

  it('without anything in it says what is missing', async () => {
    await using world = await createWorld()
    const form = await openForm(world)
    await form.submit()
    expect(Object.keys(world.slack.user('ada').modal()!.errors)).toEqual([INPUTS.server, INPUTS.deviceType])
  })

  it('changes with the kind of order, and keeps what was typed', async () => {
    await using world = await createWorld()
    const form = await openForm(world)
    form.fill(INPUTS.ipmi, '192.168.1.7')
    await form.click(ACTIONS.formKind, 'range')
    await vi.waitFor(
      () => expect(JSON.stringify(world.slack.user('ada').modal()?.view)).toContain(`"${INPUTS.servers}"`),
      PATIENCE,
    )
    expect(JSON.stringify(world.slack.user('ada').modal()?.view)).toContain('192.168.1.7')
  })
})

describe('shortcuts and mentions', () => {
  it('tell how a run is, from its message and from its thread', async () => {
    await using world = await pausedWorld()
    const message = await ordered(world)
    await world.slack.user('ada').messageShortcut(CALLBACKS.messageStatus, message)
    await world.hears('ada', /asked for by ada/)
    await world.slack.user('grace').say(`<@${world.slack.botUserId}> status srv001`, 'provisioning', message.ts)
    await vi.waitFor(() => {
      const thread = world.slack
        .user('grace')
        .sees('provisioning')
        .filter(({ ephemeralTo }) => ephemeralTo !== undefined)
      expect(thread.map(wordsOf).join()).toMatch(/srv001/)
    }, PATIENCE)
  })

  it('list everything in a modal', async () => {
    await using world = await pausedWorld()
    await ordered(world)
    await world.slack.user('grace').shortcut(CALLBACKS.globalStatus)
    await vi.waitFor(
      () => expect(textsIn(world.slack.user('grace').modal()?.view).join(' ')).toMatch(/srv001/),
      PATIENCE,
    )
  })
})
