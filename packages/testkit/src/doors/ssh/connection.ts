import type { AuthContext, Connection as Ssh2Connection, ParsedKey, Session } from 'ssh2'
import ssh2 from 'ssh2'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { BegunCall } from '../../call.ts'
import type { DoorContext } from '../door.ts'
import { serveExec } from './exec-request.ts'
import type { Host } from './os/host.ts'
import { parseSignal } from './os/signals.ts'
import { userNamed } from './os/users.ts'
import type { RunningCommand } from './exec-channel.ts'
import { serveSftp } from './sftp/sftp-server.ts'

/** One TCP connection to a host's sshd, from its first byte to its end. */
export interface Connection {
  readonly host: Host
  /** Cuts it without a word, as a network fault or a power loss would. */
  cut(): void
  /** False as soon as it was cut; what has arrived by then is not served. */
  readonly isOpen: boolean
  readonly channels: number
}

/** What OpenSSH on Ubuntu 22.04 says first. */
const IDENT = 'OpenSSH_8.9p1 Ubuntu-3ubuntu0.10'
/**
 * OpenSSH's words when MaxStartups is reached (sshd.c). Assumed: nobody reaches it here without a fault; unauthenticated
 * connections are not counted, nor dropped at random as `MaxStartups 10:30:100` would.
 */
const TOO_MANY = 'Exceeded MaxStartups\r\n'

/** One for each connection: ssh2 tells of a client only later, and not on which socket it came. The host key is the boot's. */
function sshServerOf(host: Host): ssh2.Server {
  return new ssh2.Server({
    hostKeys: [host.boot.hostKey.privateKey],
    ident: IDENT,
    algorithms: {
      kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'diffie-hellman-group14-sha256'],
      cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
      compress: ['none'],
    },
  })
}

/** Serves one connection. `closed` is called once, when its socket is closed. */
export function serveConnection(parts: {
  context: DoorContext
  host: Host
  socket: Duplex
  closed: () => void
}): Connection {
  const { context, host, socket, closed } = parts
  const begun = context.begin({
    door: 'ssh',
    server: host.machine.hostname,
    call: 'ssh connect',
    mutating: false,
    detail: host.boot.address,
  })
  let ended = false
  let refused = false
  const end = (outcome: string): void => {
    if (!ended) begun.end(outcome, 'none')
    ended = true
  }
  let channels = 0
  const connection: Connection = {
    host,
    cut: () => socket.destroy(),
    get isOpen() {
      return !socket.destroyed
    },
    get channels() {
      return channels
    },
  }
  socket.once('close', () => {
    end(refused ? 'auth-failure' : 'client gone')
    closed()
  })
  socket.on('error', () => undefined)
  // sshd sets it: small packets back and forth would wait for delayed acknowledgements.
  if (socket instanceof Socket) socket.setNoDelay(true)

  const accept = (): void => {
    const server = sshServerOf(host)
    server.once('connection', (client: Ssh2Connection) => {
      client.on('error', () => undefined)
      authenticate(client, host, begun, { end, refused: () => (refused = true) }, connection)
      client.on('session', (open) => {
        channels += 1
        serveSession(open(), context, host, connection, () => {
          channels -= 1
        })
      })
      // Keepalives ask for nothing but an answer; forwarding is not simulated.
      client.on('request', (_accept, reject) => reject?.())
      client.on('tcpip', (_accept, reject) => reject())
      client.on('openssh.streamlocal', (_accept, reject) => reject())
    })
    server.injectSocket(socket as never)
  }

  switch (begun.fault?.mode) {
    case 'refuse':
      end('refused')
      socket.destroy()
      break
    case 'hang':
      socket.resume()
      break
    case 'drop-before-effect':
      end('dropped')
      socket.once('data', () => socket.destroy())
      break
    case 'wrong-status':
    case 'session-limit':
      end('refused')
      socket.end(TOO_MANY)
      break
    case 'garbage':
      end('garbage')
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
      break
    case 'slow':
      void context.clock.wall(begun.delayMs).then(() => {
        if (!socket.destroyed) accept()
      })
      break
    default:
      accept()
  }
  return connection
}

