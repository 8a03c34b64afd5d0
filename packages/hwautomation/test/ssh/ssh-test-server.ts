import { createServer, type Server as TcpServer, type Socket } from 'node:net'
import { type AuthContext, type Connection, Server, type ServerChannel, utils } from 'ssh2'
import { type Dial, dialDirect } from '../../src/dial.ts'

/** Which port a server listens on. */
export function portOf(server: TcpServer): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen')
  return address.port
}

/** What the server does with a command: answer on the channel, or refuse the channel. */
export type Exec = (channel: ServerChannel, command: string, connection: Connection) => void

export interface SshTestServerOptions {
  readonly exec?: Exec
  /** Refuses every channel. */
  readonly noChannels?: boolean
  readonly hostKey?: string
}

export const hostKey = (): string => keyPair().private
export const userKey = keyPair()
export const otherKey = keyPair()

/** One in two hundred of the keys that ssh2 1.17 makes cannot be read by itself. */
function keyPair(): { private: string; public: string } {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519')
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair
  }
}

/** The bare protocol, to do on purpose what a real sshd does only on a bad day. Knows the user `ubuntu` with {@link userKey}. */
export class SshTestServer implements AsyncDisposable {
  readonly host = '127.0.0.1'
  /** How often somebody offered a key. */
  offers = 0
  readonly sockets = new Set<Socket>()
  readonly #tcp: TcpServer
  readonly #ssh: Server
  readonly #options: SshTestServerOptions

  static async start(options: SshTestServerOptions = {}): Promise<SshTestServer> {
    const server = new SshTestServer(options)
    await new Promise<void>((resolve) => server.#tcp.listen(0, '127.0.0.1', resolve))
    return server
  }

  private constructor(options: SshTestServerOptions) {
    this.#options = options
    this.#ssh = new Server({ hostKeys: [options.hostKey ?? hostKey()] }, (connection) => this.#serve(connection))
    this.#tcp = createServer((socket) => {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => {})
      this.#ssh.injectSocket(socket)
    })
  }

  get port(): number {
    return portOf(this.#tcp)
  }

  get connection() {
    return { host: this.host, port: this.port, username: 'ubuntu', privateKey: userKey.private }
  }

  /** Cuts all connections with a TCP reset. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#tcp.close(() => resolve()))
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  #serve(connection: Connection): void {
    connection.on('error', () => {})
    connection.on('authentication', (context) => this.#authenticate(context))
    connection.on('session', (accept, reject) => {
      if (this.#options.noChannels === true) return reject()
      accept().on('exec', (acceptExec, _rejectExec, { command }) => {
        const channel = acceptExec()
        channel.on('error', () => {})
        this.#options.exec?.(channel, command, connection)
      })
    })
  }

  #authenticate(context: AuthContext): void {
    if (context.method !== 'publickey') return context.reject(['publickey'])
    this.offers++
    const key = utils.parseKey(userKey.public)
    if (key instanceof Error) throw key
    const right = key.getPublicSSH().equals(context.key.data)
    const signed =
      context.signature === undefined || key.verify(context.blob ?? Buffer.of(), context.signature, context.hashAlgo)
    if (context.username === 'ubuntu' && right && signed) context.accept()
    else context.reject(['publickey'])
  }
}

/** Ends a channel like a program that printed this. */
export function answer(channel: ServerChannel, stdout: string, code = 0): void {
  channel.write(stdout)
  channel.exit(code)
  channel.end()
}

/** A dial that remembers its sockets, to see that none is left. */
export function watchedDial(): { readonly dial: Dial; readonly sockets: Socket[] } {
  const sockets: Socket[] = []
  const direct = dialDirect()
  return {
    sockets,
    async dial(target) {
      const socket = await direct(target)
      sockets.push(socket)
      return socket
    },
  }
}
