import pRetry from 'p-retry'
import { isHwError } from '../errors.ts'
import { SshSession, type SshSessionOptions } from './ssh-session.ts'

export interface Persistence {
  /** Tries after the first one. Default 8, which with the backoff takes about 15 s. */
  readonly retries?: number
}

/** sshd drops new connections before they have logged in (MaxStartups), and a host on its way up refuses them. */
const PASSING: ReadonlySet<string> = new Set(['network.refused', 'ssh.handshake', 'ssh.unreachable'])

/**
 * Opens a session to a host that is known to be up, and does not take its first "no room" for an answer:
 * connections that are refused or dropped before the login are tried again, with jitter, so that many at once get in turn by turn.
 * Refused keys and changed host keys are never tried again.
 *
 * @throws as `SshSession.open`
 */
export async function openSession(options: SshSessionOptions, { retries = 8 }: Persistence = {}): Promise<SshSession> {
  let opened: SshSession | undefined
  try {
    return await pRetry(async () => (opened = await SshSession.open(options)), {
      retries,
      minTimeout: 150,
      maxTimeout: 3000,
      randomize: true,
      shouldRetry: ({ error }) => isHwError(error) && PASSING.has(error.code),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  } catch (error) {
    // p-retry drops a success that lands after an abort.
    await opened?.close()
    // It also wraps a reason that is no Error.
    options.signal?.throwIfAborted()
    throw error
  }
}
