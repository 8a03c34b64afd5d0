import { execute } from 'abort-controller-x'
import type { NodeSSH } from 'node-ssh'
import { setMaxListeners } from 'node:events'
import type { Socket } from 'node:net'
import pTimeout from 'p-timeout'
import type { Client, SFTPWrapper } from 'ssh2'
import { systemClock } from '../clock.ts'
import type { Dial } from '../dial.ts'
import { type HwError, isHwError, toHwError } from '../errors.ts'
import { type Logger, silentLogger } from '../logger.ts'
import { Redactor } from '../redaction.ts'
import { type Established, establish } from './establish.ts'
import { causeOf, executeCommand, type ExecOptions, type ExecResult } from './exec.ts'
import type { HostKeyRule } from './host-key.ts'
import { quoteAll } from './quote.ts'
import { channelRefused, lost, notConnected } from './ssh-errors.ts'
import { download, type DownloadOptions, type SftpChannel, upload, type UploadOptions } from './transfer.ts'

/** Wall times on the wire, in milliseconds. */
export interface SshTimeouts {
  /** TCP, handshake and authentication together. Default 20 s. */
  readonly connectMs: number
  /** How often an idle connection is probed. Default 10 s. */
  readonly keepaliveMs: number
  /** Probes without an answer until the connection counts as lost. Default 3. */
  readonly keepaliveCount: number
  /** How long a command may print nothing. Default: for ever. */
  readonly commandIdleMs: number | undefined
  /** How long a goodbye may take before the socket is cut. Default 1 s. */
  readonly closeMs: number
}

const TIMEOUTS: SshTimeouts = {
  connectMs: 20_000,
  keepaliveMs: 10_000,
  keepaliveCount: 3,
  commandIdleMs: undefined,
  closeMs: 1000,
}

export interface SshSessionOptions {
  readonly host: string
  /** Default 22. */
  readonly port?: number
  readonly username: string
  /** OpenSSH or PEM text. */
  readonly privateKey: string
  readonly passphrase?: string | undefined
  readonly dial?: Dial
  /** Default `trust-first`. */
  readonly hostKey?: HostKeyRule
  readonly timeouts?: Partial<SshTimeouts>
  readonly signal?: AbortSignal | undefined
  readonly logger?: Logger
  /** Learns the private key and the passphrase, and masks what leaves as lines. */
  readonly redactor?: Redactor
}

/**
 * One SSH connection to one boot of one host. It is opened, used by any number of commands at once (sshd allows ten),
 * and disposed; a lost connection ends it for good, and every command on it with `ssh.lost`. It never crashes its process.
 */
export class SshSession implements AsyncDisposable {
  readonly host: string
  /** Fingerprint of the host key it was opened with, `SHA256:…`. */
  readonly hostKey: string
  readonly logger: Logger
  readonly redactor: Redactor
  /** Resolves when the connection is gone: with the error if it was lost, with undefined after a dispose. Never rejects. */
  readonly closed: Promise<HwError | undefined>
  readonly timeouts: SshTimeouts

  readonly #options: SshSessionOptions
  readonly #ssh: NodeSSH
  readonly #client: Client
  readonly #socket: Socket
  readonly #gone = new AbortController()
  #disposed = false

  /**
   * @throws HwError `network.*` (no TCP), `ssh.unreachable`, `ssh.handshake`, `ssh.timeout`, `ssh.auth` (never tried again by
   * itself), `ssh.host-key-changed`, `ssh.private-key`, `ssh.incompatible`; or `signal.reason`. Leaves no socket when it throws.
   */
  static async open(options: SshSessionOptions): Promise<SshSession> {
    const timeouts = { ...TIMEOUTS, ...options.timeouts }
    const redactor = options.redactor ?? new Redactor()
    redactor.add(options.privateKey)
    if (options.passphrase !== undefined) redactor.add(options.passphrase)
    return new SshSession({ ...options, redactor }, timeouts, await establish(options, timeouts))
  }

