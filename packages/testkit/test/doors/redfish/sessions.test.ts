import { describe, expect, it } from 'vitest'
import type { Machine } from '../../../src/world/machine.ts'
import { messageId, startNetwork } from '../../bmc-network.ts'

const SESSIONS = '/redfish/v1/SessionService/Sessions/'
const user = (machine: Machine, name = 'Administrator') => machine.bmc.users.find((each) => each.name === name)!
const basic = (name: string, password: string) => ({
  headers: { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` },
})

describe('an iLO session', () => {
  it('is opened with 201, a token and an absolute Location, serves, and is closed with 200 and an envelope', async () => {
    await using lab = await startNetwork()
    const ilo = lab.ilo()
    const { answer, token, location } = await ilo.logIn(user(lab.machine))
    expect(answer.status).toBe(201)
    expect(token).toMatch(/^[0-9a-f]{32}$/)
    expect(answer.headers.location).toMatch(
      /^https:\/\/192\.168\.2\.10\/redfish\/v1\/SessionService\/Sessions\/Administrator[0-9a-f]{16}\/$/,
    )
    expect((await ilo.get('/redfish/v1/Systems/1/', token)).status).toBe(200)
    expect((await ilo.get(SESSIONS, token)).body).toMatchObject({
      Members: [{ '@odata.id': location }],
      Oem: { Hpe: { Links: { MySession: { '@odata.id': location } } } },
    })
    expect((await ilo.get(location, token)).body).toMatchObject({
      UserName: 'Administrator',
      Oem: { Hpe: { MySession: true } },
    })

    const closed = await ilo.call('DELETE', location, { headers: { 'X-Auth-Token': token } })
    expect([closed.status, messageId(closed)]).toEqual([200, 'Base.1.12.Success'])
    const after = await ilo.get('/redfish/v1/Systems/1/', token)
    expect([after.status, messageId(after)]).toEqual([401, 'Base.1.12.NoValidSession'])
  })

  it('is needed for everything but the service root', async () => {
    await using lab = await startNetwork()
    const ilo = lab.ilo()
    expect((await ilo.get('/redfish/v1/')).status).toBe(200)
    expect((await ilo.get('/redfish/')).body).toEqual({ v1: '/redfish/v1/' })
    for (const path of ['/redfish/v1/Systems/1/', '/redfish/v1/systems/1/bios/', SESSIONS, '/redfish/v1/nonsense/'])
      expect(messageId(await ilo.get(path)), path).toBe('Base.1.12.NoValidSession')
  })

  it('is refused to a wrong password with 401, and after five to everybody for ten seconds', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    const ilo = lab.ilo()
    const wrong = { UserName: 'Administrator', Password: 'guess' }
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const answer = await ilo.call('POST', SESSIONS, { body: wrong })
      expect([answer.status, messageId(answer)]).toEqual([401, 'iLO.2.15.UnauthorizedLoginAttempt'])
    }
    const body = { UserName: 'Administrator', Password: user(lab.machine).password }
    expect(messageId(await ilo.call('POST', SESSIONS, { body }))).toBe('iLO.2.15.LoginAttemptDelayedSeconds')
    await lab.clock.advance(10_000)
    expect((await ilo.call('POST', SESSIONS, { body })).status).toBe(201)
  })

  it('ends after 30 idle minutes of lab time; use keeps it alive', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    const ilo = lab.ilo()
    const { token } = await ilo.logIn(user(lab.machine))
    await lab.clock.advance(29 * 60_000)
    expect((await ilo.get('/redfish/v1/Systems/', token)).status).toBe(200)
    await lab.clock.advance(29 * 60_000)
    expect((await ilo.get('/redfish/v1/Systems/', token)).status).toBe(200)
    await lab.clock.advance(30 * 60_000 + 1)
    expect((await ilo.get('/redfish/v1/Systems/', token)).status).toBe(401)
    expect(lab.machine.bmc.sessions.size).toBe(0)
  })

  it('is refused when there are too many', async () => {
    await using lab = await startNetwork()
    const ilo = lab.ilo()
    const body = { UserName: 'maas', Password: user(lab.machine, 'maas').password }
    for (let count = 0; count < 20; count += 1) expect((await ilo.call('POST', SESSIONS, { body })).status).toBe(201)
    const refused = await ilo.call('POST', SESSIONS, { body })
    expect([refused.status, messageId(refused)]).toEqual([503, 'Base.1.12.SessionLimitExceeded'])
    expect(lab.redfish.leftovers()).toHaveLength(20)
  })

  it('dies with a reset of the BMC', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    const ilo = lab.ilo()
    const { token } = await ilo.logIn(user(lab.machine))
    const reset = await ilo.call('POST', '/redfish/v1/Managers/1/Actions/Manager.Reset/', {
      headers: { 'X-Auth-Token': token },
      body: { ResetType: 'GracefulRestart' },
    })
    expect(reset.status).toBe(200)
    await lab.clock.advance(1_000)
    expect((await lab.tunnel('192.168.2.10:443')).status).toBe(504)
    await lab.clock.advance(lab.machine.durations.bmcReset)
    expect((await ilo.get('/redfish/v1/Systems/1/', token)).status).toBe(401)
  })

  it('is not needed with Basic authentication, which leaves none behind', async () => {
    await using lab = await startNetwork()
    const { name, password } = user(lab.machine)
    expect((await lab.ilo().call('GET', '/redfish/v1/Systems/1/', basic(name, password))).status).toBe(200)
    expect(messageId(await lab.ilo().call('GET', '/redfish/v1/Systems/1/', basic(name, 'guess')))).toBe(
      'iLO.2.15.UnauthorizedLoginAttempt',
    )
    expect(lab.machine.bmc.sessions.size).toBe(0)
  })

  it('of a ReadOnly user writes nothing', async () => {
    await using lab = await startNetwork()
    user(lab.machine).privilege = 'ReadOnly'
    const { token } = await lab.ilo().logIn(user(lab.machine))
    const answer = await lab.ilo().call('POST', '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset/', {
      headers: { 'X-Auth-Token': token },
      body: { ResetType: 'On' },
    })
    expect([answer.status, messageId(answer)]).toEqual([403, 'Base.1.12.InsufficientPrivilege'])
    expect(lab.machine.powerChanging).toBe(false)
  })

  it('never has its password in the log', async () => {
    await using lab = await startNetwork()
    await lab.ilo().logIn(user(lab.machine))
    expect(JSON.stringify(lab.log.entries)).not.toContain(user(lab.machine).password)
  })
})

describe('a fault on the session service', () => {
  it('acknowledges a session that does not exist', async () => {
    await using lab = await startNetwork()
    lab.faults.once({
      server: 'srv001',
      call: 'redfish POST /redfish/v1/SessionService/Sessions',
      mode: 'ack-no-effect',
    })
    const { answer, token } = await lab.ilo().logIn(user(lab.machine))
    expect(answer.status).toBe(201)
    expect((await lab.ilo().get('/redfish/v1/Systems/1/', token)).status).toBe(401)
  })

  it('opens one and loses the answer', async () => {
    await using lab = await startNetwork()
    lab.faults.once({ call: 'redfish POST /redfish/v1/SessionService/Sessions', mode: 'reply-lost-after-effect' })
    await expect(lab.ilo().logIn(user(lab.machine))).rejects.toThrow()
    expect(lab.redfish.leftovers()).toEqual([
      expect.stringMatching(/^open Redfish session Administrator\w+ of Administrator at the BMC of srv001$/),
    ])
  })

  it('acknowledges a log-out and keeps the session, or closes it later', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    const { token, location } = await lab.ilo().logIn(user(lab.machine))
    const remove = () => lab.ilo().call('DELETE', location, { headers: { 'X-Auth-Token': token } })
    lab.faults.once({ call: 'redfish DELETE *', mode: 'ack-no-effect' })
    expect((await remove()).status).toBe(200)
    expect(lab.machine.bmc.sessions.size).toBe(1)
    lab.faults.once({ call: 'redfish DELETE *', mode: 'effect-late', delayMs: 5_000 })
    expect((await remove()).status).toBe(200)
    await lab.clock.advance(4_999)
    expect(lab.machine.bmc.sessions.size).toBe(1)
    await lab.clock.advance(1)
    expect(lab.machine.bmc.sessions.size).toBe(0)
  })

  it.each([
    ['session-limit', 503, 'Base.1.12.SessionLimitExceeded'],
    ['auth-failure', 401, 'iLO.2.15.UnauthorizedLoginAttempt'],
    ['wrong-status', 503, 'iLO.2.15.ResourceNotReadyRetry'],
  ] as const)('refuses in iLO words (%s)', async (mode, status, id) => {
    await using lab = await startNetwork()
    lab.faults.once({ call: 'redfish POST /redfish/v1/SessionService/Sessions', mode })
    const { UserName, Password } = { UserName: 'maas', Password: user(lab.machine, 'maas').password }
    const answer = await lab.ilo().call('POST', SESSIONS, { body: { UserName, Password } })
    expect([answer.status, messageId(answer)]).toEqual([status, id])
    expect(lab.machine.bmc.sessions.size).toBe(0)
  })
})
