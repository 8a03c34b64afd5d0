import { describe, expect, it } from 'vitest'
import { createSlackWorkspace, type SlackObject, type SlackWorkspace } from '../../../src/index.ts'
import { connect, type RawConnection } from '../socket-app.ts'
import { button, call, section } from '../web-api.ts'

const plain = (text: string) => ({ type: 'plain_text', text })
const option = (value: string) => ({ text: plain(value), value })
const input = (id: string, element: SlackObject, more: SlackObject = {}): SlackObject => ({
  type: 'input',
  block_id: id,
  label: plain(id),
  element: { action_id: id, ...element },
  ...more,
})
const modal = (blocks: readonly object[], more: object = {}) => ({
  type: 'modal',
  callback_id: 'start',
  title: plain('Start'),
  submit: plain('Go'),
  blocks,
  ...more,
})

/** Opens this modal for ada. Envelopes of the app are counted from 1: the command was the first. */
async function open(slack: SlackWorkspace, app: RawConnection, view: object) {
  const typed = slack.user('ada').command('/x', 'general')
  const envelope = await app.envelope()
  app.ack(envelope)
  await typed
  const { trigger_id } = envelope['payload'] as { trigger_id: string }
  const { body } = await call(slack, 'views.open', { trigger_id, view })
  expect(body).toMatchObject({ ok: true })
  return slack.user('ada').modal()!
}
const payload = (envelope: SlackObject) => envelope['payload'] as SlackObject

describe('a modal before a person', () => {
  it('submits what was typed and chosen, in the shape of each element', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack, false)
    const view = await open(
      slack,
      app,
      modal([
        input('name', { type: 'plain_text_input' }),
        input('type', { type: 'static_select', options: [option('a1'), option('b2')] }),
        input('flags', { type: 'checkboxes', options: [option('x'), option('y')] }),
        input('who', { type: 'users_select' }, { optional: true }),
        input('count', { type: 'number_input', is_decimal_allowed: false, max_value: '5' }),
      ]),
    )
    expect(await view.submit()).toEqual({ outcome: 'not-sent', milliseconds: 0 })
    expect(Object.keys(view.errors)).toEqual(['name', 'type', 'flags', 'count'])
    view.fill('name', 'srv001')
    view.fill('type', 'b2')
    view.fill('flags', ['x', 'y'])
    view.fill('count', '6')
    await view.submit()
    expect(view.errors).toEqual({ count: 'This number is too large.' })
    view.fill('count', '5')
    expect(() => view.fill('type', 'c3')).toThrow("'type' has no option 'c3'")
    const submitted = view.submit()
    const envelope = await app.envelope(1)
    expect(payload(envelope)).toMatchObject({
      type: 'view_submission',
      view: {
        callback_id: 'start',
        state: {
          values: {
            name: { name: { type: 'plain_text_input', value: 'srv001' } },
            type: { type: { type: 'static_select', selected_option: option('b2') } },
            flags: { flags: { type: 'checkboxes', selected_options: [option('x'), option('y')] } },
            who: { who: { type: 'users_select', selected_user: null } },
            count: { count: { type: 'number_input', value: '5' } },
          },
        },
      },
      response_urls: [],
    })
    app.ack(envelope)
    expect(await submitted).toMatchObject({ outcome: 'acked' })
    expect(slack.user('ada').modal()).toBeUndefined()
  })

  it('shows errors, is updated, pushed onto and cleared as the acknowledgement says', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack, false)
    const ada = slack.user('ada')
    let seen = 1
    const submit = async (answer: object) => {
      const delivery = ada.modal()!.submit()
      app.ack(await app.envelope(seen++), answer)
      return delivery
    }
    const view = await open(slack, app, modal([input('name', { type: 'plain_text_input', initial_value: 'x' })]))
    await submit({ response_action: 'errors', errors: { name: 'No such server' } })
    expect(ada.modal()!.errors).toEqual({ name: 'No such server' })
    await submit({ response_action: 'update', view: modal([section('second page')]) })
    expect(ada.modal()).toMatchObject({ id: view.id, view: { blocks: [{ type: 'section' }] }, errors: {} })
    await submit({ response_action: 'push', view: modal([section('third')]) })
    await submit({ response_action: 'push', view: modal([section('fourth')]) })
    expect(ada.modal()!.id).not.toBe(view.id)
    await expect(submit({ response_action: 'push', view: modal([section('too deep')]) })).rejects.toThrow(
      'push_limit_reached',
    )
    await submit({ response_action: 'clear' })
    expect(ada.modal()).toBeUndefined()
  })

  it('asks for options, sends clicks, and says when it is closed', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack, false)
    const ada = slack.user('ada')
    const view = await open(
      slack,
      app,
      modal(
        [input('server', { type: 'external_select' }), { type: 'actions', block_id: 'b', elements: [button('more')] }],
        { notify_on_close: true },
      ),
    )
    const suggested = view.suggest('server', 'srv')
    const question = await app.envelope(1)
    expect(question).toMatchObject({
      accepts_response_payload: true,
      payload: { type: 'block_suggestion', action_id: 'server', block_id: 'server', value: 'srv' },
    })
    app.ack(question, { options: [option('srv001')] })
    expect(await suggested).toEqual([{ text: 'srv001', value: 'srv001' }])
    const clicked = view.click('more')
    const click = await app.envelope(2)
    expect(payload(click)).toMatchObject({
      type: 'block_actions',
      container: { type: 'view', view_id: view.id },
      actions: [{ action_id: 'more', block_id: 'b' }],
    })
    app.ack(click)
    await clicked
    const tooMany = view.suggest('server', 'x')
    app.ack(await app.envelope(3), { options: Array.from({ length: 101 }, (_, index) => option(String(index))) })
    await expect(tooMany).rejects.toThrow('no more than 100 items allowed')
    const closed = view.close()
    const last = await app.envelope(4)
    expect(payload(last)).toMatchObject({ type: 'view_closed', is_cleared: false, view: { id: view.id } })
    app.ack(last)
    await closed
    expect(ada.modal()).toBeUndefined()
  })

  it('fails the test that reaches for what is not there', async () => {
    await using slack = await createSlackWorkspace({
      users: [{ name: 'ada' }, { name: 'eve' }],
      channels: [{ name: 'general' }, { name: 'closed', members: ['ada'] }],
    })
    using app = await connect(slack, false)
    const view = await open(slack, app, modal([section('x')]))
    expect(() => view.click('nothing')).toThrow("The modal has no 'nothing'")
    expect(() => slack.user('eve').sees('closed')).toThrow('eve is not in closed')
    expect(() => slack.user('ada').homeClick('x')).toThrow('has been shown no home tab')
    expect(() => slack.user('mallory')).toThrow("No user 'mallory'; there are ada, eve")
    expect(() => slack.channelId('nowhere')).toThrow("No channel 'nowhere'")
  })
})
