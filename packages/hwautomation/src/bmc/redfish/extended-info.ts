/** One message of a Redfish answer (`@Message.ExtendedInfo`), from whichever dialect. */
export interface ExtendedMessage {
  /** Last part of the MessageId, e.g. `NoValidSession`; the versions before it differ between firmwares. */
  readonly key: string
  /** As sent, e.g. `iLO.2.15.NoValidSession`. */
  readonly id: string
  readonly text: string
  readonly severity: 'OK' | 'Warning' | 'Critical'
  readonly args: readonly string[]
  readonly resolution: string | undefined
}

/**
 * All messages of an answer's body: inside `error`, at the root (OpenBMC), below `Success` or `Accepted` (Supermicro), as an
 * array or a single object (Dell on 415). iLO sends no text, so the ones that matter here have a built-in one.
 */
export function extendedMessages(body: unknown): ExtendedMessage[] {
  if (!isRecord(body)) return []
  return [body, body['error'], body['Success'], body['Accepted']].filter(isRecord).flatMap((holder) => {
    const info = holder['@Message.ExtendedInfo'] ?? holder['Messages']
    return (Array.isArray(info) ? info : [info])
      .filter(isRecord)
      .map(toMessage)
      .filter(({ id, text }) => id !== '' || text !== '')
  })
}

/** The worst of them; among equals the first. "See ExtendedInfo" entries say nothing and lose against any other. */
export function mostSevere(messages: readonly ExtendedMessage[]): ExtendedMessage | undefined {
  const rank = (message: ExtendedMessage): number =>
    SEVERITIES.indexOf(message.severity) * 2 + (VOID_KEYS.has(message.key) ? 0 : 1)
  return messages.toSorted((a, b) => rank(b) - rank(a))[0]
}

/** Last dot-separated part: `Base.1.12.NoValidSession`, `IDRAC.2.8.SYS403`, `SMC.v1_0_0.OemX`, bare `RED001`. */
export function messageKey(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1)
}

const SEVERITIES = ['OK', 'Warning', 'Critical'] as const
const VOID_KEYS: ReadonlySet<string> = new Set(['GeneralError', 'ExtendedInfo', ''])

/** They go into errors and records: enough for any registry's, and no more. */
const LONGEST_WORD = 200
const LONGEST_TEXT = 1000

function toMessage(entry: Record<string, unknown>): ExtendedMessage {
  const id = (string(entry['MessageId']) ?? string(entry['MessageID']) ?? '').slice(0, LONGEST_WORD)
  const key = messageKey(id)
  const builtIn = BUILT_IN.get(key)
  const given: readonly unknown[] = Array.isArray(entry['MessageArgs']) ? entry['MessageArgs'] : []
  const args = given.slice(0, 9).map((arg) => String(arg).slice(0, LONGEST_WORD))
  return {
    key,
    id,
    text: (string(entry['Message']) ?? fillIn(builtIn?.text ?? id, args)).slice(0, LONGEST_TEXT),
    severity: severity(entry) ?? builtIn?.severity ?? 'Warning',
    args,
    resolution: string(entry['Resolution'])?.slice(0, LONGEST_TEXT),
  }
}

function severity(entry: Record<string, unknown>): ExtendedMessage['severity'] | undefined {
  const word = (string(entry['MessageSeverity']) ?? string(entry['Severity']))?.toLowerCase()
  if (word === 'informational') return 'OK'
  return SEVERITIES.find((known) => known.toLowerCase() === word)
}

/** `%1` … `%9` are the message's arguments (DSP0266, MessageArgs). */
function fillIn(text: string, args: readonly string[]): string {
  return text.replaceAll(/%([1-9])/g, (placeholder, digit: string) => args[Number(digit) - 1] ?? placeholder)
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** In our words, after the Base registry (DSP8011) and the iLO message registry of the HPE iLO RESTful API documentation. */
const BUILT_IN: ReadonlyMap<string, Pick<ExtendedMessage, 'text' | 'severity'>> = new Map(
  Object.entries({
    Success: { text: 'Done', severity: 'OK' },
    Created: { text: 'Created', severity: 'OK' },
    Accepted: { text: 'Accepted', severity: 'OK' },
    NoOperation: { text: 'Nothing had to be changed', severity: 'OK' },
    SystemResetRequired: { text: 'The system must be reset for the change to take effect', severity: 'Warning' },
    ResetRequired: { text: 'A reset is required for the change to take effect', severity: 'Warning' },
    NoValidSession: { text: 'There is no valid session', severity: 'Critical' },
    UnauthorizedLoginAttempt: { text: 'Wrong user name or password', severity: 'Critical' },
    ResourceAtUriUnauthorized: { text: 'Wrong user name or password', severity: 'Critical' },
    LoginAttemptDelayedSeconds: {
      text: 'Logins are delayed for %1 seconds after failed attempts',
      severity: 'Warning',
    },
    LoginAttemptDelayed: { text: 'Logins are delayed after failed attempts', severity: 'Warning' },
    SessionLimitExceeded: { text: 'All sessions of the BMC are in use', severity: 'Critical' },
    InsufficientPrivilege: { text: 'The user lacks the privilege for this', severity: 'Critical' },
    PasswordChangeRequired: { text: 'The password must be changed before anything else', severity: 'Critical' },
    InvalidOperationForSystemState: { text: 'The current power state does not allow this', severity: 'Warning' },
    UnableToModifyDuringSystemPOST: { text: 'Not possible while the system is in POST', severity: 'Warning' },
    ResourceNotReadyRetry: { text: 'The resource is not ready yet', severity: 'Warning' },
    LicenseKeyRequired: { text: 'The BMC lacks the licence for this', severity: 'Critical' },
    ResourceMissingAtURI: { text: 'There is no resource at %1', severity: 'Critical' },
    ResourceNotFound: { text: 'There is no %1 named %2', severity: 'Critical' },
    ActionParameterNotSupported: { text: 'The parameter %1 is not supported', severity: 'Warning' },
    ActionParameterValueNotInList: {
      text: 'The value %1 of parameter %2 is not among the allowed ones',
      severity: 'Warning',
    },
    MalformedJSON: { text: 'The request is not valid JSON', severity: 'Critical' },
    InternalError: { text: 'The BMC has an internal error', severity: 'Critical' },
  } as const),
)
