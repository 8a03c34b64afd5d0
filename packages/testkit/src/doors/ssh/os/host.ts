import { randomInt } from 'node:crypto'
import type { Begin } from '../../../call.ts'
import type { LabClock } from '../../../clock.ts'
import type { ProcessListener } from '../../../process-start.ts'
import type { Boot, Machine } from '../../../world/machine.ts'
import { OsError } from './errno.ts'
import { FileSystem } from './file-system.ts'
import { installFiles } from './boot-files.ts'
import { type Body, type Ended, Process, ProcessGone, type ProcessSpec } from './process.ts'
import { OpenFile } from './open-file.ts'
import type { Program } from '../programs/program.ts'
import type { Signal } from './signals.ts'

/** What can run on a host, and what of it the image brings along. */
export interface Software {
  /** By the name in the program's file. */
  readonly programs: ReadonlyMap<string, Program>
  /** Name and path. */
  readonly image: readonly (readonly [string, string])[]
}

export interface HostParts {
  readonly machine: Machine
  readonly boot: Boot
  readonly clock: LabClock
  readonly software: Software
  /** When the boot came up, in lab milliseconds. */
  readonly bootedAt: number
  readonly begin: Begin
  /** Cuts every SSH connection of this host, as a network fault would. */
  readonly cutConnections: () => void
  /** Called once for each fault of the simulation itself. */
  readonly onInternalError: (error: unknown) => void
  readonly onProcess?: ProcessListener | undefined
}

/** How a new process differs from its parent. */
export interface Fork {
  readonly argv?: readonly string[]
  readonly env?: ReadonlyMap<string, string>
  readonly fds?: ReadonlyMap<number, OpenFile>
  /** 0: a group of its own. */
  readonly pgid?: number
  readonly uid?: number
  readonly gid?: number
  readonly cwd?: string
  readonly umask?: number
  readonly ignored?: ReadonlySet<Signal>
}

/** The operating system of one boot: files in RAM, processes, kernel modules. Gone with the next boot. */
export class Host {
  readonly programs: ReadonlyMap<string, Program>
  readonly machine: Machine
  readonly boot: Boot
  readonly clock: LabClock
  readonly fs: FileSystem
  readonly begin: Begin
  readonly cutConnections: () => void
  readonly bootedAt: number
  /** Told of every execve(2). */
  readonly onProcess: ProcessListener | undefined
  readonly processes = new Map<number, Process>()
  /** Loaded kernel modules; hpilo, which iLOrest's CHIF needs, comes up with its PCI device. */
  readonly modules: Set<string>
  /** Packages that dpkg knows: name → version, architecture, files. */
  readonly packages = new Map<
    string,
    {
      readonly version: string
      readonly architecture: string
      readonly files: readonly string[]
      readonly folders: readonly string[]
    }
  >()
  readonly #onInternalError: (error: unknown) => void
  #lastPid = 1000
  #down = false

  constructor(parts: HostParts) {
    this.machine = parts.machine
    this.boot = parts.boot
    this.modules = new Set(parts.machine.model.vendor === 'HPE' ? ['hpilo'] : [])
    this.clock = parts.clock
    this.#onInternalError = parts.onInternalError
    this.bootedAt = parts.bootedAt
    this.begin = parts.begin
    this.onProcess = parts.onProcess
    this.cutConnections = parts.cutConnections
    this.fs = new FileSystem(() => this.clock.now())
    this.programs = parts.software.programs
    installFiles(this, parts.software.image)
  }

  get isDown(): boolean {
    return this.#down
  }

  /** A process with nothing inherited: what sshd starts for a session. */
  start(spec: Omit<ProcessSpec, 'ppid' | 'pgid' | 'sid' | 'ignored'>, body: Body): Process {
    return this.#run({ ...spec, ppid: 1, pgid: 0, sid: 0, ignored: new Set() }, body)
  }

  /** fork(2): descriptors, environment, working folder and ignored signals are inherited. */
  fork(parent: Process, body: Body, differs: Fork = {}): Process {
    parent.check()
    const fds = differs.fds ?? new Map([...parent.fds].map(([fd, file]) => [fd, file.retain()]))
    return this.#run(
      {
        ppid: parent.pid,
        pgid: differs.pgid ?? parent.pgid,
        sid: parent.sid,
        uid: differs.uid ?? parent.uid,
        gid: differs.gid ?? parent.gid,
        argv: differs.argv ?? parent.argv,
        env: differs.env ?? parent.env,
        cwd: differs.cwd ?? parent.cwd,
        umask: differs.umask ?? parent.umask,
        fds,
        ignored: differs.ignored ?? parent.ignored,
      },
      body,
    )
  }

  /**
   * kill(2): a pid, a group (negative), or signal 0 to ask. Throws ESRCH, EPERM.
   * A group succeeds when at least one of its members could be signalled.
   */
  kill(sender: Pick<Process, 'uid'>, target: number, signal: Signal | 0): void {
    const found =
      target > 0 ? [this.processes.get(target)].filter((process) => process !== undefined) : this.group(-target)
    if (found.length === 0) throw new OsError('ESRCH')
    const allowed = found.filter((process) => sender.uid === 0 || sender.uid === process.uid)
    if (allowed.length === 0) throw new OsError('EPERM')
    if (signal !== 0) for (const process of allowed) this.deliver(process, signal)
  }

  deliver(process: Process, signal: Signal): void {
    process.receive(signal)
  }

  /** Members of a process group, zombies too. */
  group(pgid: number): Process[] {
    return [...this.processes.values()].filter((process) => process.pgid === pgid)
  }

  /** wait(2): the parent has taken note; the pid is free. */
  collect(process: Process): void {
    if (process.ended !== undefined) this.processes.delete(process.pid)
  }

  /** mktemp's letters. */
  randomName(length: number): string {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
    return Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('')
  }

  /** Lets timers and sockets of the simulating process have their turn. */
  breathe(): Promise<void> {
    this.clock.activity()
    return new Promise((resolve) => setImmediate(resolve))
  }

  /** Called by a process that has ended. */
  processEnded(process: Process): void {
    for (const child of this.processes.values()) {
      if (child.ppid !== process.pid) continue
      child.ppid = 1
      if (child.ended !== undefined) this.processes.delete(child.pid)
    }
    const parent = this.processes.get(process.ppid)
    if (parent === undefined || parent.ended !== undefined) this.processes.delete(process.pid)
    else this.deliver(parent, 'CHLD')
  }

  /** Power lost or kernel gone: every process ends at once. */
  shutDown(): void {
    this.#down = true
    for (const process of this.processes.values()) process.finish({ signal: 'KILL' })
    this.processes.clear()
  }

  #run(spec: ProcessSpec, body: Body): Process {
    this.#lastPid += 1
    const process = new Process(this, this.#lastPid, spec)
    this.processes.set(process.pid, process)
    if (this.#down) {
      process.finish({ signal: 'KILL' })
      return process
    }
    void this.#live(process, body)
    return process
  }

  async #live(process: Process, body: Body): Promise<void> {
    // A fork returns to its parent first.
    await Promise.resolve()
    let ended: Ended
    try {
      ended = { code: (await body(process)) & 0xff }
    } catch (error) {
      if (error instanceof ProcessGone) return
      if (error instanceof OsError) ended = { code: 1 }
      else {
        ended = { signal: 'SEGV' }
        this.#onInternalError(error)
      }
    }
    process.finish(ended)
  }
}
