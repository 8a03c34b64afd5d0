import type { Host } from './host.ts'
import { OsError } from './errno.ts'
import { type Caller, requireAccess } from './file-system.ts'
import { deviceStream, directoryStream, fileStream, OpenFile } from './open-file.ts'
import { defaultAction, type Signal, signalNumbers } from './signals.ts'

/** How a process ended: an exit code, or the signal that ended it. */
export type Ended = { readonly code: number } | { readonly signal: Signal }

/** Code that runs as a process. Its result is the exit code. */
export type Body = (process: Process) => Promise<number> | number

/** Thrown into the body of a process that no longer exists, so that it unwinds without another effect. */
export class ProcessGone extends Error {
  override readonly name = 'ProcessGone'
}

export interface ProcessSpec {
  readonly ppid: number
  readonly pgid: number
  readonly sid: number
  readonly uid: number
  readonly gid: number
  readonly argv: readonly string[]
  readonly env: ReadonlyMap<string, string>
  readonly cwd: string
  readonly umask: number
  readonly fds: ReadonlyMap<number, OpenFile>
  readonly ignored: ReadonlySet<Signal>
}

/** Shell-style status: 128 + n for a signal. */
export function statusOf(ended: Ended): number {
  return 'code' in ended ? ended.code : 128 + signalNumbers[ended.signal]
}

/** One process of a simulated host. Every system call of a process that was killed throws {@link ProcessGone}. */
export class Process implements Caller {
  readonly host: Host
  readonly pid: number
  readonly startedAt: number
  ppid: number
  pgid: number
  sid: number
  uid: number
  gid: number
  argv: readonly string[]
  env: Map<string, string>
  cwd: string
  umask: number
  readonly fds: Map<number, OpenFile>
  readonly ignored: Set<Signal>
  /** Caught signals: a shell's traps. */
  readonly handlers = new Map<Signal, () => void>()
  /** Set when it has ended; a zombie until its parent collects it. */
  ended: Ended | undefined
  readonly done: Promise<Ended>
  #finish!: (ended: Ended) => void
  readonly #gone = new AbortController()
  #stopped: { resume: Promise<void>; wake: () => void } | undefined

  constructor(host: Host, pid: number, spec: ProcessSpec) {
    this.host = host
    this.pid = pid
    this.startedAt = host.clock.now()
    this.ppid = spec.ppid
    this.pgid = spec.pgid === 0 ? pid : spec.pgid
    this.sid = spec.sid === 0 ? pid : spec.sid
    this.uid = spec.uid
    this.gid = spec.gid
    this.argv = spec.argv
    this.env = new Map(spec.env)
    this.cwd = spec.cwd
    this.umask = spec.umask
    this.fds = new Map(spec.fds)
    this.ignored = new Set(spec.ignored)
    this.done = new Promise((resolve) => {
      this.#finish = resolve
    })
    // One listener per blocked system call; a shell with many children waits for many.
    this.#gone.signal.addEventListener('abort', () => undefined)
  }

  /** Aborts when the process is gone: for lab-clock sleeps. */
  get signal(): AbortSignal {
    return this.#gone.signal
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined
  }

  /** Throws unless the process still runs. */
  check(): void {
    if (this.ended !== undefined) throw new ProcessGone()
  }

  /** Waits for `work` unless the process is killed first; a stopped process goes on only after SIGCONT. */
  readonly block = async <T>(work: Promise<T>): Promise<T> => {
    this.check()
    const result = await this.#orGone(work)
    while (this.#stopped !== undefined) await this.#orGone(this.#stopped.resume)
    this.check()
    return result
  }

  sleep(ms: number): Promise<void> {
    this.check()
    return this.block(this.host.clock.sleep(ms, this.signal).catch(() => undefined))
  }

  fd(number: number): OpenFile {
    this.check()
    const file = this.fds.get(number)
    if (file === undefined) throw new OsError('EBADF')
    return file
  }

  async read(fd: number, max = 65_536): Promise<Buffer> {
    const bytes = await this.fd(fd).stream.read(max, this.block)
    this.check()
    return bytes
  }

  /** A write to a pipe that nobody reads ends the process with SIGPIPE, unless it is ignored. */
  async write(fd: number, data: string | Buffer): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    if (bytes.length === 0) return
    try {
      await this.fd(fd).stream.write(bytes, this.block)
    } catch (error) {
      if (error instanceof OsError && error.code === 'EPIPE') this.host.deliver(this, 'PIPE')
      this.check()
      throw error
    }
    this.check()
  }

