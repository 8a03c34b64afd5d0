import type { BiosConfiguration, BiosRegistry, BiosValue } from '../bios/configuration.ts'
import type { PulledBios } from './bios-files.ts'
import { Capability } from '../workflow/context.ts'
import type { HostLocation } from './host.ts'
import type { MachineState } from './machine-state.ts'

/** What every capability answers: the value, who served it, who was tried before, and when it was so. */
export interface Answer<T> {
  readonly value: T
  readonly servedBy: string
  readonly tried: readonly string[]
  /** ISO 8601. */
  readonly observedAt: string
}

/** Called with one short line when waiting is not going well; never fails the wait. */
export type OnTrouble = (line: string) => void

/**
 * The life cycle of the run's machine. Verbs only start a change; `until` sees it happen.
 * A refusal by MAAS rejects with `context.sent: 'refused'`; a request whose answer was lost is of kind `lost-contact-after-effect`.
 */
export interface Commissioning {
  /** The machine as it is now. */
  read(signal: AbortSignal): Promise<Answer<MachineState>>
  /** Polls (shared by all runs) until `done` returns something. Failed polls are reported, not thrown, save refused credentials. */
  until<T>(
    done: (machine: MachineState) => T | undefined,
    options: { readonly signal: AbortSignal; readonly onTrouble?: OnTrouble },
  ): Promise<T>
  /** The MAAS user we act as. */
  user(signal: AbortSignal): Promise<Answer<string>>
  /** With SSH left on, and without the scripts that would change the BMC or test the hardware, as configured. */
  commission(signal: AbortSignal): Promise<void>
  abort(signal: AbortSignal): Promise<void>
  /** Cycles or powers on into the ephemeral OS and takes ownership. Never call it in status 17: it would cycle again. */
  enterRescue(signal: AbortSignal): Promise<void>
  /** Powers off and gives the machine back. */
  exitRescue(signal: AbortSignal): Promise<void>
  /** No error if already off. */
  powerOff(signal: AbortSignal): Promise<void>
  /** Sets the run annotation, or clears it with ''. Only while the machine is owned. */
  annotate(value: string, signal: AbortSignal): Promise<void>
  /** Whether scripts of that commissioning really ran: a refused request leaves a set that is all aborted. */
  commissioningRan(resultId: number, signal: AbortSignal): Promise<boolean>
  /** True for a run of our own store that has ended: what it holds may be adopted. */
  isAbandonedRun(runId: string): Promise<boolean>
  /** Id of the newest event that MAAS has of the machine, of any level; undefined where it has none. */
  newestEvent(signal: AbortSignal): Promise<number | undefined>
  /** The machine's events after that one, of any level, oldest first; at most 1000. */
  eventsSince(event: number, signal: AbortSignal): Promise<readonly MachineEvent[]>
  /** Failing scripts with their last output, one line each; empty where nothing failed. */
  explainFailure(signal: AbortSignal): Promise<readonly string[]>
}
export const Commissioning = new Capability<Commissioning>('commissioning')

/** An entry of MAAS's event log: what happened, in MAAS's words. */
export interface MachineEvent {
  readonly id: number
  readonly type: string
  readonly description: string
}

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly signal: AbortSignal
  /** Names the remote run: the same id never starts a second process on the same boot. Default: a fresh one. */
  readonly id?: string
  readonly sudo?: boolean
  /** For secrets: never seen in argv. */
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeout?: number | string
  readonly onLine?: (line: string) => void
}

export interface FreshBoot {
  readonly candidates: readonly string[]
  /** What the machine must say of itself; at least one of the two must be known and equal. */
  readonly serial: string | null
  readonly uuid: string | null
  /** Boot that must be over. */
  readonly notBootId?: string
  /** Milliseconds on the clock until it must have answered. */
  readonly within?: number
  readonly onTrouble?: OnTrouble
  readonly signal: AbortSignal
  /** Read again while waiting: addresses may change. */
  readonly refresh?: () => Promise<readonly string[]>
  /** This boot may have been worked in before, by a process that died: `takeOver` has something to look for. */
  readonly workedIn?: boolean
}

/** A command that an installed tool is called by, e.g. `['/home/ubuntu/.hwa/tools/ilorest/ilorest']`. */
export type ToolCommand = readonly string[]

