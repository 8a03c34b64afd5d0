import { NodeSSH } from 'node-ssh'
import type { Socket } from 'node:net'
import pTimeout from 'p-timeout'
import type { Client } from 'ssh2'
import { type Dial, dialDirect } from '../dial.ts'
import { isHwError } from '../errors.ts'
import { fingerprint, hostKeyChanged, pinOf } from './host-key.ts'
import { connectError, connectTimeout, unreachable } from './ssh-errors.ts'
import type { SshSessionOptions, SshTimeouts } from './ssh-session.ts'

/** A connection that is logged in. */
export interface Established {
  readonly ssh: NodeSSH
  readonly client: Client
  readonly socket: Socket
  /** `SHA256:…` */
  readonly hostKey: string
  /** The first error the connection ever reported, undefined while all is well. */
  readonly failure: () => unknown
}

/** Dials, shakes hands and logs in, all within `connectMs`. Leaves no socket when it throws; see `SshSession.open` for what. */
export async function establish(options: SshSessionOptions, timeouts: SshTimeouts): Promise<Established> {
  const { host, port = 22, dial = dialDirect(), signal } = options
  const started = performance.now()
  const socket = await dialInTime(dial, { host, port, signal }, timeouts.connectMs)
  const left = Math.max(1, timeouts.connectMs - (performance.now() - started))
  return logIn(options, timeouts, socket, left)
}

/** ssh2 keeps the time of the handshake itself; this much later it is not asked any more. */
const LAST_RESORT_MS = 1000

async function logIn(
  options: SshSessionOptions,
  timeouts: SshTimeouts,
  socket: Socket,
  left: number,
): Promise<Established> {
  const { host, port = 22, signal } = options
  const pin = pinOf(options.hostKey ?? 'trust-first')
  const ssh = new NodeSSH()
  let seen = ''
  const connecting = ssh.connect({
    sock: socket,
    username: options.username,
    privateKey: options.privateKey,
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
    // Without a verifier node-ssh accepts any key.
    hostVerifier: (key: Buffer) => pin.accepts((seen = fingerprint(key))),
    readyTimeout: left,
    keepaliveInterval: timeouts.keepaliveMs,
    keepaliveCountMax: timeouts.keepaliveCount,
  })
  const client = ssh.connection
  // node-ssh takes its own listener off once connected: from then on a reset would be an uncaught exception.
  let failure: unknown
  client?.on('error', (error) => (failure ??= error))
  try {
    await pTimeout(connecting, {
      milliseconds: left + LAST_RESORT_MS,
      message: connectTimeout(host, port),
      ...(signal === undefined ? {} : { signal }),
    })
    if (client === null) throw new Error('the connection closed at once')
    return { ssh, client, socket, hostKey: seen, failure: () => failure }
  } catch (error) {
    client?.destroy()
    socket.destroy()
    signal?.throwIfAborted()
    if (seen !== '' && pin.sha256 !== undefined && pin.sha256 !== seen) throw hostKeyChanged(host, pin.sha256, seen)
    throw connectError(failure ?? error, host, port)
  }
}

interface Target {
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal | undefined
}

/** Dials under our wall time too: a custom dial need not have one. A socket that arrives too late is cut. */
async function dialInTime(dial: Dial, target: Target, milliseconds: number): Promise<Socket> {
  // A dial that is given up must end: it would hold a socket until a time-out of its own.
  const over = new AbortController()
  const signal = target.signal === undefined ? over.signal : AbortSignal.any([target.signal, over.signal])
  const dialling = Promise.resolve().then(() => dial({ ...target, signal }))
  let taken = false
  try {
    const socket = await pTimeout(dialling, {
      milliseconds,
      message: connectTimeout(target.host, target.port),
      ...(target.signal === undefined ? {} : { signal: target.signal }),
    })
    taken = true
    return socket
  } catch (error) {
    target.signal?.throwIfAborted()
    // A dial of somebody else's throws errors of its own.
    throw isHwError(error) ? error : unreachable(target.host, target.port, error)
  } finally {
    if (!taken) {
      over.abort(connectTimeout(target.host, target.port))
      void dialling.then((socket) => socket.destroy()).catch(() => {})
    }
  }
}