  private constructor(options: SshSessionOptions, timeouts: SshTimeouts, established: Established) {
    const { ssh, client, socket, hostKey, failure } = established
    this.host = options.host
    this.hostKey = hostKey
    this.timeouts = timeouts
    this.logger = options.logger ?? silentLogger
    this.redactor = options.redactor ?? new Redactor()
    this.#options = options
    this.#ssh = ssh
    this.#client = client
    this.#socket = socket
    // Each command listens for the end of the connection while it runs; many at once are no leak.
    client.setMaxListeners(0)
    setMaxListeners(0, this.#gone.signal)
    this.closed = new Promise((resolve) => {
      const end = () => {
        const reason =
          failure() ?? new Error(this.#disposed ? 'the session was closed' : 'the host closed the connection')
        if (!this.#disposed)
          this.logger.info({ door: 'ssh', host: this.host, error: toHwError(reason).message }, 'ssh connection lost')
        this.#gone.abort(reason)
        resolve(this.#disposed ? undefined : lost(this.host, 'the session', reason))
      }
      if (socket.destroyed) end()
      else client.once('close', end)
    })
    this.logger.debug({ door: 'ssh', host: this.host, hostKey }, 'ssh connected')
  }

  /** True once the connection is gone, for whatever reason. */
  get isClosed(): boolean {
    return this.#gone.signal.aborted || this.#disposed
  }

  /**
   * Runs a program on the host and waits for its end; the argument vector reaches it unchanged.
   * For short commands that may be repeated: an abort or a lost connection leaves the remote process behind.
   * Anything long or mutating goes through `run` (remote-run.ts).
   *
   * @returns exit code (null if a signal ended it) and raw output; a code other than 0 is a result, not an error
   * @throws HwError `ssh.lost`, `ssh.not-connected`, `ssh.channel`, `ssh.timeout`, `ssh.too-large`; or `signal.reason`
   */
  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const line = quoteAll(argv)
    const doing = `"${argv[0] ?? ''}"`
    if (this.isClosed) throw notConnected(this.host, doing, this.#gone.signal.reason)
    const started = systemClock.now()
    const said = () => ({ door: 'ssh', host: this.host, call: argv[0], ms: systemClock.now() - started })
    try {
      const result = await executeCommand(this.#ssh, line, {
        host: this.host,
        doing,
        gone: this.#gone.signal,
        idleMs: this.timeouts.commandIdleMs,
        ...options,
      })
      this.logger.debug({ ...said(), exit: result.code }, 'ssh command')
      return result
    } catch (error) {
      if (isHwError(error)) this.logger.debug({ ...said(), code: error.code }, 'ssh command failed')
      throw error
    }
  }

  /**
   * Puts a file (by local path) or bytes on the host: under a temporary name, compared by sha256sum there, then renamed.
   * @throws HwError `ssh.checksum`, `ssh.no-such-file`, `ssh.permission`, `ssh.transfer`, and those of `exec`
   */
  async upload(
    source: string | Buffer,
    remotePath: string,
    options: UploadOptions = {},
  ): Promise<{ sha256: string; bytes: number }> {
    return upload(this, source, remotePath, options)
  }

  /**
   * Reads a whole file.
   * @throws HwError `ssh.too-large` above `maxBytes`, `ssh.checksum`, `ssh.no-such-file`, `ssh.permission`, and those of `exec`
   */
  async download(remotePath: string, options: DownloadOptions): Promise<Buffer> {
    return download(this, remotePath, options)
  }

  /** An SFTP channel for one job; it is closed afterwards, and the job ends when the connection does. */
  async withSftp<T>(doing: string, job: (sftp: SftpChannel) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    const gone = this.#gone.signal
    if (this.isClosed) throw notConnected(this.host, doing, gone.reason)
    const either = signal === undefined ? gone : AbortSignal.any([gone, signal])
    let sftp: SFTPWrapper | undefined
    const working = this.#ssh.requestSFTP().then((opened) => {
      opened.on('error', () => {})
      // It may open after the end of its job.
      if (either.aborted) opened.end()
      either.throwIfAborted()
      sftp = opened
      return job(opened)
    })
    try {
      return await execute(either, (resolve, reject) => {
        working.then(resolve, reject)
        return () => {}
      })
    } catch (error) {
      signal?.throwIfAborted()
      // A connection that breaks ends its channels first.
      if (!isHwError(error) || error.code === 'ssh.transfer') await causeOf(gone)
      if (gone.aborted) throw lost(this.host, doing, gone.reason)
      throw sftp === undefined ? channelRefused(this.host, error) : error
    } finally {
      if (!this.isClosed) sftp?.end()
    }
  }

  /** A second connection to the same host, which must show the same host key. */
  async reopen(signal?: AbortSignal): Promise<SshSession> {
    return SshSession.open({ ...this.#options, hostKey: { sha256: this.hostKey }, signal })
  }

  /** Says goodbye and closes; cuts the socket when the host does not answer. */
  async close(): Promise<void> {
    this.#disposed = true
    if (!this.#gone.signal.aborted) {
      this.#ssh.dispose()
      await pTimeout(this.closed, { milliseconds: this.timeouts.closeMs, fallback: () => undefined })
    }
    this.#client.destroy()
    this.#socket.destroy()
    await this.closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
