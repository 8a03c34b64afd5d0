import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { credentials, failure, json, startIlo } from './scripted-ilo.ts'
import { failureOf, rejectionOf } from '../rejection.ts'

const { user, password } = credentials

const isLogin = (request: { method?: string | undefined }): boolean => request.method === 'POST'
const isLogout = (request: { method?: string | undefined }): boolean => request.method === 'DELETE'

describe('the service root', () => {
  test('is read without a login', async () => {
    await using ilo = await startIlo(
      (request, response) => request.headers['x-auth-token'] !== undefined && (failure(response, 500, 'x'), true),
    )
    const root = await ilo.client().serviceRoot()
    expect(root).toEqual({
      uuid: '11111111-2222-3333-4444-555555555556',
      vendor: 'HPE',
      product: 'ProLiant RL300 Gen11',
      redfishVersion: '1.13.0',
      oem: { Hpe: {} },
    })
    expect(ilo.requests).toEqual(['GET /redfish/v1/'])
  })

  test.each([
    ['a web page', '<html>router</html>'],
    ['half of an answer', '{"UUID":"1111'],
    ['a list', '[]'],
  ])('that is %s is unreadable, and no login follows', async (_what, page) => {
    await using ilo = await startIlo((_request, response) => (response.end(page), true))
    expect(await failureOf(ilo.client().login(user, password))).toMatchObject({ code: 'bmc.unreadable-answer' })
    expect(ilo.requests).toEqual(['GET /redfish/v1/'])
  })
})

