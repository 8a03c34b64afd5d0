import { HwError, isHwError } from '../errors.ts'

/** What ssh2 adds to its errors. */
interface Ssh2Error extends Error {
  readonly level?: string
  readonly code?: string | number
}

/** Why no session came to stand, out of what ssh2 and node-ssh reject with. */
export function connectError(error: unknown, host: string, port: number): HwError {
  if (isHwError(error)) return error
  const cause: Ssh2Error = error instanceof Error ? error : new Error(String(error))
  const at = `${host} port ${port}`
  const context = { host, port }
  if (cause.level === 'client-authentication') {
    return new HwError({
      code: 'ssh.auth',
      kind: 'auth',
      message: `${at} refused the SSH key.`,
      hint: 'MAAS gives a booting machine the SSH keys of the user whose API key is used: add the public key to that user, then boot the machine again.',
      context,
      cause,
    })
  }
  if (/privateKey|private key|passphrase/i.test(cause.message)) {
    return new HwError({
      code: 'ssh.private-key',
      kind: 'invalid',
      message:
        'The SSH private key cannot be used: it is not a key in OpenSSH or PEM form, or its passphrase is missing or wrong.',
      hint: 'Check the configured private key and passphrase with ssh-keygen -y -f KEY.',
      context,
    })
  }
  if (/no matching/i.test(cause.message)) {
    return new HwError({
      code: 'ssh.incompatible',
      kind: 'invalid',
      message: `${at} and this client have no SSH algorithm in common: ${cause.message}`,
      hint: 'The host offers only algorithms that are obsolete or too new; look at its sshd_config.',
      context,
      cause,
    })
  }
  if (cause.level === 'client-timeout') return connectTimeout(host, port, cause)
  if (cause.level === 'client-socket') return unreachable(host, port, cause)
  return new HwError({
    code: 'ssh.handshake',
    kind: 'transient',
    message: `${at} accepted the connection and gave it up before SSH was up: ${cause.message}`,
    hint: 'The host may be booting, or its sshd refuses new connections for the moment (MaxStartups); it is tried again.',
    context,
    cause,
  })
}

/** No connection, or it broke before SSH was up. */
export function unreachable(host: string, port: number, cause: unknown): HwError {
  return new HwError({
    code: 'ssh.unreachable',
    kind: 'transient',
    message: `No SSH connection to ${host} port ${port}: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: 'The host may be booting or going down; it is tried again.',
    context: { host, port },
    cause,
  })
}

/** The wall time for connecting is over. */
export function connectTimeout(host: string, port: number, cause?: unknown): HwError {
  return new HwError({
    code: 'ssh.timeout',
    kind: 'timeout',
    message: `${host} port ${port} accepted the connection, but SSH was not up in time.`,
    hint: 'The host is overloaded or hangs; look at its console.',
    context: { host, port },
    cause,
  })
}

/** The connection went away while something was under way: whether that had an effect must be found out. */
export function lost(host: string, doing: string, cause?: unknown): HwError {
  const reason = cause instanceof Error ? `: ${cause.message}` : ''
  return new HwError({
    code: 'ssh.lost',
    kind: 'lost-contact-after-effect',
    message: `The connection to ${host} was lost during ${doing}${reason}.`,
    hint: 'The remote command may still run; attach to it again by its run id.',
    context: { host },
    cause,
  })
}

/** The session was gone before anything was sent. */
export function notConnected(host: string, doing: string, cause?: unknown): HwError {
  return new HwError({
    code: 'ssh.not-connected',
    kind: 'transient',
    message: `The connection to ${host} is gone; ${doing} was not sent.`,
    hint: 'Open a new session.',
    context: { host },
    cause,
  })
}

/** The connection stands, but the host gave no channel on it. */
export function channelRefused(host: string, cause: unknown): HwError {
  return new HwError({
    code: 'ssh.channel',
    kind: 'transient',
    message: `${host} opened no channel on the SSH connection: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: 'Too many commands at once on one connection (sshd MaxSessions, 10 by default), or the host runs out of processes.',
    context: { host },
    cause,
  })
}

/** A command gave no sign for longer than its caller would wait. The remote process may live on. */
export function commandTimeout(host: string, ms: number, idle: boolean): HwError {
  return new HwError({
    code: 'ssh.timeout',
    kind: 'timeout',
    message: idle
      ? `A command on ${host} printed nothing for ${ms} ms.`
      : `A command on ${host} did not end within ${ms} ms.`,
    hint: 'Look whether the host is overloaded or hangs.',
    context: { host, ms },
  })
}

/** A command printed more than its caller can take. */
export function tooMuchOutput(host: string, maxBytes: number): HwError {
  return new HwError({
    code: 'ssh.too-large',
    kind: 'invalid',
    message: `More than ${maxBytes} bytes came from ${host}.`,
    hint: 'Raise the limit, or have the command print less.',
    context: { host, maxBytes },
  })
}
