import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestMaas } from './lab.ts'

let maas: TestMaas
beforeAll(async () => {
  maas = await TestMaas.open([{ hostname: 'srv001' }])
})
afterAll(() => maas[Symbol.asyncDispose]())

const seconds = (offset: number) => String(Math.floor((performance.timeOrigin + performance.now()) / 1000) + offset)
const whoami = (authorization?: string) =>
  maas.raw('GET', 'users/?op=whoami', authorization === undefined ? {} : { authorization })
const signed = (changes: Record<string, string | undefined>) => whoami(maas.sign('admin', changes))
const secret = () => maas.door.apiKey('admin').split(':')[2] ?? ''

describe('credentials that are not there are refused with a bare 401', () => {
  it.each<[string, () => string | undefined]>([
    ['no Authorization', () => undefined],
    ['Bearer', () => 'Bearer abc'],
    ['OAuth alone', () => 'OAuth'],
    ['nonce missing', () => maas.sign('admin', { oauth_nonce: undefined })],
    ['timestamp missing', () => maas.sign('admin', { oauth_timestamp: undefined })],
    ['token missing', () => maas.sign('admin', { oauth_token: undefined })],
    ['consumer_key missing', () => maas.sign('admin', { oauth_consumer_key: undefined })],
    ['signature_method missing', () => maas.sign('admin', { oauth_signature_method: undefined })],
  ])('%s', async (_case, authorization) => {
    const answer = await whoami(authorization())
    expect([answer.status, answer.type, answer.text]).toEqual([401, 'text/plain', 'Forbidden'])
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  it('on machines/ an anonymous handler answers 400 instead', async () => {
    const answer = await maas.call('GET', 'machines/', { as: null })
    expect([answer.status, answer.text]).toEqual([400, 'Unrecognised signature: method=GET op=None'])
  })

  it('OPTIONS without credentials is a 401 too', async () => {
    expect((await maas.call('OPTIONS', `machines/${maas.id('srv001')}/`, { as: null })).status).toBe(401)
  })
})

describe('what is accepted', () => {
  it.each<[string, () => string]>([
    ['all six parameters', () => maas.sign('admin')],
    ['oauth_version missing', () => maas.sign('admin', { oauth_version: undefined })],
    ['realm given', () => maas.sign('admin').replace('OAuth ', 'OAuth realm="x", ')],
    ['signature sent raw', () => maas.sign('admin', { oauth_signature: `&${secret()}` })],
    ['timestamp ten minutes in the future', () => maas.sign('admin', { oauth_timestamp: seconds(600) })],
    ['timestamp just inside the window', () => maas.sign('admin', { oauth_timestamp: seconds(-290) })],
  ])('%s', async (_case, authorization) => {
    const answer = await whoami(authorization())
    expect([answer.status, answer.json.username]).toEqual([200, 'admin'])
  })

  it('a real HMAC-SHA1 signature', async () => {
    const [consumer, token] = maas.door.apiKey('admin').split(':')
    const params = {
      oauth_consumer_key: consumer,
      oauth_token: token,
      oauth_signature_method: 'HMAC-SHA1',
      oauth_timestamp: seconds(0),
      oauth_nonce: 'hmac-1',
      op: 'whoami',
    }
    const pairs = Object.entries(params)
      .map(([name, value]) => `${name}=${value}`)
      .toSorted()
    const base = ['GET', `${maas.door.url}/api/2.0/users/`, pairs.join('&')].map(encodeURIComponent).join('&')
    const signature = encodeURIComponent(createHmac('sha1', `&${secret()}`).update(base).digest('base64'))
    const { op: _op, ...oauth } = params
    expect((await signed({ ...oauth, oauth_version: undefined, oauth_signature: signature })).status).toBe(200)
  })
})

describe("what is refused, in MAAS's words", () => {
  it.each<[string, Record<string, string | undefined>, () => string | RegExp]>([
    ['signature missing', { oauth_signature: undefined }, () => "Authorization Error: 'Missing signature.'"],
    ['wrong consumer key', { oauth_consumer_key: 'x' }, () => 'Authorization Error: Invalid API key.'],
    ['wrong token', { oauth_token: 'wrong' }, () => "Authorization Error: 'Invalid access token: wrong'"],
    [
      'wrong secret: the right one is given away',
      { oauth_signature: '%26wrong' },
      () => `Authorization Error: 'Invalid signature. Expected signature base string: &${secret()}'`,
    ],
    [
      'HMAC-SHA1 with a PLAINTEXT signature',
      { oauth_signature_method: 'HMAC-SHA1' },
      () => /^Authorization Error: 'Invalid signature\. Expected signature base string: GET&http%3A%2F%2F/,
    ],
    [
      'unknown method',
      { oauth_signature_method: 'BOGUS' },
      () =>
        "Authorization Error: 'Signature method BOGUS not supported try one of the following: PLAINTEXT, HMAC-SHA1'",
    ],
    [
      'timestamp ten minutes in the past',
      { oauth_timestamp: '1795411833' },
      () =>
        /^Authorization Error: 'Expired timestamp: given 1795411833 and now \d+ has a greater difference than threshold 300'$/,
    ],
  ])('%s', async (_case, changes, words) => {
    const answer = await signed(changes)
    expect([answer.status, answer.type]).toEqual([401, 'text/html'])
    expect(answer.headers.get('www-authenticate')).toBe('OAuth realm="OAuth"')
    expect(answer.headers.get('x-maas-api-hash')).toBeNull()
    const wanted = words()
    if (typeof wanted === 'string') expect(answer.text).toBe(wanted)
    else expect(answer.text).toMatch(wanted)
  })

  it.each(['abc', '1.5', ''])('a timestamp that is no integer (%j) is a 500', async (timestamp) => {
    const answer = await signed({ oauth_timestamp: timestamp })
    expect([answer.status, answer.text]).toEqual([500, `invalid literal for int() with base 10: '${timestamp}'`])
  })

  it.each([0, 1])('a nonce used twice, %d s later', async (later) => {
    const oauth_nonce = `twice-${later}`
    expect((await signed({ oauth_nonce, oauth_timestamp: seconds(0) })).status).toBe(200)
    const second = await signed({ oauth_nonce, oauth_timestamp: seconds(later) })
    expect([second.status, second.text]).toEqual([401, `Authorization Error: 'Nonce already used: ${oauth_nonce}'`])
  })

  it('a server whose clock is ahead finds every timestamp expired, and its Date header tells why', async () => {
    maas.door.clockSkewMs = 600_000
    const answer = await signed({})
    maas.door.clockSkewMs = 0
    expect(answer.text).toMatch(/Expired timestamp/)
    const ahead = Date.parse(answer.headers.get('date') ?? '') - (performance.timeOrigin + performance.now())
    expect(ahead).toBeGreaterThan(590_000)
    expect((await signed({})).status).toBe(200)
  })
})