/** A shell on the run's machine: over SSH, in the boot that was found last. */
export interface HostShell {
  /** The boot commands go to; undefined before the first `connect`. */
  readonly location: HostLocation | undefined
  /** Waits for a boot that is the right machine and not `notBootId`, and goes there from now on. */
  connect(boot: FreshBoot): Promise<Answer<HostLocation>>
  /** Looks at whoever answers at the candidates, once, without waiting. */
  peek(boot: Omit<FreshBoot, 'notBootId' | 'refresh' | 'within'>): Promise<HostLocation | undefined>
  /** Runs argv (never a shell line) and returns when it has ended, whatever its exit code. */
  run(argv: readonly string[], options: CommandOptions): Promise<CommandResult>
  /**
   * Makes a boot one's own in which a process that died may have left commands running: unnamed ones, which only read, are stopped;
   * named ones change something and are waited for. Looks once; no error where nothing was left.
   */
  takeOver(options: { readonly signal: AbortSignal; readonly onTrouble: OnTrouble }): Promise<void>
  /** How a named run of this boot ended, waited for; undefined where there is none. Starts nothing. */
  attach(id: string, signal: AbortSignal): Promise<CommandResult | undefined>
  /** What became of a named run in this boot. */
  statusOf(id: string, signal: AbortSignal): Promise<'absent' | 'running' | { readonly code: number }>
  /** Forgets a named run, so that its id may be used again. */
  forget(id: string, signal: AbortSignal): Promise<void>
  /** The boot the shell is in now, read fresh. */
  bootId(signal: AbortSignal): Promise<string>
  /** Puts bytes on the host: 0600, checked by hash. */
  put(name: string, bytes: Uint8Array, signal: AbortSignal): Promise<string>
  /** Fetches a file of at most `maxBytes`. */
  get(path: string, options: { readonly maxBytes: number; readonly signal: AbortSignal }): Promise<Uint8Array>
  /** The described tool for an architecture (`uname -m`, or MAAS's word for it), or undefined where none is described. */
  describedTool(
    name: string,
    architecture: string,
  ): { readonly architecture: string; readonly sha256: readonly string[] } | undefined
  /** Whether the described tool is on this boot with the right checksum. */
  hasTool(name: string, signal: AbortSignal): Promise<boolean>
  /** Uploads, installs and checks the described tool. */
  installTool(name: string, signal: AbortSignal): Promise<void>
  /** How an installed tool is called. */
  tool(name: string): ToolCommand
  /** Removes everything of this run from the host: run directories, tools, uploads. No error if the host is gone. */
  tidy(signal: AbortSignal): Promise<'clean' | 'gone'>
}
export const HostShell = new Capability<HostShell>('host-shell')

/** What a machine's BIOS says, in force and for its next boot. */
export interface BiosReading {
  /** In force since the last boot. */
  readonly current: BiosConfiguration
  /** What the next boot would bring: equals `current` where nothing is pending, and where the device does not tell (`staging`). */
  readonly pending: BiosConfiguration
  /**
   * `shown`: `pending` tells what was staged. `hidden`: the device tells nothing of it before the boot that applies it (Supermicro),
   * so that only the exit code of the writing, and the boot, say whether it was taken.
   */
  readonly staging: 'shown' | 'hidden'
  /** Whether the next boot applies what is pending: Dell needs a job for it. Absent where pending values need nothing more. */
  readonly scheduled?: boolean
  /** What the firmware said against the last change, one sentence each; empty is good. It stays until the next change. */
  readonly verdict: readonly string[]
  /** When the last change was applied, as the firmware says; tells an old verdict from a new one. */
  readonly appliedAt: string | null
  /** What exists and is allowed on this board, where the device tells. */
  readonly registry?: BiosRegistry
  /** The configuration in the tool's own file format, fit for restoring; only when asked for. */
  readonly file?: Uint8Array
}

/** New values by native attribute name. */
export type BiosChanges = Readonly<Record<string, BiosValue>>

/** BIOS configuration of the run's machine by its vendor's in-band tool. */
export interface Bios {
  /** Name of the tool that does it, as described in the configuration: `ilorest`, `sum`, `saa`, `racadm`. */
  readonly tool: string
  /** Of `BiosReading.file`, for the name and type it is kept under. */
  readonly fileFormat: { readonly extension: 'json' | 'xml'; readonly mediaType: string }
  /** Reads current and pending; with `everything` also the registry and the restorable file. */
  read(options: {
    readonly signal: AbortSignal
    readonly everything: boolean
    readonly onStage: (sentence: string) => void
  }): Promise<Answer<BiosReading>>
  /**
   * Stages changes for the next boot; reboots nothing. `id` names the remote run that commits them.
   * @throws HwError `bios.job-pending` (busy) where somebody else's change waits for the next boot and none can be added
   */
  stage(
    changes: BiosChanges,
    options: { readonly id: string; readonly signal: AbortSignal; readonly onStage: (sentence: string) => void },
  ): Promise<void>
  /** Waits for the end of a commit that has begun in this boot and says whether there was one; throws what it failed with. */
  finish(id: string, signal: AbortSignal): Promise<'committed' | 'not-begun'>
  /**
   * Waits while the device applies settings: no reboot may come between, and nothing read meanwhile holds. Dell: a running job of
   * `BIOS.Setup.1-1`. Returns at once where there is no such thing, or the tool is not on the host.
   * @returns in words, the job that still waits for the next boot, where there is one
   */
  untilSettled(options: {
    readonly signal: AbortSignal
    readonly onStage: (sentence: string) => void
  }): Promise<string | undefined>
  /** Ends the tool's session on the host, also one that a process before this left open. No error where there is none. */
  signOut(signal: AbortSignal): Promise<void>
  /** What is in force and staged, asked once over the network without the host running; undefined where that cannot be had. */
  peek(signal: AbortSignal): Promise<Pick<BiosReading, 'current' | 'pending'> | undefined>
}
export const Bios = new Capability<Bios>('bios')

/** The BIOS configuration that is to come back, where a run restores one. */
export interface KeptBios {
  /** As it was read then. @throws HwError `bios.kept-missing` */
  found(signal: AbortSignal): Promise<PulledBios>
}
export const KeptBios = new Capability<KeptBios>('kept-bios')

/** MAAS tags of the run's machine. */
export interface Tags {
  /** Creates the tag where it is missing. */
  ensure(name: string, comment: string, signal: AbortSignal): Promise<void>
  add(name: string, signal: AbortSignal): Promise<void>
  /** No error if it has not got it. */
  remove(name: string, signal: AbortSignal): Promise<void>
}
export const Tags = new Capability<Tags>('tags')
