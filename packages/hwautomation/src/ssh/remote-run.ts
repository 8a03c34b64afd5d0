import { randomUUID } from 'node:crypto'
import { systemClock } from '../clock.ts'
import { type HwError, isHwError } from '../errors.ts'
import type { ExecResult } from './exec.ts'
import { REMOVE, RUN, STATUS } from './remote-script.ts'
import { stop } from './remote-stop.ts'
import { checkedRunId, commandFile, type RemoteCommand } from './run-command.ts'
import { commandLost, commandTimedOut, rebooted, stillRunning, stopped, unfit } from './run-errors.ts'
import { type LiveOutput, liveOutput } from './run-live.ts'
import { parseAnswer, type ScriptAnswer } from './run-output.ts'
import { lost } from './ssh-errors.ts'
import type { SshSession } from './ssh-session.ts'

export interface RunOptions extends RemoteCommand {
  /**
   * Names this run on the host: `[A-Za-z0-9_][A-Za-z0-9._-]{0,79}`. The same id never starts a second process,
   * so it is the marker of a mutating command: derive it from run, step and attempt.
   */
  readonly id: string
  /** Refuse (`ssh.rebooted`) when the host runs another boot than this. */
  readonly bootId?: string | undefined
  /** Wall time until the command must have ended; it is stopped then, and the stop is waited for. Default: none. */
  readonly timeoutMs?: number | undefined
  /** Wall time between TERM and KILL on abort and time-out. Default 10 s. */
  readonly graceMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** True for a reason of `signal` that leaves the command running, to be attached to later. Default: it is stopped, whatever the reason. */
  readonly leaveRunning?: ((reason: unknown) => boolean) | undefined
  /** Called for each line as it is printed (within a second or so), secrets masked; what it throws is dropped. */
  readonly onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined
  /** What is fetched of stdout and of stderr, each. Default 4 MiB. */
  readonly maxOutputBytes?: number | undefined
}

export interface RunResult {
  /** Exit code; 128 + n after signal n, as sh counts. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Stdout as it came, for binary output. */
  readonly stdoutBytes: Buffer
  /** Stdout or stderr was longer than `maxOutputBytes`. */
  readonly truncated: boolean
  readonly bootId: string
  /** Wall time of this call; after a re-attach that is not the command's. */
  readonly durationMs: number
  /** The command had been started by an earlier call. */
  readonly attached: boolean
}

export type RunStatus = 'absent' | 'running' | 'died' | { readonly code: number }

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024
/** Wall time between TERM and KILL. */
export const GRACE_MS = 10_000

/**
 * Runs a command on the host at most once per id. It lives on when the connection is lost: call this again with the same id
 * on a new session, and it waits for the end of the first one and gives its output and exit code.
 *
 * On abort or time-out the whole process group is stopped, and this rejects only when it is proved to be gone.
 *
 * @throws HwError
 * - `ssh.lost`: contact was lost after the start may have happened; attach again
 * - `ssh.rebooted`, `ssh.command-lost`: the command's outcome is on no record; re-read the device
 * - `ssh.command-timeout` after `timeoutMs`, `signal.reason` after an abort: it is gone
 * - `ssh.orphan`: it could not be proved gone (context: host, id, pid where known; cause: why it was stopped)
 * - `ssh.stopped`: a former call with this id was aborted before the command began
 * - `ssh.unfit-host`: sudo asks for a password, or a program of util-linux is missing; nothing was started
 * - those of `SshSession.exec`
 */
export async function run(session: SshSession, options: RunOptions): Promise<RunResult> {
  const { id, signal, timeoutMs } = options
  checkedRunId(id)
  signal?.throwIfAborted()
  const started = performance.now()
  const timeout = new AbortController()
  const over = new AbortController()
  if (timeoutMs !== undefined) {
    systemClock.sleep(timeoutMs, over.signal).then(
      () => timeout.abort(commandTimedOut(session.host, id, timeoutMs)),
      () => {},
    )
  }
  const either = signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal])
  const follower: Follower = { word: randomUUID(), live: undefined }
  try {
    const answer = await follow(session, options, either, follower)
    return { ...answer, durationMs: Math.round(performance.now() - started) }
  } catch (error) {
    if (!either.aborted) throw error
    if (signal?.aborted && options.leaveRunning?.(signal.reason)) throw signal.reason
    await stop(session, { id, graceMs: options.graceMs ?? GRACE_MS, reason: either.reason, pid: follower.live?.pid })
    throw either.reason
  } finally {
    over.abort()
  }
}

/** What became of a run, without waiting and without starting anything. */
export async function status(session: SshSession, id: string): Promise<RunStatus> {
  const [what, code] = await ask(session, STATUS.text, checkedRunId(id))
  if (what === 'absent' || what === 'running' || what === 'died') return what
  if (what === 'code') return code === 'stopped' ? 'absent' : { code: Number(code) }
  throw lost(session.host, `the status of run ${id}`)
}

/** Takes a run's directory off the host. @throws HwError `ssh.still-running` */
export async function removeRun(session: SshSession, id: string): Promise<void> {
  const running = await remove(session, checkedRunId(id))
  if (running.length > 0) throw stillRunning(session.host, running)
}

