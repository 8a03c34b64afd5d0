import { HwError } from '../../errors.ts'
import type { ErrorKind } from '../../errors.ts'
import { mostSevere } from './extended-info.ts'
import type { RedfishReply } from './transport.ts'

/**
 * The failure an answer reports, or undefined when it reports none. Every 2xx is looked into as well, since BMCs put errors
 * inside; "a reset is required" in there is not one.
 *
 * Codes: `bmc.session-lost`, `bmc.session-limit`, `bmc.login-delayed`, `bmc.privilege`, `bmc.password-change-required`,
 * `bmc.licence`, `bmc.busy`, `bmc.redirected`, `bmc.no-such-resource`, `bmc.server-error`, `bmc.refused`.
 */
export function replyError(reply: RedfishReply): HwError | undefined {
  const worst = mostSevere(reply.messages)
  const known = reply.messages.map(({ key }) => BY_KEY.get(key)).find((verdict) => verdict !== undefined)
  if (reply.status >= 200 && reply.status < 300) {
    const failed = known !== undefined || (worst?.severity === 'Critical' && worst.key !== '')
    return failed ? toError(reply, known ?? REFUSED) : undefined
  }
  return toError(reply, known ?? byStatus(reply.status))
}

interface Verdict {
  readonly code: string
  readonly kind: ErrorKind
  readonly hint: string
}

const REFUSED: Verdict = {
  code: 'bmc.refused',
  kind: 'invalid',
  hint: 'Read what the BMC says; repeating the same request will not help.',
}
const BUSY: Verdict = {
  code: 'bmc.busy',
  kind: 'busy',
  hint: 'Wait until the system has finished POST or the BMC its current work, then try again.',
}
const SESSION_LIMIT: Verdict = {
  code: 'bmc.session-limit',
  kind: 'busy',
  hint: 'Close unused sessions on the BMC (web page, Redfish SessionService) or wait until they time out, usually after 30 minutes.',
}
const SESSION_LOST: Verdict = {
  code: 'bmc.session-lost',
  kind: 'transient',
  hint: 'The BMC ended the session (idle time-out or reset): log in again.',
}
const LICENCE: Verdict = {
  code: 'bmc.licence',
  kind: 'licence',
  hint: 'Install the licence on the BMC, or use a way that needs none.',
}
const PRIVILEGE: Verdict = {
  code: 'bmc.privilege',
  kind: 'auth',
  hint: 'Give the BMC user the administrator role, or use another user.',
}
const DELAYED: Verdict = {
  code: 'bmc.login-delayed',
  kind: 'busy',
  hint: 'Somebody failed to log in several times; check who, and wait.',
}
const PASSWORD: Verdict = {
  code: 'bmc.password-change-required',
  kind: 'auth',
  hint: 'Set a new password for this user on the BMC.',
}
const LOCKDOWN: Verdict = {
  code: 'bmc.refused',
  kind: 'conflict',
  hint: 'The server is in system lockdown mode: switch it off in the iDRAC, and on again afterwards.',
}
const SERVER_ERROR: Verdict = {
  code: 'bmc.server-error',
  kind: 'transient',
  hint: 'Try again; if it stays, reset the BMC.',
}
const MISSING: Verdict = {
  code: 'bmc.no-such-resource',
  kind: 'invalid',
  hint: 'Does this address belong to a BMC with Redfish, and is its firmware recent?',
}
const REDIRECTED: Verdict = {
  code: 'bmc.redirected',
  kind: 'invalid',
  hint: 'Redirects are not followed, so that no credential goes elsewhere; is this address the BMC itself?',
}

const BY_KEY: ReadonlyMap<string, Verdict> = new Map(
  Object.entries({
    NoValidSession: SESSION_LOST,
    SessionLimitExceeded: SESSION_LIMIT,
    RAC0218: SESSION_LIMIT,
    LoginAttemptDelayedSeconds: DELAYED,
    LoginAttemptDelayed: DELAYED,
    InsufficientPrivilege: PRIVILEGE,
    PasswordChangeRequired: PASSWORD,
    LicenseKeyRequired: LICENCE,
    OemLicenseNotPassed: LICENCE,
    InvalidOperationForSystemState: BUSY,
    UnableToModifyDuringSystemPOST: BUSY,
    ResourceNotReadyRetry: BUSY,
    ResourceInUse: BUSY,
    ResourceInStandby: BUSY,
    ServiceTemporarilyUnavailable: BUSY,
    OemFirmwareAlreadyInUpdateMode: BUSY,
    SYS518: BUSY,
    RAC0508: BUSY,
    SYS406: LOCKDOWN,
  }),
)

function byStatus(status: number): Verdict {
  if (status >= 300 && status < 400) return REDIRECTED
  if (status === 401) return SESSION_LOST
  if (status === 403) return PRIVILEGE
  if (status === 404) return MISSING
  if (status === 429 || status === 503) return BUSY
  return status >= 500 ? SERVER_ERROR : REFUSED
}

function toError(reply: RedfishReply, { code, kind, hint }: Verdict): HwError {
  const worst = mostSevere(reply.messages)
  const says = [worst?.text ?? reply.text.replaceAll(/\s+/g, ' ').slice(0, 120), worst?.resolution].filter(
    (part) => part !== undefined && part !== '',
  )
  const wait = retryAfterMs(reply)
  return new HwError({
    code,
    kind,
    message: `The BMC at ${reply.host} answered ${reply.method} ${reply.path} with ${reply.status}${says.length > 0 ? `: ${says.join(' ')}` : ''}`,
    hint,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    context: { host: reply.host, method: reply.method, path: reply.path, status: reply.status, messageId: worst?.id },
  })
}

/** No timer takes any number; who still says so after an hour is asked again. */
const LONGEST_WAIT_S = 3600

function retryAfterMs(reply: RedfishReply): number | undefined {
  const delayed = reply.messages.find(({ key }) => key === 'LoginAttemptDelayedSeconds')?.args[0]
  const seconds = Number(reply.headers['retry-after'] ?? delayed)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, LONGEST_WAIT_S) * 1000 : undefined
}
