import { describe, expect, it } from 'vitest'
import { createLabClock, createSlackWorkspace, type SlackObject } from '../../../src/index.ts'
import { connect } from '../socket-app.ts'
import { button, post } from '../web-api.ts'

const respond = async (url: unknown, body: object) => {
  const response = await fetch(String(url), { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, text: await response.text() }
}
const urlOf = (envelope: SlackObject) => (envelope['payload'] as SlackObject)['response_url']

describe('a response_url', () => {
  it('of a command answers the one who typed it, or all, five times in half an hour', async () => {
    const clock = createLabClock('stepped')
    await using slack = await createSlackWorkspace({ clock })
    using app = await connect(slack)
    const [ada, grace] = [slack.user('ada'), slack.user('grace')]
    await ada.command('/x', 'general')
    const url = urlOf(await app.envelope())
    expect(await respond(url, { text: 'for ada' })).toEqual({ status: 200, text: 'ok' })
    await respond(url, { text: 'for all', response_type: 'in_channel' })
    expect(grace.sees('general').map(({ text }) => text)).toEqual(['for all'])
    expect(ada.sees('general').map(({ text }) => text)).toEqual(['for ada', 'for all'])
    expect(await respond(url, {})).toMatchObject({ text: expect.stringContaining('no_text') })
    expect(await respond(url, { blocks: [{ type: 'sektion' }] })).toMatchObject({
      text: expect.stringContaining('invalid_blocks'),
    })
    await respond(url, { text: 'fifth' })
    expect(await respond(url, { text: 'sixth' })).toMatchObject({
      status: 404,
      text: expect.stringContaining('used_url'),
    })
    await ada.command('/x', 'general')
    const second = urlOf(await app.envelope(1))
    await clock.advance(30 * 60_000 + 1)
    expect(await respond(second, { text: 'late' })).toMatchObject({
      status: 404,
      text: expect.stringContaining('expired_url'),
    })
    clock.close()
  })

  it('of a click replaces or deletes the message that was clicked, ephemeral ones too', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack)
    const ada = slack.user('ada')
    const ts = await post(slack, { text: 'a', blocks: [{ type: 'actions', elements: [button('go')] }] })
    await ada.click({ channel: 'provisioning', ts }, 'go')
    const url = urlOf(await app.envelope())
    await respond(url, { text: 'changed', replace_original: true })
    expect(slack.message('provisioning', ts)).toMatchObject({ text: 'changed', blocks: [] })
    await respond(url, { text: 'aside', blocks: [{ type: 'actions', elements: [button('hide')] }] })
    const aside = ada.sees('provisioning').at(-1)!
    expect(aside).toMatchObject({ text: 'aside', ephemeralTo: ada.id })
    await ada.click(aside, 'hide')
    expect((await app.envelope(1))['payload']).not.toHaveProperty('message')
    await respond(urlOf(await app.envelope(1)), { delete_original: true })
    expect(ada.sees('provisioning').map(({ text }) => text)).toEqual(['changed'])
  })
})
