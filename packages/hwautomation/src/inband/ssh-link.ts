import { systemClock, type Clock } from '../clock.ts'
import type { Dial } from '../dial.ts'
import { HwError, isHwError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { HostLocation } from '../provisioning/host.ts'
import type { Redactor } from '../redaction.ts'
import { SshSession, type SshTimeouts } from '../ssh/ssh-session.ts'

/** How we log in to hosts. */
export interface SshLogin {
  readonly username: string
  readonly privateKey: string
  readonly passphrase?: string | undefined
  readonly dial: Dial
  readonly timeouts?: Partial<SshTimeouts> | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
}

/** A lost connection is taken up again this often; a named remote command goes on meanwhile. */
const TRIES = 4
const WAIT_MS = 3_000

/** One connection at a time to one boot of one host, made when it is needed and again when it is lost. */
export class SshLink {
  readonly #login: SshLogin
  readonly #location: () => HostLocation | undefined
  #session: SshSession | undefined

  constructor(login: SshLogin, location: () => HostLocation | undefined) {
    this.#login = login
    this.#location = location
  }

  /** Takes over a connection that stands already. */
  adopt(session: SshSession): void {
    this.#session = session
  }

  /**
   * Does work on the connection, and again on a new one if it was lost: whoever works here must be safe to repeat, as named runs are.
   * Work that is not over within `limitMs` of wall time loses its connection.
   */
  async use<T>(
    signal: AbortSignal,
    limitMs: number,
    work: (session: SshSession, bootId: string) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const location = this.#location()
        if (location === undefined) throw noHost()
        const session = await this.#open(location, signal)
        return await within(limitMs, session, work(session, location.bootId))
      } catch (error) {
        signal.throwIfAborted()
        if (!isHwError(error) || !LOST.has(error.code) || attempt >= TRIES) throw error
        await this.hangUp()
        await this.#login.clock.sleep(WAIT_MS * attempt, signal)
      }
    }
  }

  async hangUp(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await session?.close()
  }

  async #open({ address, hostKey }: HostLocation, signal: AbortSignal): Promise<SshSession> {
    if (this.#session && !this.#session.isClosed) return this.#session
    const { clock: _, timeouts, ...login } = this.#login
    this.#session = await SshSession.open({
      ...login,
      host: address,
      hostKey: { sha256: hostKey },
      signal,
      ...(timeouts ? { timeouts } : {}),
    })
    return this.#session
  }
}

/** A channel that never answers ends with its connection: there is no other way to be rid of it. */
async function within<T>(limitMs: number, session: SshSession, work: Promise<T>): Promise<T> {
  if (limitMs === Number.POSITIVE_INFINITY) return work
  const over = new AbortController()
  systemClock.sleep(limitMs, over.signal).then(
    () => session.close(),
    () => {},
  )
  try {
    return await work
  } finally {
    over.abort()
  }
}

/** A command that is over time is stopped first, which takes as long again at most. */
export function twice(ms: number | undefined): number {
  return ms === undefined ? Number.POSITIVE_INFINITY : 2 * ms
}

/** Errors that mean: the connection, not the command. */
const LOST: ReadonlySet<string> = new Set([
  'ssh.lost',
  'ssh.not-connected',
  'ssh.channel',
  'ssh.handshake',
  'ssh.unreachable',
  'ssh.timeout',
  'network.refused',
  'network.timeout',
  'network.proxy',
  'network.failed',
])

function noHost(): HwError {
  return new HwError({
    code: 'ssh.no-host',
    kind: 'internal',
    message: 'There is no shell yet: the machine’s address has not been found.',
    hint: 'A step that uses the host shell belongs after retrieve-ip.',
  })
}
