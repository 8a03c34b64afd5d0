import { describe, expect, it, vi } from 'vitest'
import { CALLBACKS, INPUTS } from '../../src/views/action-ids.ts'
import { createWorld, PATIENCE, textsIn, type World } from '../bot-world.ts'

const runs = async (world: World) => (await world.hw.manager.list({})).records
const say = (world: World, text: string, who = 'ada') => world.slack.user(who).command(text, 'provisioning')

describe('orders', () => {
  it('are refused in the library’s words where it does not offer something yet', async () => {
    await using world = await createWorld()
    await say(world, '/provision srv001 a1.c5.large --firmware-first')
    await world.hears('ada', /firmwareFirst is not available in this version/)
    await say(world, '/provision srv001 a1.c5.large --ipmi pool')
    await world.hears('ada', /expected an IPv4 address such as 192\.168\.1\.100, got .?"?pool/)
    expect(await runs(world)).toEqual([])
  })

  it('that MAAS does not answer are said to be waited for, and then what came of them', async () => {
    await using world = await createWorld()
    world.lab.faults.always({ call: 'maas *', mode: 'hang' })
    await say(world, '/provision srv001 a1.c5.large')
    await world.hears('ada', /MAAS has not answered yet/)
    world.lab.faults.clear()
  })

  it('are typed ahead in time although MAAS does not answer', async () => {
    await using world = await createWorld()
    await say(world, '/provision')
    const form = await vi.waitFor(() => {
      const modal = world.slack.user('ada').modal()
      if (modal?.view['callback_id'] !== CALLBACKS.provision) throw new Error('no form yet')
      return modal
    }, PATIENCE)
    world.lab.faults.always({ call: 'maas *', mode: 'hang' })
    const begun = performance.now()
    expect(await form.suggest(INPUTS.server, 'srv')).toEqual([])
    expect(performance.now() - begun).toBeLessThan(2_900)
    world.lab.faults.clear()
  })

  it('for a server nobody knows say which one was probably meant', async () => {
    await using world = await createWorld()
    await say(world, '/provision srv002 a1.c5.large')
    await world.hears('ada', /srv001/)
    expect(await runs(world)).toEqual([])
  })

  it('for a server that somebody has say who, and offer to follow', async () => {
    await using world = await createWorld()
    await world.hw.manager.pause({ by: 'test' })
    await say(world, '/provision srv001 a1.c5.large')
    await world.shows(/srv001/)
    await say(world, '/provision srv001 a1.c5.large --ipmi 192.168.1.77', 'grace')
    await world.hears('grace', /being provisioned by ada/)
    expect(await runs(world)).toHaveLength(1)
  })

  it('for what is under way already are the same run', async () => {
    await using world = await createWorld()
    await world.hw.manager.pause({ by: 'test' })
    await say(world, '/provision srv001 a1.c5.large')
    await world.shows(/srv001/)
    await say(world, '/provision srv001 a1.c5.large', 'grace')
    await world.hears('grace', /under way already with the same order, which ada gave/)
    expect(await runs(world)).toHaveLength(1)
    expect(world.slack.messages('provisioning')).toHaveLength(1)
  })

  it('with --plan show the plan in a modal, and start nothing until somebody says so', async () => {
    await using world = await createWorld()
    await say(world, '/provision srv001 a1.c5.large --plan')
    const plan = await vi.waitFor(() => {
      const modal = world.slack.user('ada').modal()
      if (!textsIn(modal?.view).join(' ').includes('Start it?')) throw new Error('no plan yet')
      return modal!
    }, PATIENCE)
    expect(await runs(world)).toEqual([])
    await plan.submit()
    await world.shows(/srv001/)
    expect(await runs(world)).toHaveLength(1)
  })

  it('whose plan fails say why in the modal', async () => {
    await using world = await createWorld()
    await say(world, '/provision srv009 a1.c5.large --plan')
    await vi.waitFor(() => expect(textsIn(world.slack.user('ada').modal()?.view).join(' ')).toMatch(/srv009/), PATIENCE)
    expect(await runs(world)).toEqual([])
  })

  it('that are nothing the bot knows are told what was probably meant, and where the help is', async () => {
    await using world = await createWorld()
    await say(world, '/provision staus')
    const said = await world.hears('ada', /Did you mean/)
    expect(said).toContain('/provision status')
    expect(said).toContain('help')
  })

  it('full of markup mention nobody', async () => {
    await using world = await createWorld()
    for (const text of [
      '<!channel> <!here>',
      '`<@U0001>` a1.c5.large',
      'srv001 <!everyone> --ipmi <http://evil.example|ok>',
      '*_~ a1.c5.large',
    ])
      await say(world, `/provision ${text}`)
    await vi.waitFor(() => {
      const answers = world.slack
        .user('ada')
        .sees('provisioning')
        .filter(({ ephemeralTo }) => ephemeralTo !== undefined)
      expect(answers).toHaveLength(4)
      for (const answer of answers) expect([...world.slack.mentions(answer), ...world.slack.links(answer)]).toEqual([])
    }, PATIENCE)
  })
})

describe('sub-commands', () => {
  it('status, list and history tell how things are; cancel and follow do what they say', async () => {
    await using world = await createWorld()
    await world.hw.manager.pause({ by: 'test' })
    await say(world, '/provision list')
    await world.hears('ada', /Nothing is running/)
    await say(world, '/provision srv001 a1.c5.large')
    await world.shows(/srv001/)
    const [run] = await runs(world)
    await say(world, '/provision status srv001', 'grace')
    await world.hears('grace', /asked for by ada/)
    await say(world, `/provision follow ${run!.id}`, 'grace')
    await world.hears('grace', /You follow/)
    await say(world, `/provision cancel ${run!.id.slice(0, 17)}`, 'grace')
    await world.hears('grace', /cancelled|cancel requested/)
    await vi.waitFor(async () => expect((await runs(world))[0]!.status).toBe('CANCELLED'), PATIENCE)
    await say(world, '/provision history srv001')
    await world.hears('ada', /cancelled/i)
  })

  it('by the beginning of an id that many have name some of them, and read no history for it', async () => {
    await using world = await createWorld()
    await world.hw.manager.pause({ by: 'test' })
    await say(world, '/provision srv001 a1.c5.large')
    await world.shows(/srv001/)
    for (let count = 0; count < 12; count++) {
      const [run] = await runs(world)
      await world.hw.manager.cancel(run!.id, { by: 'test' })
      await (await world.hw.manager.get(run!.id))!.outcome()
      await world.hw.manager.retry(run!.id, { by: 'test' })
    }
    await say(world, '/provision status run_')
    await world.hears('ada', /means more than 10 runs/)
  })

  it('of another name than usual are offered by that name', async () => {
    const { parse } = await import('../../src/commands/parse.ts')
    for (const text of ['staus', 'srv001', 'status a b', 'a1 srv001', '--plan'])
      expect(JSON.stringify(parse(text, { command: '/hw', deviceTypes: ['a1'] }))).toMatch(/^(?!.*\/provision).*\/hw/)
  })

  it('of a server nobody knows say so', async () => {
    await using world = await createWorld()
    await say(world, '/provision cancel srv404')
    await world.hears('ada', /no run whose id begins with "srv404"/)
    await say(world, '/provision history srv404')
    await world.hears('ada', /no run of a server "srv404"/)
  })
})

describe('several servers', () => {
  const lab = { servers: ['srv001', 'srv002', 'srv003'].map((hostname) => ({ hostname, status: 'ready' as const })) }

  it('are one batch with one message', async () => {
    await using world = await createWorld({ lab })
    await say(world, '/provision srv[001-003] a1.c5.large --canary 1 --at-once 2')
    await world.hears('ada', /batch is under way/)
    await world.shows(/srv\[001-003\]/)
    await vi.waitFor(
      async () =>
        expect((await runs(world)).map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']),
      PATIENCE,
    )
    expect(world.slack.messages('provisioning')).toHaveLength(1)
  })

  it('are refused as a whole where one of them is wrong', async () => {
    await using world = await createWorld({ lab })
    await say(world, '/provision srv[001-004] a1.c5.large')
    await world.hears('ada', /srv004/)
    expect(await runs(world)).toEqual([])
  })

  it('are refused where they are more than may be', async () => {
    await using world = await createWorld({ lab, bot: { limits: { batchSize: 2 } } })
    await say(world, '/provision srv[001-003] a1.c5.large')
    await world.hears('ada', /3 servers are more than the 2/)
  })

  it('are paused, gone on with and cancelled by buttons, each answered', async () => {
    await using world = await createWorld({ lab })
    await world.hw.manager.pause({ by: 'test' })
    await say(world, '/provision srv[001-003] a1.c5.large --at-once 1')
    const message = await world.shows(/srv\[001-003\]/)
    const { ACTIONS } = await import('../../src/views/action-ids.ts')
    const [batch] = await world.hw.manager.batches()
    await world.slack.user('grace').clickAnyway(message, ACTIONS.batchPause, batch!.id)
    await world.hears('grace', /is paused/)
    await world.slack.user('grace').clickAnyway(message, ACTIONS.batchProceed, batch!.id)
    await world.hears('grace', /goes on/)
    await world.slack.user('grace').clickAnyway(message, ACTIONS.batchDetails, batch!.id)
    await vi.waitFor(() => expect(JSON.stringify(world.slack.user('grace').modal()?.view)).toMatch(/srv003/), PATIENCE)
    await world.slack.user('grace').clickAnyway(message, ACTIONS.batchCancel, batch!.id)
    await world.hears('grace', /cancel requested/)
    await world.hw.manager.proceed({ by: 'test' })
    await vi.waitFor(async () => expect((await world.hw.manager.batches())[0]!.status).toBe('ended'), PATIENCE)
    await world.slack.user('ada').clickAnyway(message, ACTIONS.batchCancel, batch!.id)
    await world.hears('ada', /Too late/)
  })
})
