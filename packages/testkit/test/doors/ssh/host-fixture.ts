import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createRequire } from 'node:module'
import type { Client as SshClient, ClientChannel, SFTPWrapper } from 'ssh2'
import { createCalls } from '../../../src/call.ts'
import { type ClockMode, createLabClock, type LabClock } from '../../../src/clock.ts'
import type { SshDoor } from '../../../src/doors/door.ts'
import { createSshDoor } from '../../../src/doors/ssh/ssh-door.ts'
import { createFaults, type FaultBook } from '../../../src/faults.ts'
import { createRequestLog, type RequestRecorder } from '../../../src/log.ts'
import { sshKeyPair } from '../../../src/world/identity.ts'
import type { Machine } from '../../../src/world/machine.ts'
import { createWorld, type World } from '../../../src/world/world.ts'

const { Client } = createRequire(import.meta.url)('ssh2') as typeof import('ssh2')

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
  readonly signal: string | undefined
}

/** One machine that runs the ephemeral OS, reachable over SSH on loopback; no MAAS, no BMC. */
export interface HostFixture extends AsyncDisposable {
  readonly world: World
  readonly machine: Machine
  readonly door: SshDoor
  readonly clock: LabClock
  readonly faults: FaultBook
  readonly log: RequestRecorder
  readonly privateKey: string
  readonly port: number
  connect(options?: {
    readonly privateKey?: string
    readonly username?: string
    readonly readyTimeout?: number
  }): Promise<SshClient>
  /** Runs one command on a connection of its own, or on the one given. */
  run(
    command: string,
    options?: { readonly stdin?: string | Buffer; readonly on?: SshClient; readonly pty?: boolean },
  ): Promise<Ran>
  /** Uploads a tool's files into /home/ubuntu/tools and makes them executable. */
  upload(tool: string, architecture?: 'aarch64' | 'x86_64'): Promise<void>
  /** Lab time goes on until the machine is up. */
  boot(): Promise<void>
}

export async function startHost(
  options: { readonly model?: string; readonly clock?: ClockMode } = {},
): Promise<HostFixture> {
  const clock = createLabClock(options.clock ?? 'auto')
  const log = createRequestLog(clock)
  const faults = createFaults()
  const world = createWorld(clock, [{ hostname: 'srv001', model: options.model ?? 'hpe-rl300' }])
  const machine = world.machine('srv001')
  const keys = sshKeyPair('test')
  machine.bootPlanner = () => ({ os: 'ephemeral', authorizedKeys: [keys.publicKey] })
  const door = createSshDoor({ world, clock, faults, log, ...createCalls({ clock, faults, log }) })
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    door.handle(socket, machine)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const clients: SshClient[] = []

  const boot = async (): Promise<void> => {
    machine.powerOn()
    if (machine.phase === 'up') return
    await new Promise<void>((resolve) => {
      const takeBack = machine.onChange(() => {
        if (machine.phase !== 'up') return
        takeBack()
        resolve()
      })
    })
  }
  const connect: HostFixture['connect'] = (how = {}) =>
    new Promise((resolve, reject) => {
      const client = new Client()
      clients.push(client)
      client.on('ready', () => resolve(client))
      client.on('error', reject)
      // A connection that is cut after the key exchange ends without an error of ssh2's.
      client.on('close', () => reject(new Error('closed before it was ready')))
      client.connect({
        host: '127.0.0.1',
        port,
        readyTimeout: how.readyTimeout ?? 10_000,
        username: how.username ?? 'ubuntu',
        privateKey: how.privateKey ?? keys.privateKey,
      })
    })
  const run: HostFixture['run'] = async (command, { stdin, on, pty } = {}) => {
    const client = on ?? (await connect())
    try {
      return await execute(client, command, stdin, pty)
    } finally {
      if (on === undefined) client.end()
    }
  }
  await boot()
  return {
    world,
    machine,
    door,
    clock,
    faults,
    log,
    privateKey: keys.privateKey,
    port,
    connect,
    run,
    boot,
    async upload(name, architecture = machine.model.machine) {
      const tool = door.tools()[name]?.find((one) => one.architecture === architecture)
      const client = await connect()
      const sftp = await sftpOf(client)
      await execute(client, 'mkdir -p tools')
      for (const file of tool?.files ?? []) {
        await new Promise<void>((resolve, reject) =>
          sftp.fastPut(file.path, `tools/${file.name}`, { mode: Number.parseInt(file.mode, 8) }, (error) =>
            error ? reject(error) : resolve(),
          ),
        )
      }
      client.end()
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy()
      await door.close()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      clock.close()
    },
  }
}

export function sftpOf(client: SshClient): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp))))
}

export function openChannel(client: SshClient, command: string, pty = false): Promise<ClientChannel> {
  return new Promise((resolve, reject) =>
    client.exec(command, { pty }, (error, channel) => (error ? reject(error) : resolve(channel))),
  )
}

export async function execute(client: SshClient, command: string, stdin?: string | Buffer, pty = false): Promise<Ran> {
  const channel = await openChannel(client, command, pty)
  return finished(channel, stdin)
}

export function finished(channel: ClientChannel, stdin?: string | Buffer): Promise<Ran> {
  return new Promise((resolve) => {
    const out: Buffer[] = []
    const err: Buffer[] = []
    channel.on('data', (chunk: Buffer) => out.push(chunk))
    channel.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    // `exit` may come in the same packet as the answer to the request, before anybody listens; `close` repeats what it said.
    channel.on('close', (code: number | null = null, signal?: string) =>
      resolve({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), code, signal }),
    )
    channel.end(stdin)
  })
}
