import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { isSlackUrl } from '../../src/actions/slack-url.ts'
import { ACTIONS, CALLBACKS } from '../../src/views/action-ids.ts'
import { createWorld, PATIENCE, textsIn } from '../bot-world.ts'
import { forgedCommand, forgedPayload } from './forged.ts'

const runs = async (world: Awaited<ReturnType<typeof createWorld>>) => (await world.hw.manager.list({})).records

describe('a forged delivery', () => {
  it('does not make the bot call an address of its own network', async () => {
    const called: string[] = []
    const inside = createServer((request, response) => {
      called.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void inside.close())
    const { port } = inside.address() as AddressInfo
    await using world = await createWorld({ mode: 'http' })
    await forgedCommand(world, 'help', { response_url: `http://127.0.0.1:${port}/latest/meta-data` })
    await world.hears('ada', /What one can say/)
    expect(called).toEqual([])
  })

  it('with the name of something that every object has as its button is answered', async () => {
    await using world = await createWorld({ mode: 'http' })
    const channel = { id: world.slack.channelId('provisioning') }
    for (const action_id of ['constructor', '__proto__', 'toString'])
      await forgedPayload(world, { type: 'block_actions', channel, actions: [{ type: 'button', action_id }] })
    await vi.waitFor(
      () => expect(world.told('ada').match(/another release of the bot: nothing was done/g)).toHaveLength(6),
      PATIENCE,
    )
    expect(world.logged.join('\n')).not.toContain('a defect')
  })

  it('with values of 10 kB, paths and prototypes does nothing, and is answered', async () => {
    await using world = await createWorld({ mode: 'http' })
    const channel = { id: world.slack.channelId('provisioning') }
    const values = ['x'.repeat(10_000), `run_${'0'.repeat(10_000)}`, '../../../etc/passwd', '__proto__', 'batch_\u0000']
    for (const value of values)
      for (const action_id of [ACTIONS.retry, ACTIONS.details, ACTIONS.approve]) {
        await forgedPayload(world, { type: 'block_actions', channel, actions: [{ type: 'button', action_id, value }] })
      }
    await world.hears('ada', /not kept any more/)
    expect(world.logged.join('\n')).not.toContain('a defect')
    expect(await runs(world)).toEqual([])
  })

  it('of a plan that somebody else looked at starts nothing', async () => {
    await using world = await createWorld({ mode: 'http' })
    await world.slack.user('ada').command('/provision srv001 a1.c5.large --plan', 'provisioning')
    const draft = await vi.waitFor(() => {
      const view = world.slack.user('ada').modal()?.view
      if (view?.['callback_id'] !== CALLBACKS.plan) throw new Error('no plan yet')
      return view['private_metadata'] as string
    }, PATIENCE)
    for (const private_metadata of [draft, '__proto__', '../x', 'x'.repeat(10_000)])
      await forgedPayload(
        world,
        {
          type: 'view_submission',
          view: { id: 'V1', hash: private_metadata.slice(0, 9), callback_id: CALLBACKS.plan, private_metadata },
        },
        'grace',
      )
    await vi.waitFor(
      () => expect(world.slack.user('grace').directMessages().flatMap(textsIn).join()).toMatch(/too old to be started/),
      PATIENCE,
    )
    expect(await runs(world)).toEqual([])
  })

  it('of somebody of another team tells them nothing of what there is', async () => {
    await using world = await createWorld({ mode: 'http' })
    for (const text of ['srv001 nothing', 'x', 'list']) await forgedCommand(world, text, { team_id: 'T0THEIRS' })
    await vi.waitFor(() => expect(world.told('ada').match(/Only members of the team/g)).toHaveLength(6), PATIENCE)
    expect(world.told('ada')).not.toContain('a1.c5.large')
  })

  it('from a channel that is called like a direct message is from a channel', async () => {
    await using world = await createWorld({ mode: 'http', bot: { access: { channels: ['C0THERE'] } } })
    await forgedCommand(world, 'list', { channel_name: 'directmessage' })
    await world.hears('ada', /does not work in this channel/)
  })
})

describe('a button of another release', () => {
  it('is answered in a modal, too', async () => {
    await using world = await createWorld({ mode: 'http' })
    await world.slack.user('ada').command('/provision', 'provisioning')
    const form = await vi.waitFor(() => {
      const open = world.slack.user('ada').modal()
      if (open?.view['callback_id'] !== CALLBACKS.provision) throw new Error('no form yet')
      return open
    }, PATIENCE)
    await forgedPayload(world, {
      type: 'block_actions',
      view: { id: form.id, type: 'modal' },
      actions: [{ type: 'button', action_id: 'release-1.detonate', value: 'x' }],
    })
    await vi.waitFor(
      () => expect(textsIn(world.slack.user('ada').modal()?.view).join()).toMatch(/another release of the bot/),
      PATIENCE,
    )
  })
})

it.each([
  ['https://hooks.slack.com/commands/T1/2/3', 'https://slack.com/api/', true],
  ['https://hooks.slack-gov.com/actions/T1/2/3', 'https://slack-gov.com/api/', true],
  ['http://127.0.0.1:4000/response/1', 'http://127.0.0.1:4000/api/', true],
  ['http://hooks.slack.com/commands/T1/2/3', 'https://slack.com/api/', false],
  ['https://hooks.slack.com.evil.example/', 'https://slack.com/api/', false],
  ['https://hooks.slack.com@evil.example/', 'https://slack.com/api/', false],
  ['https://user:word@hooks.slack.com/', 'https://slack.com/api/', false],
  ['http://127.0.0.1:4001/response/1', 'http://127.0.0.1:4000/api/', false],
  ['http://169.254.169.254/latest/meta-data', 'https://slack.com/api/', false],
  ['file:///etc/passwd', 'https://slack.com/api/', false],
  ['not a url', 'https://slack.com/api/', false],
])('%s is taken for Slack’s beside %s: %s', (url, apiUrl, is) => expect(isSlackUrl(url, apiUrl)).toBe(is))
