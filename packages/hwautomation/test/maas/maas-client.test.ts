import { createLab } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import { MaasClient } from '../../src/maas/maas-client.ts'
import { MACHINE_STATUS } from '../../src/provisioning/machine-status.ts'
import { MachinePoller } from '../../src/maas/machine-poller.ts'
import { eventTime } from '../../src/maas/records.ts'
import { Redactor, REDACTED } from '../../src/redaction.ts'
import { everythingIn, failure } from './fixtures.ts'

/** A client and a poller on the simulated MAAS, in lab time. */
async function simulated(
  options: Parameters<typeof createLab>[0] = { servers: [{ hostname: 'srv001' }] },
  user?: string,
) {
  const lab = await createLab(options)
  const redactor = new Redactor()
  const { url, apiKey } = lab.connection(user).maas
  const maas = new MaasClient({ url, apiKey, clock: lab.clock, redactor, timeouts: { power: 2000, other: 2000 } })
  return {
    lab,
    maas,
    apiKey,
    redactor,
    poller: new MachinePoller({ maas, clock: lab.clock, interval: 1000 }),
    async [Symbol.asyncDispose]() {
      await maas.close()
      await lab.close()
    },
  }
}

const READY = { servers: [{ hostname: 'srv001', status: 'ready' }] } as const

describe('the simulated MAAS', () => {
  it('tells its version, the user of the key and his SSH keys', async () => {
    await using at = await simulated()
    expect(await at.maas.version()).toMatchObject({ version: expect.stringMatching(/^3\.3/) })
    expect(await at.maas.whoami()).toMatchObject({ username: 'admin', is_superuser: true })
    expect((await at.maas.sshKeys())[0]?.key).toMatch(/^ssh-|^ecdsa-/)
  })

  it('refuses a wrong key, and its answer, which gives the right one away, goes nowhere', async () => {
    await using at = await simulated()
    const secret = at.apiKey.split(':')[2]!
    await using stranger = new MaasClient({
      url: at.lab.connection().maas.url,
      apiKey: at.apiKey.replace(secret, 'x'.repeat(32)),
      clock: at.lab.clock,
      redactor: new Redactor(),
    })
    const error = await failure(stranger.whoami())
    expect(error).toMatchObject({ code: 'maas.auth', kind: 'auth', context: { sent: 'refused' } })
    expect(everythingIn(error)).not.toContain(secret)
  })
})