function authenticate(
  client: Ssh2Connection,
  host: Host,
  { fault }: BegunCall,
  tell: { end(outcome: string): void; refused(): void },
  connection: Connection,
): void {
  if (fault?.mode === 'drop-mid-reply') {
    client.once('handshake', () => {
      tell.end('dropped')
      connection.cut()
    })
  }
  client.on('authentication', (attempt: AuthContext) => {
    if (attempt.method !== 'publickey') return attempt.reject(['publickey'])
    if (fault?.mode === 'auth-failure' || !isAuthorized(attempt, host)) {
      // It may try another key: the outcome is known when it goes.
      tell.refused()
      return attempt.reject(['publickey'])
    }
    if (attempt.signature !== undefined && fault?.mode === 'reply-lost-after-effect') {
      tell.end('dropped')
      return connection.cut()
    }
    attempt.accept()
  })
  client.once('ready', () => tell.end('ok'))
}

/** The key is in authorized_keys of that user as it stands on the host, and the signature is by it. */
function isAuthorized(attempt: Extract<AuthContext, { method: 'publickey' }>, host: Host): boolean {
  if (userNamed(attempt.username) === undefined || attempt.username === 'root') return false
  for (const line of host.boot.plan.authorizedKeys) {
    const parsed = ssh2.utils.parseKey(line) as ParsedKey | ParsedKey[] | Error
    const key = Array.isArray(parsed) ? parsed[0] : parsed
    if (key === undefined || key instanceof Error) continue
    if (!key.getPublicSSH().equals(attempt.key.data)) continue
    if (attempt.signature === undefined || attempt.blob === undefined) return true
    return key.verify(attempt.blob, attempt.signature, attempt.hashAlgo)
  }
  return false
}

function serveSession(
  session: Session,
  context: DoorContext,
  host: Host,
  connection: Connection,
  closed: () => void,
): void {
  const user = userNamed('ubuntu')
  if (user === undefined) return
  const environment = new Map<string, string>([
    ['USER', user.name],
    ['LOGNAME', user.name],
    ['HOME', user.home],
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin'],
    ['SHELL', user.shell],
    ['LANG', 'C.UTF-8'],
    ['PWD', user.home],
    ['SSH_CLIENT', '127.0.0.1 40000 22'],
    ['SSH_CONNECTION', `127.0.0.1 40000 ${host.boot.address} 22`],
    ['XDG_RUNTIME_DIR', `/run/user/${user.uid}`],
  ])
  let hasTerminal = false
  let running: RunningCommand | undefined
  session.once('close', closed)
  session.on('pty', (accept, _reject, info) => {
    hasTerminal = true
    environment.set('TERM', (info as { term?: string }).term ?? 'xterm')
    accept?.()
  })
  session.on('env', (accept, reject, info) => {
    // sshd_config of Ubuntu: AcceptEnv LANG LC_*.
    if (!/^(?:LANG|LC_)/.test(info.key)) return reject?.()
    environment.set(info.key, info.val)
    accept?.()
  })
  session.on('window-change', (accept) => accept?.())
  session.on('signal', (accept, _reject, info) => {
    const signal = parseSignal(info.name)
    if (signal !== undefined && signal !== 0) running?.signal(signal)
    accept?.()
  })
  const start = (accept: () => ssh2.ServerChannel, reject: () => void, command: string | undefined): void => {
    serveExec({
      context,
      host,
      user,
      connection,
      accept,
      reject,
      command,
      environment,
      hasTerminal,
      started: (command) => (running = command),
    })
  }
  session.on('exec', (accept, reject, info) => start(accept, reject, info.command))
  session.on('shell', (accept, reject) => start(accept, reject, undefined))
  session.on('subsystem', (accept, reject, info) => {
    if (info.name === 'sftp') serveSftp({ context, host, user, connection, channel: accept() })
    else reject()
  })
}
