import type { ServerChannel } from 'ssh2'
import type { Host } from './os/host.ts'
import { OpenFile, readEnd, type Stream, writeEnd } from './os/open-file.ts'
import { Pipe } from './os/pipe.ts'
import type { Ended, Process } from './os/process.ts'
import { execute } from './os/exec.ts'
import { type Signal } from './os/signals.ts'
import type { User } from './os/users.ts'

export interface RemoteCommand {
  readonly host: Host
  readonly user: User
  readonly channel: ServerChannel
  /** Undefined: a shell that reads its commands from the channel. */
  readonly command: string | undefined
  readonly environment: ReadonlyMap<string, string>
  readonly hasTerminal: boolean
  /** Called with each piece of output; what it returns is sent instead. Undefined cuts the pump off. */
  readonly filter?: (chunk: Buffer, stream: 'stdout' | 'stderr') => Buffer | undefined
}

export interface RunningCommand {
  readonly process: Process
  /** A `signal` request of the client: for the command's process group, as in OpenSSH's session_signal_req. */
  signal(name: Signal): void
  /** Resolves with the end of the process, when everything it printed is sent. Pending while others hold its output open. */
  readonly finished: Promise<Ended>
}

/**
 * A session's process and its pipes, with OpenSSH's manners: the exit status goes out when the process ends, the channel
 * closes when nobody holds its output open any more, and a client that goes away kills nothing unless it had a terminal.
 */
export function startCommand(parts: RemoteCommand): RunningCommand {
  const { host, user, channel, command, hasTerminal } = parts
  const input = new Pipe()
  const output = new Pipe()
  const errors = hasTerminal ? output : new Pipe()
  const outputFile = new OpenFile(terminal(writeEnd(output), hasTerminal))
  const fds = new Map([
    [0, new OpenFile(terminal(readEnd(input), hasTerminal))],
    [1, outputFile],
    [2, hasTerminal ? outputFile.retain() : new OpenFile(writeEnd(errors))],
  ])
  // As sshd starts them: `-bash` to log in, `bash -c` for a command. That a login shell complains as `-bash: line N:`
  // is assumed.
  const argv = command === undefined ? ['-bash'] : ['bash', '-c', command]
  const process = host.start(
    { uid: user.uid, gid: user.gid, argv, env: parts.environment, cwd: user.home, umask: 0o002, fds },
    (self) => execute(self, user.shell, argv),
  )

  const gone = new Promise<void>((resolve) => channel.once('close', resolve))
  void feed(channel, input)
  const pumps = [pump(output, (chunk) => sendTo(channel, chunk, 'stdout', parts), gone)]
  if (!hasTerminal) pumps.push(pump(errors, (chunk) => sendTo(channel.stderr, chunk, 'stderr', parts), gone))
  void gone.then(() => {
    input.closeWriter()
    output.closeReader()
    errors.closeReader()
    // The terminal is hung up: its session hears of it (OpenSSH, session_pty_cleanup).
    if (hasTerminal) for (const member of host.group(process.pgid)) host.deliver(member, 'HUP')
  })
  return {
    process,
    signal(name) {
      for (const member of host.group(process.pgid)) host.deliver(member, name)
    },
    finished: Promise.all([process.done, ...pumps]).then(([ended]) => ended),
  }
}

function terminal(stream: Stream, isTerminal: boolean): Stream {
  return isTerminal ? { ...stream, isTerminal } : stream
}

async function feed(channel: ServerChannel, input: Pipe): Promise<void> {
  const wait = <T>(work: Promise<T>): Promise<T> => work
  channel.on('data', (chunk: Buffer) => {
    channel.pause()
    input.write(chunk, wait).then(
      () => channel.resume(),
      // Nobody reads any more; what comes is thrown away.
      () => channel.resume(),
    )
  })
  channel.once('end', () => void input.write(Buffer.alloc(0), wait).finally(() => input.closeWriter()))
}

async function pump(pipe: Pipe, send: (chunk: Buffer) => Promise<boolean>, gone: Promise<void>): Promise<void> {
  const wait = <T>(work: Promise<T>): Promise<T> => work
  for (;;) {
    const chunk = await pipe.read(32_768, wait)
    if (chunk.length === 0) return
    const sent = await Promise.race([send(chunk), gone.then(() => false)])
    if (!sent) return
  }
}

function sendTo(
  to: NodeJS.WritableStream,
  chunk: Buffer,
  stream: 'stdout' | 'stderr',
  { host, filter, hasTerminal }: RemoteCommand,
): Promise<boolean> {
  const text = hasTerminal ? Buffer.from(chunk.toString('latin1').replaceAll(/(?<!\r)\n/g, '\r\n'), 'latin1') : chunk
  const kept = filter === undefined ? text : filter(text, stream)
  if (kept === undefined) return Promise.resolve(false)
  if (kept.length === 0) return Promise.resolve(true)
  host.clock.activity()
  return new Promise((resolve) => to.write(kept, () => resolve(true)))
}