describe('a session', () => {
  test('is opened, used and deleted, on this BMC though Location names another host and the body is no session', async () => {
    await using ilo = await startIlo()
    const identity = await ilo.client().withSession(credentials, (bmc) => bmc.systemIdentity())
    expect(identity).toEqual({
      serialNumber: 'CZ2D1234AB',
      uuid: '30363450-3738-5A43-3244-313233344142',
      sku: 'P46087-B21',
      model: 'ProLiant RL300 Gen11',
      manufacturer: 'HPE',
      biosVersion: 'U65 v1.62 (08/01/2024)',
      powerState: 'On',
    })
    expect(ilo.sessions.size).toBe(0)
  })

  test('may have a relative Location and no body', async () => {
    await using ilo = await startIlo((request, response, self) => {
      if (!isLogin(request)) return false
      self.sessions.set('7', 't7')
      response.writeHead(201, { 'x-auth-token': 't7', location: '/redfish/v1/SessionService/Sessions/7' }).end()
      return true
    })
    await ilo.client().withSession(credentials, (bmc) => bmc.power())
    expect(ilo.sessions.size).toBe(0)
  })

  test('is opened even when the answer is cut after its headers', async () => {
    await using ilo = await startIlo((request, response, self) => {
      if (!isLogin(request)) return false
      self.sessions.set('7', 't7')
      response.writeHead(201, {
        'x-auth-token': 't7',
        location: '/redfish/v1/SessionService/Sessions/7',
        'content-length': 99,
      })
      response.write('{', () => request.socket.destroy())
      return true
    })
    await ilo.client().withSession(credentials, (bmc) => bmc.power())
    expect(ilo.sessions.size).toBe(0)
  })

  test('is deleted when the work fails, and the failure stays what it was', async () => {
    await using ilo = await startIlo()
    const reason = new Error('the work failed')
    expect(await rejectionOf(ilo.client().withSession(credentials, () => Promise.reject(reason)))).toBe(reason)
    expect(ilo.sessions.size).toBe(0)
  })

  test('is deleted when the work is aborted', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled by ada')
    await using ilo = await startIlo((request) => {
      if (!request.url?.startsWith('/redfish/v1/Systems')) return false
      controller.abort(reason)
      return true
    })
    const { signal } = controller
    const work = ilo.client().withSession(credentials, (bmc) => bmc.power({ signal }), { signal })
    expect(await rejectionOf(work)).toBe(reason)
    expect(ilo.sessions.size).toBe(0)
    await vi.waitFor(() => expect(ilo.openSockets()).toBe(0))
  })

  test('is deleted when the abort comes while the login is out', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled by ada')
    await using ilo = await startIlo((request) => {
      if (isLogin(request)) controller.abort(reason)
      return false
    })
    expect(await rejectionOf(ilo.client().login(user, password, { signal: controller.signal }))).toBe(reason)
    expect(ilo.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1)
    expect(ilo.sessions.size).toBe(0)
  })

  test('is deleted by await using', async () => {
    await using ilo = await startIlo()
    {
      await using bmc = ilo.client()
      await bmc.login(user, password)
      expect(ilo.sessions.size).toBe(1)
    }
    expect(ilo.sessions.size).toBe(0)
  })

  test.each([400, 401])(
    'with a wrong password, answered by %i, is refused once and never tried again',
    async (status) => {
      await using ilo = await startIlo(
        (request, response) =>
          isLogin(request) && status === 400 && (failure(response, 400, 'iLO.2.15.UnauthorizedLoginAttempt'), true),
      )
      const bmc = ilo.client()
      const error = await failureOf(bmc.login(user, 'wrong-password'))
      expect(error).toMatchObject({ code: 'bmc.auth', kind: 'auth', retryable: false })
      expect(error.message).toContain('Wrong user name or password')
      const before = ilo.requests.length
      expect(await failureOf(bmc.login(user, 'wrong-password'))).toBe(error)
      expect(ilo.requests).toHaveLength(before)
      if (status === 401) await bmc.withSession(credentials, () => Promise.resolve())
    },
  )

  test('never shows its password or token in an error', async () => {
    await using ilo = await startIlo((request, response) => {
      if (isLogin(request))
        return (
          json(response, 401, {
            error: {
              '@Message.ExtendedInfo': [
                { MessageId: 'X.1.Bad', Message: `Password ${password} is wrong`, MessageArgs: [password] },
              ],
            },
          }),
          true
        )
      return false
    })
    const error = await failureOf(ilo.client().login(user, password))
    expect(inspect(error, { depth: 9 })).not.toContain(password)
    expect(JSON.stringify(error)).not.toContain(password)
  })

  test.each([
    [503, 'Base.1.12.SessionLimitExceeded', 'bmc.session-limit', undefined],
    [503, 'IDRAC.2.8.RAC0218', 'bmc.session-limit', undefined],
    [401, 'iLO.2.15.LoginAttemptDelayedSeconds', 'bmc.login-delayed', 10_000],
  ])('that is refused with %i %s is busy, not a wrong password', async (status, id, code, retryAfterMs) => {
    await using ilo = await startIlo(
      (request, response) => isLogin(request) && (failure(response, status, id, '10'), true),
    )
    const error = await failureOf(ilo.client().login(user, password))
    expect(error).toMatchObject({ code, kind: 'busy', retryable: true, retryAfterMs })
    expect(error.hint).toBeDefined()
  })

  test('whose answer is lost is not opened a second time', async () => {
    await using ilo = await startIlo((request) => isLogin(request) && (request.socket.destroy(), true))
    expect(await failureOf(ilo.client().login(user, password))).toMatchObject({
      code: 'bmc.reply-lost',
      kind: 'lost-contact-after-effect',
    })
    expect(ilo.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1)
  })

  test('that has ended on the BMC says so on the next read, and needs no logout', async () => {
    await using ilo = await startIlo()
    const bmc = ilo.client()
    await bmc.login(user, password)
    await bmc.power()
    ilo.sessions.clear()
    expect(await failureOf(bmc.power())).toMatchObject({ code: 'bmc.session-lost', kind: 'transient' })
    expect(await bmc.logout()).toMatchObject({ gone: true })
    expect(bmc.warnings).toEqual([])
  })
})

