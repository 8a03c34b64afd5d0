import type { Answer } from '../../call.ts'
import type { LabClock } from '../../clock.ts'
import type { BmcSession, BmcUser, Machine } from '../../world/machine.ts'
import type { RedfishReply } from './reply.ts'

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
  /** Ends those that have been idle for too long: as a BMC does, whether anybody asks or not. */
  expire(): void
}

/** What differs between the session services of the vendors. */
export interface SessionRules {
  readonly idleMs: number
  readonly most: number
  /** So many wrong passwords, and nobody gets in for `lockMs`. */
  readonly failuresBeforeLock: number
  /** Older ones do not count; left out: all do. */
  readonly failureWindowMs?: number
  readonly lockMs: number
  newId(user: string, taken: ReadonlyMap<string, BmcSession>): string
  newToken(): string
  location(id: string, host: string): string
  body(id: string, session: BmcSession, mine: boolean): unknown
  collection(ids: readonly string[], mine: string | undefined): unknown
  readonly words: {
    locked(): RedfishReply
    wrongPassword(): RedfishReply
    missingProperty(name: string): RedfishReply
    full(): RedfishReply
    closed(): RedfishReply
    noSuchSession(id: string): RedfishReply
  }
}

/** The session service of one BMC, by its vendor's rules. */
export function createSessions(machine: Machine, clock: LabClock, rules: SessionRules): Sessions {
  const { bmc } = machine
  const { words } = rules
  let failures: readonly number[] = []
  let lockedUntil = 0

  const expire = () => {
    const oldest = clock.now() - rules.idleMs
    for (const [id, session] of bmc.sessions) if (session.lastUsedAt < oldest) bmc.sessions.delete(id)
  }

  const logIn = (name: string, password: string): BmcUser | RedfishReply => {
    if (clock.now() < lockedUntil) return words.locked()
    const user = bmc.users.find((each) => each.enabled && each.name === name && each.password === password)
    if (user === undefined) {
      const since = clock.now() - (rules.failureWindowMs ?? Infinity)
      failures = [...failures.filter((at) => at > since), clock.now()]
      if (failures.length >= rules.failuresBeforeLock) lockedUntil = clock.now() + rules.lockMs
      return words.wrongPassword()
    }
    failures = []
    return user
  }

  const userOf = (session: BmcSession) => bmc.users.find((user) => user.name === session.user && user.enabled)

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
      if (typeof name !== 'string') return { reply: () => words.missingProperty('UserName') }
      if (typeof password !== 'string') return { reply: () => words.missingProperty('Password') }
      const user = logIn(name, password)
      if ('status' in user) return { reply: () => user }
      if (bmc.sessions.size >= rules.most) return { reply: () => words.full() }
      const id = rules.newId(name, bmc.sessions)
      const session: BmcSession = {
        token: rules.newToken(),
        user: name,
        openedAt: clock.now(),
        lastUsedAt: clock.now(),
      }
      return {
        effect: () => void bmc.sessions.set(id, session),
        reply: () => ({
          status: 201,
          headers: { 'X-Auth-Token': session.token, Location: rules.location(id, host) },
          body: rules.body(id, session, true),
        }),
      }
    },

    close: (id) =>
      bmc.sessions.has(id)
        ? { effect: () => void bmc.sessions.delete(id), reply: () => words.closed() }
        : { reply: () => words.noSuchSession(id) },

    collection: (caller) => rules.collection([...bmc.sessions.keys()], caller.sessionId),
    resource(id, caller) {
      const session = bmc.sessions.get(id)
      return session === undefined ? undefined : rules.body(id, session, id === caller.sessionId)
    },
  }
}
