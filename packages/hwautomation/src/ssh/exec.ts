import type { NodeSSH } from 'node-ssh'
import { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { systemClock } from '../clock.ts'
import { isHwError } from '../errors.ts'
import { channelRefused, commandTimeout, lost, tooMuchOutput } from './ssh-errors.ts'

export interface ExecOptions {
  readonly stdin?: string | Buffer | undefined
  readonly signal?: AbortSignal | undefined
  /** Wall time until the command must have ended. Default: none. */
  readonly timeoutMs?: number | undefined
  /** Of stdout and stderr together. Default 16 MiB. */
  readonly maxOutputBytes?: number | undefined
  readonly onStdout?: ((chunk: Buffer) => void) | undefined
  readonly onStderr?: ((chunk: Buffer) => void) | undefined
}

export interface ExecResult {
  /** Null when a signal ended the command. */
  readonly code: number | null
  /** `SIGTERM`, `SIGKILL` … when a signal ended it. */
  readonly signal: string | null
  readonly stdout: Buffer
  readonly stderr: Buffer
}

interface ExecContext extends ExecOptions {
  readonly host: string
  /** The command in an error's words. */
  readonly doing: string
  /** Aborts when the connection is gone, with its cause as the reason. */
  readonly gone: AbortSignal
  readonly idleMs: number | undefined
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024

/**
 * One command on one channel of its own. node-ssh knows no abort, resolves a lost connection like an end, and a channel that
 * is closed early never settles it; so its promise is one of several runners here, and a missing exit code is an error.
 */
export async function executeCommand(ssh: NodeSSH, line: string, context: ExecContext): Promise<ExecResult> {
  const { host, doing, signal, timeoutMs, idleMs, maxOutputBytes = MAX_OUTPUT_BYTES } = context
  signal?.throwIfAborted()
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  let bytes = 0
  let lastSign = performance.now()
  let channel: ClientChannel | undefined
  const over = new AbortController()

  const ending = new Promise<never>((_, reject) => {
    const abort = () => reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true, signal: over.signal })
    context.gone.addEventListener('abort', () => reject(lost(host, doing, context.gone.reason)), {
      signal: over.signal,
    })
    if (timeoutMs !== undefined) after(timeoutMs, over.signal, () => reject(commandTimeout(host, timeoutMs, false)))
    if (idleMs !== undefined)
      whenIdle(
        idleMs,
        () => lastSign,
        over.signal,
        () => reject(commandTimeout(host, idleMs, true)),
      )
    over.signal.addEventListener('abort', () => reject(over.signal.reason), { once: true })
  })
  ending.catch(() => {})

  const take = (chunks: Buffer[], listener: ((chunk: Buffer) => void) | undefined) => (chunk: Buffer) => {
    if (over.signal.aborted) return
    lastSign = performance.now()
    bytes += chunk.length
    if (bytes > maxOutputBytes) return over.abort(tooMuchOutput(host, maxOutputBytes))
    chunks.push(chunk)
    listener?.(chunk)
  }
  const running = ssh.execCommand(line, {
    noTrim: true,
    encoding: 'latin1',
    ...(context.stdin === undefined ? {} : { stdin: Readable.from([Buffer.from(context.stdin)]) }),
    onStdout: take(stdout, context.onStdout),
    onStderr: take(stderr, context.onStderr),
    onChannel: (opened) => {
      channel = opened
      opened.on('error', () => {})
      if (over.signal.aborted) opened.close()
    },
  })
  running.catch(() => {})

  try {
    const { code, signal: endedBy } = await Promise.race([running, ending])
    // A connection that breaks closes its channels first: node-ssh reports that like an end, without code and signal.
    if (code === null && endedBy === null) throw lost(host, doing, await causeOf(context.gone))
    return { code, signal: endedBy, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }
  } catch (error) {
    signal?.throwIfAborted()
    if (isHwError(error)) throw error
    await causeOf(context.gone)
    throw context.gone.aborted || channel !== undefined ? lost(host, doing, error) : channelRefused(host, error)
  } finally {
    over.abort(new Error('over'))
    channel?.close()
  }
}

/** The end of a connection follows the end of its channels within the same read of the socket, or a moment later. */
const MOMENT_MS = 200

/** Why the connection went, if it did; waits for what may follow the end of a channel. */
export async function causeOf(gone: AbortSignal): Promise<unknown> {
  await systemClock.sleep(MOMENT_MS, gone).catch(() => {})
  return gone.aborted ? gone.reason : undefined
}

function after(ms: number, until: AbortSignal, action: () => void): void {
  systemClock.sleep(ms, until).then(action, () => {})
}

function whenIdle(ms: number, lastSign: () => number, until: AbortSignal, action: () => void): void {
  const left = lastSign() + ms - performance.now()
  if (left <= 0) action()
  else after(left, until, () => whenIdle(ms, lastSign, until, action))
}