/** Takes all run directories off the host. @throws HwError `ssh.still-running`, naming those that stay; the rest is gone */
export async function removeAllRuns(session: SshSession): Promise<void> {
  const running = await remove(session, '')
  if (running.length > 0) throw stillRunning(session.host, running)
}

interface Follower {
  readonly word: string
  live: LiveOutput | undefined
}

async function follow(
  session: SshSession,
  options: RunOptions,
  signal: AbortSignal,
  follower: Follower,
): Promise<Omit<RunResult, 'durationMs'>> {
  const { maxOutputBytes: max = MAX_OUTPUT_BYTES, onLine } = options
  const live = liveOutput(follower.word, onLine && ((line, stream) => onLine(session.redactor.text(line), stream)))
  follower.live = live
  try {
    const result = await call(session, options, {
      word: follower.word,
      live: onLine !== undefined,
      max,
      signal,
      output: live,
    })
    live.end()
    return verdictOf(session, options.id, result, follower.word, max)
  } catch (error) {
    if (onLine === undefined || !isHwError(error) || error.code !== 'ssh.too-large') throw error
    // More than we may keep: from here on it is not followed, only waited for, and the beginning fetched at its end.
    const word = randomUUID()
    const result = await call(session, options, { word, live: false, max, signal, output: undefined })
    return { ...verdictOf(session, options.id, result, word, max), attached: live.attached }
  }
}

interface Call {
  readonly word: string
  readonly live: boolean
  readonly max: number
  readonly signal: AbortSignal
  readonly output: LiveOutput | undefined
}

/** Header and trailer come on top of what the command prints. */
const FRAME_BYTES = 64 * 1024

async function call(
  session: SshSession,
  options: RunOptions,
  { word, live, max, signal, output }: Call,
): Promise<ExecResult> {
  const command = commandFile(options)
  const stdin = Buffer.from(options.stdin ?? '')
  const parameters: Record<(typeof RUN.parameters)[number], string> = {
    word,
    id: options.id,
    boot: options.bootId ?? '',
    commandBytes: String(command.length),
    stdinBytes: String(stdin.length),
    sudo: options.sudo === true ? '1' : '',
    live: live ? '1' : '',
    maxBytes: String(max + 1),
    runner: RUN.runner,
  }
  return session.exec(['sh', '-c', RUN.text, 'hwa-run', ...RUN.parameters.map((name) => parameters[name])], {
    stdin: Buffer.concat([command, stdin]),
    signal,
    maxOutputBytes: (live ? max : 2 * max) + FRAME_BYTES,
    onStdout: output?.stdout,
    onStderr: output?.stderr,
  })
}

function verdictOf(
  session: SshSession,
  id: string,
  result: ExecResult,
  word: string,
  max: number,
): Omit<RunResult, 'durationMs'> {
  const answer = parseAnswer(result.stdout, word)
  const [what, detail = ''] = answer.verdict ?? []
  if (what !== 'code' || answer.boot === undefined) throw noCode(session, id, answer, result)
  if (detail === 'stopped') throw stopped(session.host, id)
  const stdoutBytes = answer.output.subarray(0, max)
  return {
    code: Number(detail),
    stdout: stdoutBytes.toString(),
    stderr: result.stderr.subarray(0, max).toString(),
    stdoutBytes,
    truncated: answer.output.length > max || result.stderr.length > max,
    bootId: answer.boot.id,
    attached: answer.boot.how === 'attached',
  }
}

function noCode(session: SshSession, id: string, answer: ScriptAnswer, result: ExecResult): HwError {
  const { host } = session
  const [what, detail = ''] = answer.verdict ?? []
  const stderr = session.redactor.text(result.stderr.toString().trim()).slice(0, 300)
  if (what === 'unfit') return unfit(host, detail, stderr)
  if (what === 'rebooted') return rebooted(host, id, detail)
  if (what === 'died') return commandLost(host, id)
  // The wrapper itself came to nothing: no sh, no HOME, no memory. Nothing can have been started before its header.
  if (answer.verdict === undefined && answer.boot === undefined && result.code !== null && result.code !== 0)
    return unfit(host, `exit code ${result.code}`, stderr)
  return lost(host, `run ${id}`, new Error(stderr || 'the answer was cut'))
}

async function remove(session: SshSession, id: string): Promise<readonly string[]> {
  const [what, ...running] = await ask(session, REMOVE.text, id)
  if (what !== 'left') throw lost(session.host, 'the removal of runs')
  return running
}

/** Short questions get a short answer, or the host hangs. */
const ASK_TIMEOUT_MS = 30_000

/** Asks the host one of our scripts; the words of its verdict. */
export async function ask(session: SshSession, script: string, id: string): Promise<readonly string[]> {
  const word = randomUUID()
  const { stdout } = await session.exec(['sh', '-c', script, 'hwa-ask', word, id], { timeoutMs: ASK_TIMEOUT_MS })
  return parseAnswer(stdout, word).verdict ?? []
}
