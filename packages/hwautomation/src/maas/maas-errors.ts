import { HwError, type ErrorContext, type ErrorKind } from '../errors.ts'

/**
 * What is known about a request's effect when it fails.
 *
 * - `no`: nothing left this process, so nothing can have happened
 * - `refused`: MAAS answered, and its answer says that it did not do it
 * - `unknown`: it was sent, and no answer of MAAS rules the effect out; re-read before doing it again
 */
export type Sent = 'no' | 'refused' | 'unknown'

export interface MaasErrorEntry {
  readonly kind: ErrorKind
  /** The kind where a changing call (POST, PUT) was sent and may have had its effect. */
  readonly kindIfSent?: ErrorKind
  readonly meaning: string
  readonly hint: string
}

/** Every error code of the MAAS client: the page of errors in the documentation is made from this table. */
export const MAAS_ERRORS = {
  'maas.invalid-config': {
    kind: 'invalid',
    meaning: 'The URL or the API key cannot be used.',
    hint: 'URL: http(s)://HOST:5240/MAAS without user or password; API key: the three parts that `maas apikey --username=NAME` prints.',
  },
  'maas.unreachable': {
    kind: 'transient',
    meaning: 'No connection to MAAS: refused, no route, or the host name does not resolve.',
    hint: 'Check the MAAS URL and that the region controller answers there: curl URL/api/2.0/version/',
  },
  'maas.tls': {
    kind: 'invalid',
    meaning: 'The TLS handshake with MAAS failed.',
    hint: 'Check http or https in the MAAS URL; for a certificate of your own give its CA (NODE_EXTRA_CA_CERTS).',
  },
  'maas.wrong-url': {
    kind: 'invalid',
    meaning: 'A web server answered, but not with the MAAS API 2.0.',
    hint: 'The URL usually ends in :5240/MAAS; redirects are not followed, so use the final address.',
  },
  'maas.timeout': {
    kind: 'timeout',
    meaning: 'MAAS did not answer in time, and nothing can have changed: a read, or a request that was never sent.',
    hint: 'Look at the load of the region controller; the time-outs are configurable.',
  },
  'maas.auth': {
    kind: 'auth',
    meaning: 'MAAS refused the API key. Its answer is never shown: it can contain the secret.',
    hint: 'Create a new API key in MAAS and put it in the configuration.',
  },
  'maas.clock-skew': {
    kind: 'auth',
    meaning: 'MAAS refused the request as too old: its clock is more than 300 s ahead of ours.',
    hint: 'Synchronise the clocks of this host and of the region controller (NTP).',
  },
  'maas.forbidden': {
    kind: 'auth',
    meaning: 'The API key is right, but its user may not do this, or the machine is locked.',
    hint: "Use an administrator's API key; a locked machine has to be unlocked, and somebody else's left to its owner.",
  },
  'maas.not-found': {
    kind: 'invalid',
    meaning: 'MAAS knows no such machine, tag or result.',
    hint: 'It may have been deleted in MAAS; look it up by host name.',
  },
  'maas.no-such-machine': {
    kind: 'invalid',
    meaning: 'No machine has this host name, FQDN or system_id.',
    hint: "Check the spelling in MAAS's list of machines; without an administrator's key MAAS leaves out what other users own.",
  },
  'maas.ambiguous-machine': {
    kind: 'invalid',
    meaning: 'More than one machine answers to this name.',
    hint: 'Name the machine by its FQDN or system_id, or rename one of them.',
  },
  'maas.wrong-state': {
    kind: 'conflict',
    meaning: "The machine's status does not allow this.",
    hint: "Look at the machine's status and events in MAAS: somebody else may be working on it.",
  },
  'maas.busy': {
    kind: 'busy',
    meaning: 'Another power action on the machine is still running, or MAAS is overloaded.',
    hint: 'Wait some seconds and repeat; an IPMI action takes 4-5 s.',
  },
  'maas.bmc-unreachable': {
    kind: 'transient',
    kindIfSent: 'lost-contact-after-effect',
    meaning: 'MAAS does not reach the BMC of the machine, or the BMC refuses the credentials that MAAS has.',
    hint: "Check the power address and credentials in MAAS, the BMC's cable, and the rack controller.",
  },
  'maas.conflict-page': {
    kind: 'busy',
    meaning: 'The database of MAAS gave up on a conflict and changed nothing.',
    hint: "Repeat it; if it stays, another machine's record has the same power address.",
  },
  'maas.invalid': {
    kind: 'invalid',
    meaning: 'MAAS refused a value, or the call itself; the fields and its words are in the error.',
    hint: 'Correct the named field.',
  },
  'maas.lost-answer': {
    kind: 'transient',
    kindIfSent: 'lost-contact-after-effect',
    meaning: 'The request was sent, and the connection ended or the time ran out before the answer was complete.',
    hint: "Look at the machine's status and events in MAAS before repeating it.",
  },
  'maas.server-error': {
    kind: 'transient',
    kindIfSent: 'lost-contact-after-effect',
    meaning: 'MAAS, or a proxy before it, failed while it served the request.',
    hint: 'Look at the log of the region controller.',
  },
  'maas.unexpected-answer': {
    kind: 'transient',
    kindIfSent: 'lost-contact-after-effect',
    meaning: 'The answer is not what the MAAS API 2.0 documents; the error names the field.',
    hint: 'Check that the URL leads to MAAS 3.x and to nothing else; then report it with the version of MAAS.',
  },
  'maas.closed': {
    kind: 'cancelled',
    meaning: 'The client was closed while the request was under way, or before.',
    hint: 'Close the client after its last user.',
  },
} as const satisfies Record<string, MaasErrorEntry>

export type MaasErrorCode = keyof typeof MAAS_ERRORS

export interface MaasErrorInit {
  readonly message: string
  readonly sent: Sent
  /** The call changes something: with `sent: 'unknown'` the table's `kindIfSent` applies. */
  readonly mutating?: boolean
  /** Instead of the table's. */
  readonly hint?: string
  readonly retryAfterMs?: number | undefined
  readonly context?: ErrorContext
  readonly cause?: unknown
}

/** An error of the table above. Its context says whether the request can have had an effect (`sent`). */
export function maasError(code: MaasErrorCode, init: MaasErrorInit): HwError {
  const entry: MaasErrorEntry = MAAS_ERRORS[code]
  const mayHaveHappened = init.sent === 'unknown' && init.mutating === true
  return new HwError({
    code,
    kind: (mayHaveHappened ? entry.kindIfSent : undefined) ?? entry.kind,
    message: init.message,
    hint: init.hint ?? entry.hint,
    context: { ...init.context, sent: init.sent },
    ...(init.retryAfterMs === undefined ? {} : { retryAfterMs: init.retryAfterMs }),
    ...(init.cause === undefined ? {} : { cause: init.cause }),
  })
}
