import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { HwError, isHwError } from '../errors.ts'
import { tooMuchOutput } from './ssh-errors.ts'
import type { SshSession } from './ssh-session.ts'

export interface UploadOptions {
  /** Permission bits of the file. Default 0o600. */
  readonly mode?: number
  /** Hex digest the source must have; a source that differs is not sent. */
  readonly sha256?: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void
}

export interface DownloadOptions {
  readonly maxBytes: number
  /** Hex digest the file must have. */
  readonly sha256?: string
  readonly signal?: AbortSignal | undefined
}

/** What we use of ssh2's SFTP client, so that our declarations do not need its types. */
export interface SftpChannel {
  writeFile(path: string, data: Buffer, options: { mode: number }, done: (error?: Error | null) => void): void
  fastPut(
    localPath: string,
    path: string,
    options: { mode: number; step: (sent: number, chunk: number, total: number) => void },
    done: (error?: Error | null) => void,
  ): void
  createReadStream(
    path: string,
    range: { start: number; end: number },
  ): AsyncIterable<Buffer> & { on(event: 'error', listener: () => void): unknown }
}

/** Makes the folder; `$1` is the target. */
const PREPARE = 'umask 077; mkdir -p -- "$1"'

/** Only a file that arrived whole gets its name. `$1` temporary name, `$2` name, `$3` digest, `$4` mode. Exit code 65: it differs. */
const SETTLE =
  'sum=$(sha256sum <"$1") || exit 66; [ "${sum%% *}" = "$3" ] || exit 65; chmod "$4" "$1" && mv -f -- "$1" "$2"'

/** See `SshSession.upload`. Repeating it is harmless. */
export async function upload(
  session: SshSession,
  source: string | Buffer,
  remotePath: string,
  options: UploadOptions,
): Promise<{ sha256: string; bytes: number }> {
  const { signal, mode = 0o600 } = options
  const { sha256, bytes } = await measure(source, signal)
  if (options.sha256 !== undefined && options.sha256.toLowerCase() !== sha256) {
    throw checksum(typeof source === 'string' ? source : 'the data to upload', options.sha256, sha256, 'invalid')
  }
  const temporary = `${remotePath}.hwa-${randomUUID()}`
  await shell(session, PREPARE, [posix.dirname(remotePath)], remotePath, signal)
  try {
    await session.withSftp(
      `the upload of ${remotePath}`,
      (sftp) => put(sftp, source, temporary, remotePath, options),
      signal,
    )
    const code = await shell(session, SETTLE, [temporary, remotePath, sha256, mode.toString(8)], remotePath, signal)
    if (code === 65) throw checksum(`${session.host}:${remotePath}`, sha256, 'another one', 'transient')
    return { sha256, bytes }
  } catch (error) {
    // The half file goes too, where the host can still be asked.
    await session.exec(['rm', '-f', '--', temporary], { timeoutMs: 5000 }).catch(() => {})
    throw error
  }
}

/** See `SshSession.download`. */
export async function download(session: SshSession, remotePath: string, options: DownloadOptions): Promise<Buffer> {
  const { maxBytes, signal } = options
  const data = await session.withSftp(
    `the download of ${remotePath}`,
    (sftp) => get(sftp, remotePath, maxBytes),
    signal,
  )
  if (data.length > maxBytes) throw tooMuchOutput(session.host, maxBytes)
  const sha256 = createHash('sha256').update(data).digest('hex')
  if (options.sha256 !== undefined && options.sha256.toLowerCase() !== sha256) {
    throw checksum(`${session.host}:${remotePath}`, options.sha256, sha256, 'invalid')
  }
  return data
}

async function measure(
  source: string | Buffer,
  signal: AbortSignal | undefined,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  if (typeof source !== 'string') return { sha256: hash.update(source).digest('hex'), bytes: source.length }
  let bytes = 0
  const count = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length
      hash.update(chunk)
    }
  }
  try {
    await pipeline(createReadStream(source), count, signal === undefined ? {} : { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw new HwError({
      code: 'ssh.no-such-file',
      kind: 'invalid',
      message: `The local file ${source} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'Check the path and its permissions.',
      cause: error,
    })
  }
  return { sha256: hash.digest('hex'), bytes }
}

function put(
  sftp: SftpChannel,
  source: string | Buffer,
  temporary: string,
  remotePath: string,
  options: UploadOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(sftpError(error, remotePath)) : resolve())
    if (typeof source !== 'string') sftp.writeFile(temporary, source, { mode: 0o600 }, done)
    else
      sftp.fastPut(
        source,
        temporary,
        { mode: 0o600, step: (sent, _, total) => options.onProgress?.(sent, total) },
        done,
      )
  })
}

async function get(sftp: SftpChannel, remotePath: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  // `end` is the last byte read: one more than allowed shows that there is more.
  const stream = sftp.createReadStream(remotePath, { start: 0, end: maxBytes })
  // It closes its file after the last byte; when the channel ends meanwhile, nobody else hears of that error.
  stream.on('error', () => {})
  try {
    for await (const chunk of stream) chunks.push(chunk)
  } catch (error) {
    throw sftpError(error, remotePath)
  }
  return Buffer.concat(chunks)
}

async function shell(
  session: SshSession,
  script: string,
  args: readonly string[],
  path: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { code, stderr } = await session.exec(['sh', '-c', script, 'hwa-upload', ...args], { signal })
  if (code === 0 || code === 65) return code
  throw transferFailed(path, stderr.toString().trim().slice(0, 500), session.host)
}

/** SFTP status codes (draft-ietf-secsh-filexfer-02 §7). */
const BY_STATUS: Readonly<Record<number, string>> = { 2: 'ssh.no-such-file', 3: 'ssh.permission' }

function sftpError(reason: unknown, path: string): HwError {
  if (isHwError(reason)) return reason
  const error: Error & { code?: string | number } = reason instanceof Error ? reason : new Error(String(reason))
  const code = typeof error.code === 'number' ? BY_STATUS[error.code] : undefined
  if (code === undefined) return transferFailed(path, error.message)
  return new HwError({
    code,
    kind: 'invalid',
    message: `${path} on the host: ${error.message}.`,
    hint: code === 'ssh.permission' ? 'The login user may not do this; choose a path of its own.' : 'Check the path.',
    context: { path },
    cause: error,
  })
}

function transferFailed(path: string, reason: string, host?: string): HwError {
  return new HwError({
    code: 'ssh.transfer',
    kind: 'transient',
    message: `The transfer of ${path} failed: ${reason}`,
    hint: 'Is there room on the host? An ephemeral OS lives in memory.',
    context: { path, host },
  })
}

function checksum(what: string, expected: string, seen: string, kind: 'invalid' | 'transient'): HwError {
  return new HwError({
    code: 'ssh.checksum',
    kind,
    message: `${what} has the SHA-256 digest ${seen}, expected was ${expected}.`,
    hint: 'The file is not the one described, or was damaged on its way.',
    context: { expected, seen },
  })
}
