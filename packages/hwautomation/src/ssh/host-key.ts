import { createHash } from 'node:crypto'
import { HwError } from '../errors.ts'

/** `trust-first`: take whatever key is shown first; `sha256`: this key and no other (`SHA256:…`, as ssh-keygen -l prints it). */
export type HostKeyRule = 'trust-first' | { readonly sha256: string } | HostKeyPin

/** A host key's fingerprint in OpenSSH's form: `SHA256:` and base64 without padding. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/**
 * The host key of one boot of one machine. An ephemeral OS makes its keys anew at every boot, so the first one seen is
 * taken (and proved by the identity check that follows), and from then on no other is accepted until the next boot,
 * which gets a pin of its own. Share one pin between all sessions of a boot.
 */
export class HostKeyPin {
  #sha256: string | undefined

  constructor(rule: HostKeyRule = 'trust-first') {
    const known = rule === 'trust-first' ? undefined : rule.sha256
    if (known !== undefined) this.#sha256 = normalised(known)
  }

  /** The only key accepted; undefined until one has been seen. */
  get sha256(): string | undefined {
    return this.#sha256
  }

  /** Takes the first key, compares every later one. */
  accepts(sha256: string): boolean {
    this.#sha256 ??= sha256
    return this.#sha256 === sha256
  }
}

/** The same pin if it is one, else a new one by that rule. */
export function pinOf(rule: HostKeyRule): HostKeyPin {
  return rule instanceof HostKeyPin ? rule : new HostKeyPin(rule)
}

/** `ssh.host-key-changed`: another machine, another boot, or somebody in between. Nothing was sent to it. */
export function hostKeyChanged(host: string, expected: string, seen: string): HwError {
  return new HwError({
    code: 'ssh.host-key-changed',
    kind: 'conflict',
    message: `${host} shows the host key ${seen}, expected was ${expected}: it is another machine, or it has been rebooted.`,
    hint: 'Find out which machine answers at this address; a reboot that nobody asked for is the usual cause.',
    context: { host, expected, seen },
  })
}

function normalised(sha256: string): string {
  const bare = sha256.replace(/^SHA256:/i, '').replace(/=+$/, '')
  if (/^[A-Za-z0-9+/]{43}$/.test(bare)) return `SHA256:${bare}`
  throw new HwError({
    code: 'ssh.bad-fingerprint',
    kind: 'invalid',
    message: `"${sha256}" is no host key fingerprint; expected is SHA256: and 43 base64 characters.`,
    hint: 'ssh-keygen -l -f KEY.pub prints it.',
  })
}
