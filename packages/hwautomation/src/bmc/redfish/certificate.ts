import { once } from 'node:events'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import type { Dial } from '../../dial.ts'
import { HwError, isHwError } from '../../errors.ts'
import { normaliseFingerprint } from '../../lan/identity.ts'

/**
 * Which certificate a BMC may show. Nearly all of them sign their own, so a chain proves nothing:
 *
 * - `pin`: exactly the one with this SHA-256 fingerprint (hex, colons allowed)
 * - `trust-first`: whichever comes first, and from then on only that one, as long as the client lives
 * - `ca`: issued by this authority (PEM) for this host name or address
 */
export type CertificatePolicy =
  | { readonly mode: 'pin'; readonly sha256: string }
  | { readonly mode: 'trust-first' }
  | { readonly mode: 'ca'; readonly ca: string | readonly string[] }

/** The certificate a BMC showed. */
export interface SeenCertificate {
  /** SHA-256 of the certificate, 64 lower-case hex digits. */
  readonly sha256: string
  readonly subject: string
  readonly validTo: string
}

export interface TlsTarget {
  readonly host: string
  readonly port: number
  readonly dial: Dial
  readonly policy: CertificatePolicy
  readonly signal: AbortSignal
  /** Told what was seen before it is judged, so that a refused certificate can be reported too. */
  readonly onCertificate: (seen: SeenCertificate) => void
}

/**
 * A TLS connection whose certificate has passed the policy. The check comes before anything is handed to the HTTP client,
 * so a stranger never gets a byte of a request, let alone a password.
 *
 * Node's own check is off and replaced as a whole: with `rejectUnauthorized: false` Node never calls `checkServerIdentity`,
 * so a pin placed there would silently not be checked.
 *
 * @throws HwError `network.*` (no connection), `bmc.tls-failed`, `bmc.certificate-changed`, `bmc.certificate-untrusted`; `signal.reason` on abort
 */
export async function openTls(target: TlsTarget): Promise<TLSSocket> {
  const { host, port, dial, policy, signal } = target
  const raw = await dial({ host, port, signal })
  const socket = connect({
    socket: raw,
    host,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(policy.mode === 'ca' ? { ca: [policy.ca].flat() } : {}),
  })
  try {
    await once(socket, 'secureConnect', { signal })
    judge(socket, target)
    return socket
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    raw.destroy()
    signal.throwIfAborted()
    throw isHwError(error) ? error : tlsFailed(target, error)
  }
}

function judge(socket: TLSSocket, target: TlsTarget): void {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) throw tlsFailed(target, new Error('it shows no certificate'))
  const sha256 = normaliseFingerprint(certificate.fingerprint256) ?? ''
  target.onCertificate({ sha256, subject: certificate.subject.replaceAll('\n', ', '), validTo: certificate.validTo })
  if (target.policy.mode === 'pin' && normaliseFingerprint(target.policy.sha256) !== sha256)
    throw changed(target, target.policy.sha256, sha256)
  if (target.policy.mode === 'ca') {
    const named = isIP(target.host) === 0 ? certificate.checkHost(target.host) : certificate.checkIP(target.host)
    if (!socket.authorized) throw untrusted(target, sha256, String(socket.authorizationError))
    if (named === undefined)
      throw untrusted(target, sha256, `it is for ${certificate.subjectAltName ?? certificate.subject}`)
  }
}

function changed({ host, port }: TlsTarget, expected: string, seen: string): HwError {
  return new HwError({
    code: 'bmc.certificate-changed',
    kind: 'conflict',
    message: `The BMC at ${host} shows another certificate than expected: ${seen} instead of ${normaliseFingerprint(expected) ?? expected}`,
    hint: 'Another machine may answer at this address. If the BMC was reset or got a new certificate on purpose, check the fingerprint on the BMC itself and update the pin.',
    context: { host, port, expected: normaliseFingerprint(expected) ?? expected, seen },
  })
}

function untrusted({ host, port }: TlsTarget, seen: string, why: string): HwError {
  return new HwError({
    code: 'bmc.certificate-untrusted',
    kind: 'conflict',
    message: `The certificate of the BMC at ${host} is not vouched for by the configured authority: ${why}`,
    hint: 'Install a certificate of your authority on the BMC for this name and address, or pin the fingerprint instead.',
    context: { host, port, seen },
  })
}

function tlsFailed({ host, port }: TlsTarget, cause: unknown): HwError {
  return new HwError({
    code: 'bmc.tls-failed',
    kind: 'transient',
    message: `No TLS connection to ${host} port ${port}: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: 'Is this the HTTPS port of a BMC? A BMC that restarts drops connections for some minutes.',
    context: { host, port },
    cause,
  })
}