describe('a machine', () => {
  it('is found by host name, FQDN and system_id, in any case of letters', async () => {
    await using at = await simulated({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    const { systemId } = at.lab.server('srv001')
    for (const name of ['srv001', 'SRV001', ' srv001.maas ', systemId])
      expect((await at.maas.findMachine(name)).system_id).toBe(systemId)
    expect(await failure(at.maas.findMachine('srv003'))).toMatchObject({
      code: 'maas.no-such-machine',
      kind: 'invalid',
    })
    expect(await failure(at.maas.findMachine('srv001.elsewhere'))).toMatchObject({
      code: 'maas.no-such-machine',
      hint: expect.stringContaining('srv001.maas'),
    })
    expect(await failure(at.maas.findMachine(' '))).toMatchObject({ code: 'maas.no-such-machine' })
    expect(await at.maas.machines({ hostnames: ['srv002', 'nobody'] })).toMatchObject([{ hostname: 'srv002' }])
  })

  it("is ambiguous where its host name is another's system_id", async () => {
    await using at = await simulated({
      servers: [
        { hostname: 'srv001', systemId: 'abc123' },
        { hostname: 'abc123', systemId: 'def456' },
      ],
    })
    const error = await failure(at.maas.findMachine('abc123'))
    expect(error).toMatchObject({
      code: 'maas.ambiguous-machine',
      kind: 'invalid',
      context: { candidates: ['def456', 'abc123'] },
    })
    expect(error.message).toContain('srv001.maas')
    expect((await at.maas.findMachine('abc123.maas')).system_id).toBe('def456')
  })

  it('that nobody knows is not found', async () => {
    await using at = await simulated()
    expect(await failure(at.maas.machine('nosuch'))).toMatchObject({
      code: 'maas.not-found',
      context: { sent: 'refused' },
    })
    expect(await at.maas.machines({ ids: ['nosuch'] })).toEqual([])
  })
})

describe('commissioning', () => {
  it('goes from NEW to READY, can be followed, and explains itself by events and results', async () => {
    await using at = await simulated()
    const { systemId } = at.lab.server('srv001')
    expect(await at.maas.commissioningResults(systemId)).toBeUndefined()
    const started = await at.maas.commission(systemId, { enableSsh: true, skipBmcConfig: true, testingScripts: 'none' })
    expect(started).toMatchObject({ status: MACHINE_STATUS.commissioning, owner: 'admin' })
    await at.maas.setAnnotations(systemId, { 'hwa-run': 'run_1' })
    const ready = await at.poller.until(systemId, ({ status }) => status === MACHINE_STATUS.ready)
    expect(ready).toMatchObject({
      owner: null,
      power_state: 'on',
      current_commissioning_result_id: started.current_commissioning_result_id,
    })
    const results = await at.maas.commissioningResults(systemId, { output: { tail: 40 } })
    expect(results).toMatchObject({ id: started.current_commissioning_result_id, status: 2 })
    expect(results?.scripts.length).toBeGreaterThan(5)
    for (const { output } of results?.scripts ?? []) expect(output?.length).toBeLessThanOrEqual(41)
    const events = await at.maas.events({ ids: [systemId], limit: 50 })
    expect(events.map(({ type }) => type)).toContain('Ready')
    expect(eventTime(events[0]!)).toMatch(/^\d{4}-\d\d-\d\dT/)
    expect(await at.maas.events({ ids: [systemId], after: events[0]!.id })).toEqual([])
  })

  it('of a machine that is busy with it is refused as a wrong state, and one abort ends it in NEW', async () => {
    await using at = await simulated()
    const { systemId } = at.lab.server('srv001')
    await at.maas.commission(systemId, { enableSsh: true, testingScripts: 'none' })
    expect(await failure(at.maas.commission(systemId))).toMatchObject({
      code: 'maas.wrong-state',
      kind: 'conflict',
      context: { sent: 'refused' },
    })
    await at.poller.until(systemId, ({ power_state }) => power_state === 'on')
    await at.maas.abort(systemId, { comment: 'test' })
    expect(
      await at.poller.until(systemId, ({ status, power_state }) => status === 0 && power_state === 'off'),
    ).toMatchObject({ owner: null })
  })

  it('needs an administrator', async () => {
    await using at = await simulated(
      { servers: [{ hostname: 'srv001' }], users: [{ name: 'bob', admin: false }] },
      'bob',
    )
    const error = await failure(at.maas.commission(at.lab.server('srv001').systemId))
    expect(error).toMatchObject({
      code: 'maas.forbidden',
      kind: 'auth',
      hint: expect.stringContaining('administrator'),
    })
  })

  it('whose answer is lost leaves the effect unknown, and it is not sent twice', async () => {
    await using at = await simulated()
    const { systemId } = at.lab.server('srv001')
    at.lab.faults.once({
      server: 'srv001',
      call: 'maas POST machines/{id}?op=commission',
      mode: 'reply-lost-after-effect',
    })
    expect(await failure(at.maas.commission(systemId))).toMatchObject({
      code: 'maas.lost-answer',
      kind: 'lost-contact-after-effect',
      context: { sent: 'unknown' },
    })
    expect(at.lab.server('srv001').log('maas POST machines/{id}?op=commission')).toHaveLength(1)
    expect((await at.maas.machine(systemId)).status).toBe(MACHINE_STATUS.commissioning)
  })
})

describe('rescue mode', () => {
  it('is entered and left; while the power action runs MAAS is busy', async () => {
    await using at = await simulated({ ...READY, clock: 'stepped' })
    const { systemId } = at.lab.server('srv001')
    expect(await at.maas.rescueMode(systemId)).toMatchObject({
      status: MACHINE_STATUS.enteringRescueMode,
      owner: 'admin',
    })
    expect(await failure(at.maas.exitRescueMode(systemId))).toMatchObject({
      code: 'maas.busy',
      kind: 'busy',
      retryAfterMs: 5000,
      context: { sent: 'unknown' },
    })
    await at.lab.clock.advance(15 * 60_000)
    const inside = await at.maas.machine(systemId)
    expect([
      MACHINE_STATUS.rescueMode,
      MACHINE_STATUS.failedToExitRescueMode,
      MACHINE_STATUS.exitingRescueMode,
    ]).toContain(inside.status)
    await at.maas.exitRescueMode(systemId)
    await at.lab.clock.advance(30_000)
    expect(await at.maas.machine(systemId)).toMatchObject({
      status: MACHINE_STATUS.ready,
      power_state: 'off',
      owner: null,
    })
  })
})

describe('power', () => {
  it('is queried at the BMC, and switched off', async () => {
    await using at = await simulated(READY)
    const { systemId } = at.lab.server('srv001')
    expect(await at.maas.queryPowerState(systemId)).toEqual({ state: 'off' })
    expect(await at.maas.powerOff(systemId)).toMatchObject({ system_id: systemId })
  })

  it('parameters are read, their password is masked from then on, and the address is changed alone', async () => {
    await using at = await simulated(READY)
    const { systemId } = at.lab.server('srv001')
    const before = await at.maas.powerParameters(systemId)
    expect(before.power_pass).toBeTruthy()
    expect(at.redactor.text(`x ${before.power_pass} y`)).toBe(`x ${REDACTED} y`)
    expect(await at.maas.allPowerParameters()).toEqual({ [systemId]: before })
    await at.maas.setPowerAddress(systemId, '192.168.1.100')
    expect(await at.maas.powerParameters(systemId)).toEqual({ ...before, power_address: '192.168.1.100' })
  })
})

describe('annotations and tags', () => {
  it('annotations of a machine that nobody owns are refused as a wrong state', async () => {
    await using at = await simulated(READY)
    expect(
      await failure(at.maas.setAnnotations(at.lab.server('srv001').systemId, { 'hwa-run': 'run_1' })),
    ).toMatchObject({ code: 'maas.wrong-state' })
  })

  it('tags are made once, put on and taken off', async () => {
    await using at = await simulated({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    const ids = ['srv001', 'srv002'].map((name) => at.lab.server(name).systemId)
    expect(await failure(at.maas.tag('hw-ready'))).toMatchObject({ code: 'maas.not-found' })
    expect(await failure(at.maas.updateTagNodes('hw-ready', { add: ids }))).toMatchObject({
      code: 'maas.not-found',
      context: { sent: 'refused' },
    })
    await Promise.all([at.maas.ensureTag('hw-ready', 'ready for use'), at.maas.ensureTag('hw-ready', 'ready for use')])
    expect(await failure(at.maas.createTag('hw-ready'))).toMatchObject({
      code: 'maas.invalid',
      context: { fields: ['name: Tag with this Name already exists.'] },
    })
    expect(await at.maas.updateTagNodes('hw-ready', { add: ids })).toMatchObject({ added: 2, removed: 0 })
    await at.maas.updateTagNodes('hw-ready', { remove: [ids[1]!] })
    const tagged = await at.maas.machines({ ids })
    expect(
      Object.fromEntries(tagged.map(({ hostname, tag_names }) => [hostname, tag_names.includes('hw-ready')])),
    ).toEqual({ srv001: true, srv002: false })
  })
})

describe('every fault of the wire', () => {
  it.each([
    'refuse',
    'hang',
    'drop-before-effect',
    'drop-mid-reply',
    'reply-lost-after-effect',
    'garbage',
    'wrong-status',
    'auth-failure',
  ] as const)(
    '%s: a change fails with a code of the table, and says "refused" or "no" only where nothing was done',
    async (mode) => {
      await using at = await simulated()
      const { systemId } = at.lab.server('srv001')
      const call = 'maas POST machines/{id}?op=commission'
      at.lab.faults.once({ server: 'srv001', call, mode })
      const error = await failure(at.maas.commission(systemId, { enableSsh: true, testingScripts: 'none' }))
      expect(error.code).toMatch(/^maas\./)
      const done = at.lab
        .server('srv001')
        .log(call)
        .some(({ effect }) => effect === 'now')
      if (done) expect(error).toMatchObject({ kind: 'lost-contact-after-effect', context: { sent: 'unknown' } })
      if (error.context['sent'] !== 'unknown') expect(done).toBe(false)
    },
  )

  it('is survived by a read, save a refused key', async () => {
    await using at = await simulated()
    const { systemId } = at.lab.server('srv001')
    for (const mode of ['refuse', 'drop-mid-reply', 'reply-lost-after-effect', 'garbage', 'wrong-status'] as const) {
      at.lab.faults.once({ server: 'srv001', call: 'maas GET machines/{id}', mode })
      expect(await at.maas.machine(systemId)).toMatchObject({ system_id: systemId })
    }
    at.lab.faults.once({ server: 'srv001', call: 'maas GET machines/{id}', mode: 'auth-failure' })
    expect(await failure(at.maas.machine(systemId))).toMatchObject({ code: 'maas.auth' })
  })
})

it('leaves no socket open', async () => {
  await using at = await simulated()
  await at.maas.version()
  await at.maas.createTag('hw-ready')
  await at.maas.close()
  at.lab.assertClean()
})
