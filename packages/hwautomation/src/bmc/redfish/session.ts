import { HwError, toHwError } from '../../errors.ts'
import { replyError } from './reply-error.ts'
import { pathOf } from './transport.ts'
import type { RedfishReply, RedfishTransport } from './transport.ts'
import { withinWallTime } from './wall-time.ts'

/** An open session on a BMC. It counts against the BMC's limit (8 to 16 in all) until it is deleted. */
export interface RedfishSession {
  readonly token: string
  /** Where to delete it; undefined when the BMC did not say. */
  readonly path: string | undefined
}

/** How long a cancelled login waits for its answer, and how long a logout may take in all, in wall milliseconds. */
export const CLEANUP_MS = 15_000

/**
 * Opens a session. Reads only the headers of the answer: iLO 5 puts a message where others put the session. The request is
 * sent once, and once it is out an abort waits for the answer: a session nobody knows of cannot be deleted.
 *
 * @throws HwError `bmc.auth`, `bmc.session-limit`, `bmc.login-delayed` and those of the transport
 */
export async function openSession(
  transport: RedfishTransport,
  collection: string,
  credentials: { readonly user: string; readonly password: string },
  signal: AbortSignal | undefined,
  graceMs = CLEANUP_MS,
): Promise<RedfishSession> {
  const body = { UserName: credentials.user, Password: credentials.password }
  const reply = await transport.request({ method: 'POST', path: collection, body, signal, graceMs })
  const token = reply.headers['x-auth-token']
  const failed = loginError(reply, credentials.user)
  if (failed) throw failed
  if (token === undefined || token === '') throw noToken(reply)
  transport.redactor.add(token)
  const location = reply.headers['location'] ?? selfLink(reply.body)
  return { token, path: location !== undefined && location !== '' ? knownPath(location) : undefined }
}

/** The session is open whatever stands there. */
function knownPath(location: string): string | undefined {
  try {
    return pathOf(location)
  } catch {
    return undefined
  }
}

/** How a logout went. `warning` says what the operator may find left on the BMC. */
export type LogoutOutcome =
  | { readonly gone: true; readonly wasUnknown?: true }
  | { readonly gone: false; readonly warning: string }

/**
 * Deletes a session and reads back that it is gone. Never rejects; has a deadline of its own and takes no signal, since it
 * runs after failures and aborts too. Deleting twice is harmless, so a DELETE without effect is sent once more.
 */
export async function closeSession(
  transport: RedfishTransport,
  session: RedfishSession,
  limitMs = CLEANUP_MS,
): Promise<LogoutOutcome> {
  const { path, token } = session
  if (path === undefined) return left(transport, 'the BMC did not say where it is')
  let why = 'it is still there after DELETE'
  let unknown = false
  const gone = await withinWallTime(limitMs, outOfTime, undefined, async (signal) => {
    for (let attempt = 0; attempt < 2 && !signal.aborted; attempt++) {
      const session = { path, token, signal, timeoutMs: limitMs / 4 }
      const failed = await deleteOnce(transport, session)
      unknown = failed === 'gone' && attempt === 0
      // A refused DELETE proves nothing: whether the token still opens something does.
      if (await isGone(transport, session)) return true
      why = failed === undefined || failed === 'gone' ? why : failed
    }
    return false
  })
  if (gone && unknown) return { gone, wasUnknown: true }
  return gone ? { gone } : left(transport, why)
}

interface SessionRequest {
  readonly path: string
  readonly token: string
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** `gone` when the BMC knows the session no more, undefined when it acknowledges, else what went wrong. */
async function deleteOnce(transport: RedfishTransport, session: SessionRequest): Promise<string | undefined> {
  try {
    const reply = await transport.request({ method: 'DELETE', ...session })
    return reply.status === 401 || reply.status === 404 ? 'gone' : replyError(reply)?.message
  } catch (error) {
    return toHwError(error).message
  }
}

/** A deleted session's token opens nothing any more: 401, or 404 where the BMC looks for the resource first. */
async function isGone(transport: RedfishTransport, session: SessionRequest): Promise<boolean> {
  try {
    const { status } = await transport.request({ method: 'GET', ...session })
    return status === 401 || status === 404
  } catch {
    return false
  }
}

function left(transport: RedfishTransport, why: string): LogoutOutcome {
  return {
    gone: false,
    warning: `A Redfish session stays open on the BMC at ${transport.host} until it times out: ${why}`,
  }
}

function outOfTime(): HwError {
  return new HwError({ code: 'bmc.timeout', kind: 'timeout', message: 'no answer in time' })
}

const WRONG_CREDENTIALS: ReadonlySet<string> = new Set(['bmc.session-lost', 'bmc.privilege', 'bmc.refused'])

/** The status of a wrong password is 401 on most BMCs and 400 on some; a key that says something else wins. */
function loginError(reply: RedfishReply, user: string): HwError | undefined {
  const failed = replyError(reply)
  if (failed === undefined) return undefined
  if (!WRONG_CREDENTIALS.has(failed.code) || ![400, 401, 403].includes(reply.status)) return failed
  return new HwError({
    code: 'bmc.auth',
    kind: 'auth',
    message: `The BMC at ${reply.host} refuses user ${JSON.stringify(user)}: ${failed.message}`,
    hint: 'Check the user and password of this BMC. The login is not repeated, so that the account is not locked.',
    context: { ...failed.context, user },
  })
}

function noToken(reply: RedfishReply): HwError {
  return new HwError({
    code: 'bmc.unreadable-answer',
    kind: 'transient',
    message: `The BMC at ${reply.host} answered the login with ${reply.status} but gave no X-Auth-Token`,
    hint: 'Is this address a BMC with Redfish sessions?',
    context: { host: reply.host, path: reply.path, status: reply.status },
  })
}

function selfLink(body: unknown): string | undefined {
  const id = typeof body === 'object' && body !== null && '@odata.id' in body ? body['@odata.id'] : undefined
  return typeof id === 'string' ? id : undefined
}
