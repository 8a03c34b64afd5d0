import { request, type OutgoingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createSlackWorkspace } from '../../../src/index.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** A raw request, with headers that no browser would let a page set. */
function ask(url: string, headers: OutgoingHttpHeaders = {}, post?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const going = request(url, { method: post === undefined ? 'GET' : 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    going.once('error', reject)
    going.end(post)
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }
const command = JSON.stringify({ act: 'say', text: 'hello', channel: 'provisioning' })

describe('the door of the page', () => {
  it('serves the page and all its parts, each with headers that let nothing else in', async () => {
    await using slack = await createSlackWorkspace()
    const page = await ask(slack.pageUrl)
    expect(page.status).toBe(200)
    expect(page.headers).toMatchObject({
      'content-security-policy': expect.stringMatching(/default-src 'none'.*require-trusted-types-for 'script'/),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
    })
    const parts = [...page.body.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, part]) => part ?? '')
    expect(parts.length).toBeGreaterThan(5)
    const queue = [...parts]
    const seen = new Map<string, Answer>()
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      if (seen.has(path)) continue
      const answer = await ask(`${slack.pageUrl}${path}`)
      seen.set(path, answer)
      for (const [, next] of answer.body.matchAll(/from '(\.[^']+)'/g)) {
        if (path !== 'vendor/preact.js') queue.push(new URL(next ?? '', `http://x/${path}`).pathname.slice(1))
      }
    }
    expect([...seen].filter(([, { status }]) => status !== 200).map(([path]) => path)).toEqual([])
    expect(seen.get('vendor/preact.js')?.body).toContain('export{')
    expect(
      [...seen.values()].some(({ body }) =>
        /https?:\/\/(?!www\.w3\.org)[a-z]+\.(com|org|net|io)/.test(body.replaceAll(/\/\/ .*|\* .*/g, '')),
      ),
    ).toBe(false)
  })

  it.each([
    '../package.json',
    '..%2fpackage.json',
    'text/../../package.json',
    'tsconfig.json',
    'vendor/preact.d.ts',
    'none.js',
  ])('serves no %s', async (path) => {
    await using slack = await createSlackWorkspace()
    const { origin, pathname } = new URL(slack.pageUrl)
    const answer = await ask(`${origin}${pathname}${path}`)
    expect([403, 404]).toContain(answer.status)
  })

  it('opens only with its token, which is another one each time', async () => {
    await using slack = await createSlackWorkspace()
    await using other = await createSlackWorkspace()
    const token = (url: string) => new URL(url).pathname.split('/')[2] ?? ''
    expect(token(slack.pageUrl)).toMatch(/^[0-9a-f]{32}$/)
    expect(token(other.pageUrl)).not.toBe(token(slack.pageUrl))
    expect((await ask(slack.pageUrl.replace(token(slack.pageUrl), token(other.pageUrl)))).status).toBe(403)
    expect((await ask(slack.pageUrl.replace(token(slack.pageUrl), ''))).status).not.toBe(200)
  })

  it.each([
    ['a name that was made to lead here', { host: 'rebound.example:80' }],
    ['another origin', { origin: 'http://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['no origin at all (a sandboxed frame)', { origin: 'null' }],
    ['a script of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }],
    [
      'a frame in another site',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ],
  ])('refuses %s', async (_, headers) => {
    await using slack = await createSlackWorkspace()
    expect((await ask(slack.pageUrl, headers)).status).toBe(403)
    expect((await ask(`${slack.pageUrl}events`, headers)).status).toBe(403)
    expect((await ask(`${slack.pageUrl}act?as=ada`, { ...JSON_TYPE, ...headers }, command)).status).toBe(403)
    expect(slack.messages('provisioning')).toEqual([])
  })

  it('lets a person follow the link from elsewhere, but never act from there', async () => {
    await using slack = await createSlackWorkspace()
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect((await ask(slack.pageUrl, link)).status).toBe(200)
    expect((await ask(`${slack.pageUrl}act`, { ...JSON_TYPE, ...link }, command)).status).toBe(403)
  })

  it('takes acts as JSON only, and says what is wrong with others', async () => {
    await using slack = await createSlackWorkspace()
    const act = (body: string, headers: OutgoingHttpHeaders = JSON_TYPE) =>
      ask(`${slack.pageUrl}act?as=ada`, headers, body)
    expect((await act(command, { 'content-type': 'text/plain' })).status).toBe(403)
    for (const body of [
      '',
      'no',
      '7',
      '{}',
      '{"act":"constructor"}',
      '{"act":"say"}',
      '{"act":"submit","viewId":"V1"}',
    ]) {
      const answer = await act(body)
      expect(answer.status).toBe(409)
      expect(JSON.parse(answer.body)).toEqual({ error: expect.any(String) })
    }
    expect((await act(`"${'x'.repeat(2_000_001)}"`)).status).toBe(409)
    expect((await act(command)).status).toBe(200)
    expect(slack.messages('provisioning').map(({ text, user }) => [text, user])).toEqual([
      ['hello', slack.user('ada').id],
    ])
  })

  it('shows nobody what is not theirs', async () => {
    await using slack = await createSlackWorkspace({
      rateLimits: 'none',
      channels: [{ name: 'provisioning' }, { name: 'secret', private: true, members: ['ada'] }],
    })
    const post = (method: string, body: object) =>
      fetch(`${slack.apiUrl}${method}`, {
        method: 'POST',
        headers: { ...JSON_TYPE, authorization: `Bearer ${slack.botToken}` },
        body: JSON.stringify(body),
      })
    await post('chat.postMessage', { channel: slack.channelId('secret'), text: 'only for members' })
    await post('chat.postEphemeral', {
      channel: slack.channelId('provisioning'),
      user: slack.user('ada').id,
      text: 'only for ada',
    })
    expect(await firstEvent(`${slack.pageUrl}events?as=ada`)).toMatch(
      /only for members.*only for ada|only for ada.*only for members/,
    )
    const grace = await firstEvent(`${slack.pageUrl}events?as=grace`)
    expect(grace).not.toContain('only for')
    expect(grace).not.toContain('secret')
  })

  it('lets go of its tabs when the workspace closes', async () => {
    const slack = await createSlackWorkspace()
    const response = await fetch(`${slack.pageUrl}events?as=ada`)
    await slack.close()
    await expect(response.text().catch(() => 'cut')).resolves.toBeTypeOf('string')
  })
})

/** The first event of a feed: everything there is. */
async function firstEvent(url: string): Promise<string> {
  const ending = new AbortController()
  const response = await fetch(url, { signal: ending.signal })
  let text = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString()
    if (text.includes('event: everything') && text.endsWith('\n\n')) break
  }
  ending.abort()
  return text
}
