import { randomBytes } from 'node:crypto'
import type { Answer } from '../../call.ts'
import type { LabClock } from '../../clock.ts'
import type { BmcSession, BmcUser, Machine } from '../../world/machine.ts'
import { envelope, missing, success, type RedfishReply } from './message.ts'

/** `Managers/1 .Oem.Hpe.IdleConnectionTimeoutMinutes` as captured. */
export const IDLE_MINUTES = 30
/** Assumed: HPE publishes no number, only the message. */
const MOST_SESSIONS = 20
/** `AccountService.Oem.Hpe.AuthFailuresBeforeDelay` and `AuthFailureDelayTimeSeconds` as captured. */
export const FAILURES_BEFORE_DELAY = 5
export const FAILURE_DELAY_SECONDS = 10
const SESSIONS = '/redfish/v1/SessionService/Sessions/'

/** Who is asking: a session, or one request's worth of Basic authentication. */
export interface Caller {
  readonly user: BmcUser
  readonly sessionId: string | undefined
}

/** Log-ins of one BMC. The throttle counts all users together and starts anew with a good log-in (assumed). */
export interface Sessions {
  /** The caller, nobody (no credentials), or the refusal of bad ones. */
  identify(headers: { token: string | undefined; authorization: string | undefined }): Caller | RedfishReply | undefined
  open(credentials: Readonly<Record<string, unknown>>, host: string): Answer<RedfishReply>
  close(id: string): Answer<RedfishReply>
  collection(caller: Caller): unknown
  resource(id: string, caller: Caller): unknown
  /** Ends those that have been idle for too long: as iLO does, whether anybody asks or not. */
  expire(): void
}

/** HPE iLO's session service (iLO RESTful API reference, "Managing sessions"). Status 401 of a wrong password is assumed. */
export function createSessions(machine: Machine, clock: LabClock): Sessions {
  const { bmc } = machine
  let failures = 0
  let delayedUntil = 0

  const expire = () => {
    const oldest = clock.now() - IDLE_MINUTES * 60_000
    for (const [id, session] of bmc.sessions) if (session.lastUsedAt < oldest) bmc.sessions.delete(id)
  }

  const logIn = (name: string, password: string): BmcUser | RedfishReply => {
    if (clock.now() < delayedUntil)
      return envelope(401, 'iLO.2.15.LoginAttemptDelayedSeconds', String(FAILURE_DELAY_SECONDS))
    const user = bmc.users.find((each) => each.enabled && each.name === name && each.password === password)
    if (user === undefined) {
      failures += 1
      if (failures >= FAILURES_BEFORE_DELAY) delayedUntil = clock.now() + FAILURE_DELAY_SECONDS * 1000
      return envelope(401, 'iLO.2.15.UnauthorizedLoginAttempt')
    }
    failures = 0
    return user
  }

  const userOf = (session: BmcSession) => bmc.users.find((user) => user.name === session.user && user.enabled)

  const resource = (id: string, caller: Caller) => {
    const session = bmc.sessions.get(id)
    return session === undefined ? undefined : bodyOf(id, session, id === caller.sessionId)
  }

  return {
    expire,
    identify({ token, authorization }) {
      expire()
      if (token !== undefined) {
        const found = [...bmc.sessions].find(([, session]) => session.token === token)
        const user = found === undefined ? undefined : userOf(found[1])
        if (found === undefined || user === undefined) return undefined
        found[1].lastUsedAt = clock.now()
        return { user, sessionId: found[0] }
      }
      if (authorization?.startsWith('Basic ') !== true) return undefined
      const [name = '', ...password] = Buffer.from(authorization.slice(6), 'base64').toString().split(':')
      const user = logIn(name, password.join(':'))
      return 'status' in user ? user : { user, sessionId: undefined }
    },

    open(credentials, host) {
      expire()
      const { UserName: name, Password: password } = credentials
      if (typeof name !== 'string') return { reply: () => envelope(400, 'Base.1.12.PropertyMissing', 'UserName') }
      if (typeof password !== 'string') return { reply: () => envelope(400, 'Base.1.12.PropertyMissing', 'Password') }
      const user = logIn(name, password)
      if ('status' in user) return { reply: () => user }
      // Status 503 is assumed.
      if (bmc.sessions.size >= MOST_SESSIONS) return { reply: () => envelope(503, 'Base.1.12.SessionLimitExceeded') }
      const id = `${name}${randomBytes(8).toString('hex')}`
      const session: BmcSession = {
        token: randomBytes(16).toString('hex'),
        user: name,
        openedAt: clock.now(),
        lastUsedAt: clock.now(),
      }
      return {
        effect: () => void bmc.sessions.set(id, session),
        reply: () => ({
          status: 201,
          headers: { 'X-Auth-Token': session.token, Location: `https://${host}${SESSIONS}${id}/` },
          body: bodyOf(id, session, true),
        }),
      }
    },

    close: (id) =>
      bmc.sessions.has(id)
        ? { effect: () => void bmc.sessions.delete(id), reply: success }
        : { reply: () => missing(`${SESSIONS}${id}/`) },

    collection: (caller) => ({
      '@odata.context': '/redfish/v1/$metadata#SessionCollection.SessionCollection',
      '@odata.id': SESSIONS,
      '@odata.type': '#SessionCollection.SessionCollection',
      Name: 'Sessions',
      Description: 'Manager User Sessions',
      Members: [...bmc.sessions.keys()].map((id) => ({ '@odata.id': `${SESSIONS}${id}/` })),
      'Members@odata.count': bmc.sessions.size,
      ...(caller.sessionId === undefined
        ? {}
        : { Oem: { Hpe: { Links: { MySession: { '@odata.id': `${SESSIONS}${caller.sessionId}/` } } } } }),
    }),
    resource,
  }
}

function bodyOf(id: string, session: BmcSession, mine: boolean): unknown {
  const at = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
  return {
    '@odata.context': '/redfish/v1/$metadata#Session.Session',
    '@odata.id': `${SESSIONS}${id}/`,
    '@odata.type': '#Session.v1_0_0.Session',
    Id: id,
    Name: 'User Session',
    Description: 'Manager User Session',
    UserName: session.user,
    Oem: {
      Hpe: {
        AccessTime: at(session.lastUsedAt),
        LoginTime: at(session.openedAt),
        MySession: mine,
        UserExpires: at(session.lastUsedAt + IDLE_MINUTES * 60_000),
        UserTag: 'REST',
        UserType: 'Local',
      },
    },
  }
}
