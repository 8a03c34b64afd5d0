import { describe, expect, it } from 'vitest'
import { createLabClock, createSlackWorkspace, type SlackObject, type SlackWorkspace } from '../../../src/index.ts'
import { call, errorOf, section } from '../web-api.ts'

const modal = (more: object = {}) => ({
  type: 'modal',
  title: { type: 'plain_text', text: 'Provision' },
  blocks: [section('x')],
  ...more,
})
const input = {
  type: 'input',
  block_id: 'server',
  label: { type: 'plain_text', text: 'Server' },
  element: { type: 'plain_text_input', action_id: 'server' },
}

/** Somebody does something; this is the trigger id Slack sends along. Nothing is connected, so that nobody else uses it. */
async function trigger(slack: SlackWorkspace): Promise<string> {
  let id = ''
  const server = await import('node:http').then(({ createServer }) =>
    createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        id = new URLSearchParams(Buffer.concat(chunks).toString()).get('trigger_id') ?? ''
        response.end()
      })
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('nowhere')
  slack.install(anyApp, `http://127.0.0.1:${address.port}/`)
  await slack.user('ada').command('/provision', 'provisioning')
  await new Promise((resolve) => server.close(resolve))
  return id
}

const anyApp: SlackObject = {
  display_information: { name: 'app' },
  features: {
    bot_user: { display_name: 'app' },
    app_home: { home_tab_enabled: true },
    slash_commands: [{ command: '/provision', description: 'x', url: 'https://example.com/' }],
  },
  oauth_config: { scopes: { bot: ['commands', 'chat:write'] } },
}

describe('views.open', () => {
  it('opens a modal for a trigger, once, within three seconds', async () => {
    const clock = createLabClock('stepped')
    await using slack = await createSlackWorkspace({ clock })
    const first = await trigger(slack)
    const { body } = await call(slack, 'views.open', {
      trigger_id: first,
      view: modal({ callback_id: 'start', private_metadata: 'p' }),
    })
    expect(body).toMatchObject({
      ok: true,
      view: {
        type: 'modal',
        team_id: slack.teamId,
        callback_id: 'start',
        private_metadata: 'p',
        state: { values: {} },
        previous_view_id: null,
      },
    })
    expect(slack.user('ada').modal()?.id).toBe((body['view'] as { id: string }).id)
    expect(await errorOf(slack, 'views.open', { trigger_id: first, view: modal() })).toBe('exchanged_trigger_id')
    const late = await trigger(slack)
    await clock.advance(3_001)
    expect(await errorOf(slack, 'views.open', { trigger_id: late, view: modal() })).toBe('expired_trigger_id')
    expect(await errorOf(slack, 'views.open', { trigger_id: '1.2.3', view: modal() })).toBe('invalid_trigger_id')
    clock.close()
  })

  it('refuses a view with faults, and leaves the trigger usable', async () => {
    await using slack = await createSlackWorkspace()
    const id = await trigger(slack)
    const { body } = await call(slack, 'views.open', { trigger_id: id, view: modal({ blocks: [input] }) })
    expect(body).toMatchObject({ ok: false, error: 'invalid_arguments' })
    expect(JSON.stringify(body)).toContain('missing required field: submit')
    const missing = await call(slack, 'views.open', { view: modal() })
    expect(missing.body).toMatchObject({
      response_metadata: { messages: ['[ERROR] missing required field: trigger_id'] },
    })
    expect(await errorOf(slack, 'views.open', { trigger_id: id, view: modal() })).toBe('ok')
  })
})

describe('views.update and views.push', () => {
  it('take a hash, keep what was entered, and stack three views at most', async () => {
    await using slack = await createSlackWorkspace()
    const ada = slack.user('ada')
    const submit = { type: 'plain_text', text: 'Go' }
    const opened = await call(slack, 'views.open', {
      trigger_id: await trigger(slack),
      view: modal({ blocks: [input], submit, external_id: 'mine' }),
    })
    const { id, hash } = opened.body['view'] as { id: string; hash: string }
    ada.modal()!.fill('server', 'srv001')
    const updated = await call(slack, 'views.update', {
      view_id: id,
      hash,
      view: modal({ blocks: [input, section('more')], submit, external_id: 'mine' }),
    })
    expect(updated.body).toMatchObject({
      ok: true,
      view: { state: { values: { server: { server: { value: 'srv001' } } } } },
    })
    expect(await errorOf(slack, 'views.update', { view_id: id, hash, view: modal() })).toBe('hash_conflict')
    expect(await errorOf(slack, 'views.update', { view_id: 'V000', view: modal() })).toBe('not_found')
    expect(await errorOf(slack, 'views.update', { external_id: 'mine', view: modal({ external_id: 'mine' }) })).toBe(
      'ok',
    )
    expect(
      await errorOf(slack, 'views.open', { trigger_id: await trigger(slack), view: modal({ external_id: 'mine' }) }),
    ).toBe('duplicate_external_id')
    expect(await errorOf(slack, 'views.push', { trigger_id: await trigger(slack), view: modal() })).toBe(
      'invalid_trigger_id',
    )
  })
})

describe('views.publish', () => {
  it('shows a home tab to one person, and refuses an old hash', async () => {
    await using slack = await createSlackWorkspace()
    const ada = slack.user('ada')
    const view = { type: 'home', blocks: [section('home')] }
    const { body } = await call(slack, 'views.publish', { user_id: ada.id, view })
    expect(ada.home()).toMatchObject({ blocks: [{ type: 'section' }] })
    expect(slack.user('grace').home()).toBeUndefined()
    const { hash } = body['view'] as { hash: string }
    expect(await errorOf(slack, 'views.publish', { user_id: ada.id, view, hash })).toBe('ok')
    expect(await errorOf(slack, 'views.publish', { user_id: ada.id, view, hash })).toBe('hash_conflict')
    expect(await errorOf(slack, 'views.publish', { user_id: ada.id, view: modal() })).toBe('invalid_arguments')
  })
})