describe('a logout', () => {
  test('that is acknowledged is read back', async () => {
    await using ilo = await startIlo()
    const bmc = ilo.client()
    await bmc.login(user, password)
    expect(await bmc.logout()).toEqual({ gone: true })
    expect(ilo.after().map((request) => request.split(' ')[0])).toEqual(['DELETE', 'GET'])
    expect(await bmc.logout()).toEqual({ gone: true })
    expect(ilo.after()).toHaveLength(2)
  })

  test('whose answer is lost after the effect is read back and not a warning', async () => {
    await using ilo = await startIlo(
      (request, _response, self) => isLogout(request) && (self.sessions.clear(), request.socket.destroy(), true),
    )
    const bmc = ilo.client()
    await bmc.withSession(credentials, () => Promise.resolve())
    expect(bmc.warnings).toEqual([])
  })

  test('that is acknowledged without effect is sent once more, then is a warning in the log', async () => {
    const warn = vi.fn<(fields: object, message: string) => void>()
    const ignore = (): void => {}
    await using ilo = await startIlo(
      (request, response) => isLogout(request) && (failure(response, 200, 'Base.1.12.Success'), true),
    )
    const bmc = ilo.client({ logger: { debug: ignore, info: ignore, error: ignore, warn } })
    expect(await bmc.withSession(credentials, () => Promise.resolve('done'))).toBe('done')
    expect(ilo.after().filter((request) => request.startsWith('DELETE'))).toHaveLength(2)
    expect(bmc.warnings).toEqual([expect.stringContaining('stays open')])
    expect(warn).toHaveBeenCalledTimes(1)
  })

  test('that hangs ends in time with a warning and leaves no socket', async () => {
    await using ilo = await startIlo((request) => isLogout(request))
    const bmc = ilo.client({ cleanupTimeoutMs: 400 })
    await bmc.login(user, password)
    expect(await bmc.logout()).toMatchObject({ gone: false })
    await bmc.close()
    await vi.waitFor(() => expect(ilo.openSockets()).toBe(0))
  })
})

describe('the system', () => {
  test('is the member with BIOS and boot settings, on whichever page and place', async () => {
    await using ilo = await startIlo((request, response, self) => {
      if (self.sessions.size === 0) return false
      const pages: Record<string, unknown> = {
        '/redfish/v1/Systems/': {
          Members: [{ '@odata.id': '/redfish/v1/Systems/HGX_Baseboard_0' }],
          'Members@odata.nextLink': '/redfish/v1/Systems?$skip=1',
        },
        '/redfish/v1/Systems?$skip=1': {
          Members: [{ '@odata.id': '/redfish/v1/Systems/System_0' }],
          'Members@odata.nextLink': '/redfish/v1/Systems',
        },
        '/redfish/v1/Systems/HGX_Baseboard_0': { SerialNumber: 'BOARD', Boot: {} },
        '/redfish/v1/Systems/System_0': {
          SerialNumber: 'HOST',
          SKU: ' ',
          UUID: null,
          Bios: { '@odata.id': '/x' },
          Boot: {},
        },
      }
      const page = pages[request.url ?? '']
      if (page === undefined || request.method !== 'GET') return false
      json(response, 200, page)
      return true
    })
    expect(await ilo.client().withSession(credentials, (bmc) => bmc.systemIdentity())).toMatchObject({
      serialNumber: 'HOST',
      sku: undefined,
      uuid: undefined,
    })
  })

  test('that cannot be told from another is refused, and so is none', async () => {
    for (const members of [['1', '1'], []]) {
      await using ilo = await startIlo(
        (request, response) =>
          request.url === '/redfish/v1/Systems/' &&
          (json(response, 200, { Members: members.map((id) => ({ '@odata.id': `/redfish/v1/Systems/${id}/` })) }),
          true),
      )
      expect(await failureOf(ilo.client().withSession(credentials, (bmc) => bmc.systemIdentity()))).toMatchObject({
        code: 'bmc.no-system',
      })
    }
  })

  test.each([
    ['On', 'on'],
    ['Off', 'off'],
    ['PoweringOff', 'changing'],
    ['Paused', 'unknown'],
    [null, 'unknown'],
  ])('with PowerState %s is %s', async (raw, state) => {
    await using ilo = await startIlo()
    ilo.system['PowerState'] = raw
    expect(await ilo.client().withSession(credentials, (bmc) => bmc.power())).toMatchObject({
      state,
      raw: raw ?? undefined,
      observedAt: '2026-01-01T00:00:00.000Z',
    })
  })

  test('is not asked for without a session', async () => {
    await using ilo = await startIlo()
    expect(await failureOf(ilo.client().power())).toMatchObject({ code: 'bmc.not-logged-in' })
  })

  test('gives its BIOS resource as it is, or says that it links none', async () => {
    const bios = { Id: 'bios', Attributes: { ProcTurbo: 'Enabled' } }
    await using ilo = await startIlo((request, response) => {
      if (request.url !== '/redfish/v1/systems/1/bios/') return false
      json(response, 200, bios)
      return true
    })
    expect(await ilo.client().withSession(credentials, (bmc) => bmc.bios())).toEqual(bios)
    delete ilo.system['Bios']
    expect(await failureOf(ilo.client().withSession(credentials, (bmc) => bmc.bios()))).toMatchObject({
      code: 'bmc.no-bios',
    })
  })
})