  /** Everything up to the end of the file. */
  async readAll(fd: number): Promise<Buffer> {
    const chunks: Buffer[] = []
    for (;;) {
      const chunk = await this.read(fd)
      if (chunk.length === 0) return Buffer.concat(chunks)
      chunks.push(chunk)
    }
  }

  out(text: string): Promise<void> {
    return this.write(1, text)
  }

  err(text: string): Promise<void> {
    return this.write(2, text)
  }

  /** open(2). */
  open(
    path: string,
    how: {
      read?: boolean
      write?: boolean
      create?: boolean
      exclusive?: boolean
      truncate?: boolean
      append?: boolean
    },
  ): OpenFile {
    this.check()
    const read = how.read === true
    const write = how.write === true
    const inode = this.host.fs.file(path, this, { ...how, read, write })
    if (inode.type === 'device') {
      const { device } = inode
      if (device === 'fd0' || device === 'fd1' || device === 'fd2') return this.fd(Number(device.slice(2))).retain()
      if (device === 'tty') throw new OsError('ENXIO')
      return new OpenFile(deviceStream(inode))
    }
    if (inode.type === 'directory') return new OpenFile(directoryStream(inode))
    if (inode.type === 'link') throw new OsError('ELOOP')
    return new OpenFile(fileStream(this.host.fs, inode, { read, write, append: how.append === true }))
  }

  async readFile(path: string): Promise<Buffer> {
    const file = this.open(path, { read: true })
    try {
      const chunks: Buffer[] = []
      for (;;) {
        const chunk = await file.stream.read(1 << 20, this.block)
        if (chunk.length === 0) return Buffer.concat(chunks)
        chunks.push(chunk)
      }
    } finally {
      file.release()
    }
  }

  async writeFile(path: string, data: string | Buffer): Promise<void> {
    const file = this.open(path, { write: true, create: true, truncate: true })
    await file.stream.write(typeof data === 'string' ? Buffer.from(data) : data, this.block)
    file.release()
  }

  chdir(path: string): void {
    this.check()
    const place = this.host.fs.locate(path, this)
    if (place.inode === undefined) throw new OsError('ENOENT')
    if (place.inode.type !== 'directory') throw new OsError('ENOTDIR')
    requireAccess(place.inode, this, 1)
    this.cwd = place.path
  }

  /** setsid(2); the caller checks that it leads no group. */
  setsid(): void {
    this.check()
    this.sid = this.pid
    this.pgid = this.pid
  }

  /** Puts `file` at descriptor `fd`, closing what was there. The reference is handed over. */
  place(fd: number, file: OpenFile): void {
    this.fds.get(fd)?.release()
    this.fds.set(fd, file)
  }

  close(fd: number): void {
    this.fds.get(fd)?.release()
    this.fds.delete(fd)
  }

  /** A signal has arrived. */
  receive(signal: Signal): void {
    if (this.ended !== undefined) return
    if (signal === 'CONT') this.#resume()
    if (signal !== 'KILL' && signal !== 'STOP') {
      const handler = this.handlers.get(signal)
      if (handler !== undefined) return handler()
      if (this.ignored.has(signal)) return
    }
    const action = defaultAction(signal)
    if (action === 'terminate') this.finish({ signal })
    else if (action === 'stop' && this.#stopped === undefined) {
      let wake = (): void => undefined
      const resume = new Promise<void>((resolve) => {
        wake = resolve
      })
      this.#stopped = { resume, wake }
    }
  }

  /** Ends it: descriptors closed, children handed to init, parent told. */
  finish(ended: Ended): void {
    if (this.ended !== undefined) return
    this.ended = ended
    for (const file of this.fds.values()) file.release()
    this.fds.clear()
    this.#gone.abort(new ProcessGone())
    this.#finish(ended)
    this.host.processEnded(this)
  }

  #resume(): void {
    const stopped = this.#stopped
    this.#stopped = undefined
    stopped?.wake()
  }

  #orGone<T>(work: Promise<T>): Promise<T> {
    const { signal } = this
    return new Promise<T>((resolve, reject) => {
      const onGone = (): void => reject(new ProcessGone())
      if (signal.aborted) return onGone()
      signal.addEventListener('abort', onGone, { once: true })
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onGone))
    })
  }
}
