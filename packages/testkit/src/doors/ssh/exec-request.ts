import type { ServerChannel } from 'ssh2'
import type { DoorContext } from '../door.ts'
import type { Connection } from './connection.ts'
import { type RunningCommand, startCommand } from './exec-channel.ts'
import type { Host } from './os/host.ts'
import type { Ended } from './os/process.ts'
import type { User } from './os/users.ts'

export interface ExecRequest {
  readonly context: DoorContext
  readonly host: Host
  readonly user: User
  readonly connection: Connection
  readonly accept: () => ServerChannel
  readonly reject: () => void
  readonly command: string | undefined
  readonly environment: ReadonlyMap<string, string>
  readonly hasTerminal: boolean
  readonly started: (command: RunningCommand) => void
}

/** Serves one `exec` (or `shell`) request: log entry `ssh exec`, with the faults of the wire. */
export function serveExec(request: ExecRequest): void {
  const { context, host, connection, command } = request
  const begun = context.begin({
    door: 'ssh',
    server: host.machine.hostname,
    call: 'ssh exec',
    mutating: false,
    detail: shorten(command ?? '(shell)'),
  })
  const mode = begun.fault?.mode
  if (mode === 'refuse') {
    begun.end('refused', 'none')
    return request.reject()
  }
  if (mode === 'drop-before-effect') {
    begun.end('dropped', 'none')
    return connection.cut()
  }
  const channel = request.accept()
  channel.on('error', () => undefined)
  let gone = false
  channel.once('close', () => {
    gone = true
    if (mode === 'hang') begun.end('hung', 'none')
  })
  if (mode === 'hang') return void channel.resume()
  // bash's words when it cannot fork; that a full host answers a command so, and with 254, is assumed.
  if (mode === 'wrong-status' || mode === 'session-limit' || mode === 'auth-failure') {
    channel.stderr.write(
      'bash: fork: retry: Resource temporarily unavailable\nbash: fork: Resource temporarily unavailable\n',
    )
    const code = begun.fault?.status ?? 254
    begun.end(code, 'none')
    channel.exit(code)
    channel.end()
    return
  }

  const run = async (): Promise<void> => {
    let cut = false
    const running = startCommand({
      ...request,
      channel,
      filter(chunk) {
        if (mode === 'reply-lost-after-effect') return Buffer.alloc(0)
        if (mode === 'garbage') return Buffer.from(chunk.map((byte) => byte ^ 0x5a))
        if (mode !== 'drop-mid-reply' || cut) return chunk
        cut = true
        channel.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => connection.cut())
        return undefined
      },
    })
    request.started(running)
    const isCut = mode === 'reply-lost-after-effect' || mode === 'drop-mid-reply'
    const closed = new Promise<'closed'>((resolve) => channel.once('close', () => resolve('closed')))
    const exited = await Promise.race([running.process.done, closed])
    // OpenSSH tells at once; the channel stays open while somebody holds the output.
    if (exited !== 'closed' && !isCut) sendExit(channel, exited)
    const ended = await Promise.race([running.finished, closed])
    if (ended === 'closed') return begun.end(cut ? 'dropped' : 'client gone', 'none')
    if (isCut) {
      begun.end('dropped', 'none')
      return connection.cut()
    }
    begun.end(mode === 'garbage' ? 'garbage' : 'code' in ended ? ended.code : `killed by ${ended.signal}`, 'none')
    channel.end()
  }
  if (mode === 'slow')
    void context.clock.wall(begun.delayMs).then(() => (gone ? begun.end('client gone', 'none') : run()))
  else void run()
}

function sendExit(channel: ServerChannel, ended: Ended): void {
  if ('code' in ended) channel.exit(ended.code)
  else channel.exit(ended.signal, false, '')
}

function shorten(command: string): string {
  const plain = command.replaceAll(/\s+/g, ' ').trim()
  return plain.length > 120 ? `${plain.slice(0, 117)}...` : plain
}
