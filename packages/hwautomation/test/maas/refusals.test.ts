import { describe, expect, it } from 'vitest'
import { MAAS_ERRORS } from '../../src/maas/maas-errors.ts'
import { Redactor } from '../../src/redaction.ts'
import { client, everythingIn, failure, SECRET } from './fixtures.ts'
import { json, scriptedMaas, sentence, type Script } from './scripted-maas.ts'

/** What the commission call makes of one answer. */
async function refused(
  script: Script,
  call: 'commission' | 'abort' | 'exitRescueMode' | 'machine' | 'queryPowerState' = 'commission',
) {
  await using maas = await scriptedMaas(script)
  await using under = client(maas.url, { readAttempts: 1 })
  const error = await failure(under[call]('p3wxky'))
  expect(MAAS_ERRORS).toHaveProperty([error.code])
  expect(error.context).toMatchObject({ machine: 'p3wxky' })
  return error
}

const CONFLICT =
  '<html><head><title>Error: Conflict Error</title></head><body><h1>Conflict Error</h1><p>Conflict error. Try your request again, as it will most likely succeed.</p></body></html>'
const BUSY =
  "Unable to change power state to 'off' for node p3wxky: another action is already in progress for that node."
const NO_RACK = 'No rack controllers can access the BMC of node p3wxky'
const TIMEOUT =
  'Unexpected exception: TimeoutError. See /var/log/maas/regiond.log on the region server for more information.'

describe('what MAAS refuses', () => {
  it.each<{ what: string; status: number; body: string; type?: string; expected: object }>([
    {
      what: 'a right that the user lacks',
      status: 403,
      body: '',
      expected: { code: 'maas.forbidden', kind: 'auth', retryable: false },
    },
    {
      what: 'an unknown machine',
      status: 404,
      body: 'No Machine matches the given query.',
      expected: {
        code: 'maas.not-found',
        kind: 'invalid',
        message: 'Could not commission machine p3wxky: MAAS answered 404: No Machine matches the given query.',
      },
    },
    {
      what: 'a status that does not allow it',
      status: 409,
      body: "Can't start node: it hasn't been allocated.",
      expected: { code: 'maas.wrong-state', kind: 'conflict' },
    },
    {
      what: 'a wrong transition',
      status: 409,
      body: 'Invalid transition: Rescue mode -> Entering rescue mode.',
      expected: { code: 'maas.wrong-state' },
    },
    {
      what: 'a database conflict',
      status: 409,
      body: CONFLICT,
      type: 'text/html',
      expected: { code: 'maas.conflict-page', kind: 'busy', retryAfterMs: 5000 },
    },
    {
      what: 'a running power action',
      status: 503,
      body: BUSY,
      expected: { code: 'maas.busy', kind: 'busy', retryAfterMs: 5000, retryable: true },
    },
    {
      what: 'a BMC that no rack reaches',
      status: 503,
      body: NO_RACK,
      expected: { code: 'maas.bmc-unreachable', kind: 'transient' },
    },
    {
      what: 'an unknown operation',
      status: 400,
      body: 'Unrecognised signature: method=POST op=nosuch',
      expected: { code: 'maas.invalid' },
    },
    {
      what: 'a path that is no API',
      status: 404,
      body: 'Unknown API endpoint: /MAAS/api/2.0/machines.',
      expected: { code: 'maas.wrong-url' },
    },
    {
      what: 'an API that is gone',
      status: 410,
      body: 'The 1.0 API is no longer available.',
      expected: { code: 'maas.wrong-url' },
    },
    { what: "a proxy's limit", status: 429, body: 'slow down', expected: { code: 'maas.busy' } },
  ])('is told as a refusal: $what', async ({ status, body, type, expected }) => {
    const error = await refused((_, response) => sentence(response, status, body, type))
    expect(error).toMatchObject({
      ...expected,
      context: { sent: 'refused', status, call: 'POST machines/p3wxky/?op=commission' },
    })
    expect(error.hint).toBeTruthy()
  })

  it('is a wrong state where the form itself is refused for it', async () => {
    const words = 'Commission is not available because of the current state of the node.'
    const error = await refused((_, response) => json(response, { __all__: [words] }, 400))
    expect(error).toMatchObject({
      code: 'maas.wrong-state',
      kind: 'conflict',
      context: { sent: 'refused', fields: [`__all__: ${words}`] },
    })
  })

  it("names the fields of a refused form and MAAS's words", async () => {
    const error = await refused((_, response) =>
      json(
        response,
        { testing_scripts: ['Select a valid choice. nosuch is not one of the available choices.'], zone: ['No.'] },
        400,
      ),
    )
    expect(error).toMatchObject({
      code: 'maas.invalid',
      context: {
        fields: ['testing_scripts: Select a valid choice. nosuch is not one of the available choices.', 'zone: No.'],
      },
    })
    expect(error.message).toContain('testing_scripts: Select a valid choice.')
  })

  it('shows no markup of a page, and not more than a few lines', async () => {
    const conflict = await refused((_, response) => sentence(response, 409, CONFLICT, 'text/html'))
    expect(conflict.context['answer']).toBe(
      'Conflict Error Conflict error. Try your request again, as it will most likely succeed.',
    )
    const long = await refused((_, response) => sentence(response, 409, 'x'.repeat(100_000)))
    expect(everythingIn(long).length).toBeLessThan(10_000)
  })

  it('is not followed where it is a redirect, so that the key goes nowhere else', async () => {
    await using elsewhere = await scriptedMaas((_, response) => json(response, {}))
    const error = await refused((_, response) => response.writeHead(301, { location: elsewhere.url }).end())
    expect(error).toMatchObject({ code: 'maas.wrong-url', kind: 'invalid', context: { sent: 'refused' } })
    expect(elsewhere.received).toEqual([])
  })

  it('carries the time of a Retry-After header, in seconds or as a date, and never an absurd one', async () => {
    const after = async (value: string) =>
      (
        await refused((_, response) =>
          response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': value }).end('RPC'),
        )
      ).retryAfterMs
    expect(await after('10')).toBe(10_000)
    expect(await after('86400')).toBe(600_000)
    expect(await after('soon')).toBeUndefined()
    expect(await after(new Date(Date.now() + 30_000).toUTCString())).toBeGreaterThan(25_000)
    expect(await after(new Date(Date.now() - 30_000).toUTCString())).toBe(0)
  })
})

