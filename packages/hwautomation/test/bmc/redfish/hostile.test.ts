import { describe, expect, test } from 'vitest'
import { parseLanPrint } from '../../../src/bmc/ipmitool/parse.ts'
import { credentials, failure, json, startIlo } from './scripted-ilo.ts'
import { failureOf } from '../rejection.ts'

describe('a BMC that means harm', () => {
  test.each(['http://[', 'javascript:alert(1)', 'mailto:bmc', `/${'x'.repeat(3000)}`])(
    'gives %s for a link: nothing is sent anywhere, and the session is closed',
    async (link) => {
      await using ilo = await startIlo()
      const error = await failureOf(ilo.client().withSession(credentials, (bmc) => bmc.resource(link)))
      expect(error).toMatchObject({ code: 'bmc.unreadable-answer', kind: 'transient' })
      expect(ilo.sessions.size).toBe(0)
    },
  )

  test.each(['//elsewhere.example/redfish/v1/x', 'https://elsewhere.example/redfish/v1/x', '/redfish/v1/a/../x'])(
    'that links %s is asked itself',
    async (link) => {
      await using ilo = await startIlo((request, response) =>
        request.url === '/redfish/v1/x' ? (json(response, 200, { Id: 'own' }), true) : false,
      )
      expect(await ilo.client().withSession(credentials, (bmc) => bmc.resource(link))).toEqual({ Id: 'own' })
    },
  )

  test('asks to come back in ages: in an hour', async () => {
    await using ilo = await startIlo((request, response) => {
      if (request.url !== '/redfish/v1/x') return false
      failure(response.setHeader('retry-after', '1e300'), 503, 'Base.1.12.ServiceTemporarilyUnavailable')
      return true
    })
    const error = await failureOf(ilo.client().withSession(credentials, (bmc) => bmc.resource('/redfish/v1/x')))
    expect(error.retryAfterMs).toBe(3_600_000)
  })

  test('gives no place for the session it opened: the session works, and that it stays is said', async () => {
    await using ilo = await startIlo((request, response, self) => {
      if (request.method !== 'POST') return false
      self.sessions.set('7', 't7')
      response.writeHead(201, { 'x-auth-token': 't7', location: 'http://[' }).end()
      return true
    })
    const client = ilo.client()
    expect(await client.withSession(credentials, (bmc) => bmc.systemIdentity())).toMatchObject({ powerState: 'On' })
    expect(client.warnings.join()).toContain('stays open')
  })

  test.each(['constructor', '__proto__', 'toString'])('says %s for what has a list of words', async (word) => {
    await using ilo = await startIlo((request, response) =>
      request.url === '/redfish/v1/x' ? (failure(response, 400, `Base.1.12.${word}`), true) : false,
    )
    ilo.system['PowerState'] = word
    await ilo.client().withSession(credentials, async (bmc) => {
      expect(await bmc.power()).toMatchObject({ state: 'unknown', raw: word })
      expect(await failureOf(bmc.resource('/redfish/v1/x'))).toMatchObject({ code: 'bmc.refused', kind: 'invalid' })
    })
    const lan = `IP Address Source       : ${word}\nIP Address              : 10.0.0.9\nSubnet Mask             : 255.0.0.0\n`
    expect(parseLanPrint(lan).source).toBe('other')
  })

  test.each([
    ['a message without end', { Message: 'x'.repeat(1_000_000) }],
    ['a message that grows', { MessageId: `X.${'%1'.repeat(500_000)}`, MessageArgs: ['y'.repeat(500_000)] }],
  ])('answers with %s: it is cut', async (_, message) => {
    const body = { error: { '@Message.ExtendedInfo': [message] } }
    await using ilo = await startIlo((request, response) =>
      request.url === '/redfish/v1/x' ? (json(response, 400, body), true) : false,
    )
    const error = await failureOf(ilo.client().withSession(credentials, (bmc) => bmc.resource('/redfish/v1/x')))
    expect(error.code).toBe('bmc.refused')
    expect(JSON.stringify([error.message, error.context]).length).toBeLessThan(3000)
  })

  test('lists members that are none, without end: the error is short', async () => {
    await using ilo = await startIlo((request, response) =>
      request.url === '/redfish/v1/x' ? (json(response, 200, { Members: Array(1_000_000).fill(1) }), true) : false,
    )
    const error = await failureOf(ilo.client().withSession(credentials, (bmc) => bmc.members('/redfish/v1/x')))
    expect(error.code).toBe('bmc.unreadable-answer')
    expect(error.message.length).toBeLessThan(1000)
  })

  test('lists members without end: those of a machine are looked at', async () => {
    const Members = Array.from({ length: 150_000 }, (_, at) => ({ '@odata.id': `/x/${at}` }))
    await using ilo = await startIlo((request, response) =>
      request.url === '/redfish/v1/x' ? (json(response, 200, { Members }), true) : false,
    )
    const members = await ilo.client().withSession(credentials, (bmc) => bmc.members('/redfish/v1/x'))
    expect(members).toHaveLength(256)
  })
})