describe('what may have happened all the same', () => {
  it.each([
    { what: 'a 500', status: 500, body: "'NoneType' object has no attribute 'username'", code: 'maas.server-error' },
    { what: "MAAS's own 504", status: 504, body: TIMEOUT, code: 'maas.bmc-unreachable' },
    { what: "a proxy's 504", status: 504, body: '<html>504 Gateway Time-out</html>', code: 'maas.lost-answer' },
    { what: "a proxy's 502", status: 502, body: '<html>502 Bad Gateway</html>', code: 'maas.lost-answer' },
    { what: 'a 503 in unknown words', status: 503, body: 'Unable to connect', code: 'maas.server-error' },
  ])('$what: unknown for a change, transient for a read', async ({ status, body, code }) => {
    const script: Script = (_, response) => sentence(response, status, body)
    expect(await refused(script)).toMatchObject({
      code,
      kind: 'lost-contact-after-effect',
      context: { sent: 'unknown' },
    })
    expect(await refused(script, 'machine')).toMatchObject({ code, kind: 'transient' })
  })

  it('abort and exit from rescue mode move the status even where MAAS answers "busy"', async () => {
    for (const call of ['abort', 'exitRescueMode'] as const)
      expect(await refused((_, response) => sentence(response, 503, BUSY), call)).toMatchObject({
        code: 'maas.busy',
        kind: 'busy',
        context: { sent: 'unknown' },
      })
  })

  it('a nonce that MAAS has seen means that a proxy sent the request twice', async () => {
    const error = await refused((_, response) =>
      sentence(response, 401, "Authorization Error: 'Nonce already used: 1'", 'text/html'),
    )
    expect(error).toMatchObject({
      code: 'maas.lost-answer',
      kind: 'lost-contact-after-effect',
      context: { sent: 'unknown' },
    })
  })
})

describe('a refused API key', () => {
  it('stops at once, and nothing of the answer is carried or logged: it can hold the right secret', async () => {
    const right = 'TheRightSecretThatMaasGivesAway1'
    const logged: unknown[] = []
    const write = (fields: object, message: string) => void logged.push(fields, message)
    await using maas = await scriptedMaas((_, response) =>
      sentence(
        response,
        401,
        `Authorization Error: 'Invalid signature. Expected signature base string: &${right}'`,
        'text/html',
      ),
    )
    await using under = client(maas.url, { logger: { debug: write, info: write, warn: write, error: write } })
    for (const call of [under.machine('p3wxky'), under.commission('p3wxky'), under.powerParameters('p3wxky')]) {
      const error = await failure(call)
      expect(error).toMatchObject({
        code: 'maas.auth',
        kind: 'auth',
        retryable: false,
        context: { sent: 'refused', status: 401 },
      })
      expect(everythingIn(error)).not.toContain(right)
      expect(everythingIn(error)).not.toContain(SECRET)
    }
    expect(maas.received).toHaveLength(3)
    expect(logged.length).toBeGreaterThan(0)
    expect(JSON.stringify(logged)).not.toContain(right)
    expect(JSON.stringify(logged)).not.toContain(SECRET)
  })

  it('is a matter of clocks where the time stamp is too old; the skew is measured by the Date header', async () => {
    const date = new Date(Date.now() + 600_000).toUTCString()
    const body =
      "Authorization Error: 'Expired timestamp: given 1795411833 and now 1795412433 has a greater difference than threshold 300'"
    const error = await refused((_, response) =>
      response.writeHead(401, { 'content-type': 'text/html', date }).end(body),
    )
    expect(error).toMatchObject({ code: 'maas.clock-skew', kind: 'auth', context: { sent: 'refused' } })
    expect(error.hint).toMatch(/MAAS's clock is (599|600) s ahead of this host's/)
    expect(everythingIn(error)).not.toContain('1795411833')
  })

  it('tells the skew by the two times of the text where there is no Date header', async () => {
    const error = await refused((_, response) => {
      response.sendDate = false
      sentence(
        response,
        401,
        "Authorization Error: 'Expired timestamp: given 1795411833 and now 1795412433 has …",
        'text/html',
      )
    })
    expect(error.hint).toContain('600 s ahead')
  })

  it('never shows the key in an error about the client itself', () => {
    expect(() => client('http://127.0.0.1:1/MAAS', { apiKey: `${SECRET}:x` })).toThrow(
      expect.not.stringContaining(SECRET),
    )
  })
})

describe('secrets in what MAAS says', () => {
  it('are masked before the text is shortened', async () => {
    const redactor = new Redactor()
    redactor.add('bmc-Passw0rd!')
    await using maas = await scriptedMaas((_, response) => sentence(response, 409, `${'x'.repeat(293)}bmc-Passw0rd!`))
    await using under = client(maas.url, { redactor })
    const error = await failure(under.commission('p3wxky'))
    expect(everythingIn(error)).not.toContain('bmc-Pas')
  })
})
