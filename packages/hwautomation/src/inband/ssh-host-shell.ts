import { createHash } from 'node:crypto'
import { v7 as uuid } from 'uuid'
import { timestamp } from '../clock.ts'
import { HwError, isHwError } from '../errors.ts'
import type {
  Answer,
  CommandOptions,
  CommandResult,
  FreshBoot,
  HostShell,
  ToolCommand,
} from '../provisioning/capabilities.ts'
import type { HostLocation } from '../provisioning/host.ts'
import { connectToBoot, type BootConnection } from '../ssh/connect.ts'
import { attach } from '../ssh/left-runs.ts'
import { removeAllRuns, removeRun, run, status } from '../ssh/remote-run.ts'
import { LeaseLost, leavesTheRun } from '../workflow/cancellation.ts'
import { toMs } from '../workflow/duration.ts'
import { acceptable, locationOf } from './host-seen.ts'
import { HostTools } from './host-tools.ts'
import { endLeftRuns, UNNAMED } from './left-running.ts'
import { SshLink, twice, type SshLogin } from './ssh-link.ts'
import type { Tools } from './tool-description.ts'

export interface SshHostShellOptions extends SshLogin {
  /** Wall time of one short command of ours. */
  readonly commandMs: number
  /** Wall time of one upload or download. */
  readonly transferMs: number
  readonly tools: Tools
  /** Where the run's record says the machine is, for a run that goes on after a restart. */
  readonly recorded: () => HostLocation | undefined
}

/** The `HostShell` capability over SSH: one connection at a time, to the boot that was found last. */
export class SshHostShell implements HostShell, AsyncDisposable {
  readonly #options: SshHostShellOptions
  #found: HostLocation | undefined
  /** The boot in which nobody before us can have left anything running. */
  #ownBoot: string | undefined
  readonly #link: SshLink
  readonly #tools: HostTools

  constructor(options: SshHostShellOptions) {
    this.#options = options
    const location = () => this.location
    this.#link = new SshLink(options, location)
    this.#tools = new HostTools({ ...options, link: this.#link, location })
  }

  get location(): HostLocation | undefined {
    this.#found ??= this.#options.recorded()
    return this.#found
  }

  // ── finding the machine ──

  async connect(boot: FreshBoot): Promise<Answer<HostLocation>> {
    await this.#link.hangUp()
    const connection = await this.#search(boot, boot.within)
    this.#link.adopt(connection.session)
    this.#found = locationOf(connection)
    if (boot.workedIn !== true) this.#ownBoot = this.#found.bootId
    return { value: this.#found, servedBy: 'ssh', tried: boot.candidates, observedAt: timestamp(this.#options.clock) }
  }

  async peek(boot: Omit<FreshBoot, 'notBootId' | 'refresh' | 'within'>): Promise<HostLocation | undefined> {
    if (boot.candidates.length === 0) return undefined
    try {
      const connection = await this.#search(boot, 0)
      await connection.session.close()
      return locationOf(connection)
    } catch (error) {
      boot.signal.throwIfAborted()
      if (isHwError(error)) return undefined
      throw error
    }
  }

  #search(boot: FreshBoot, timeoutMs: number | undefined): Promise<BootConnection> {
    const { username, privateKey, passphrase, dial, timeouts, clock, logger, redactor } = this.#options
    return connectToBoot({
      username,
      privateKey,
      passphrase,
      dial,
      clock,
      logger,
      redactor,
      ...(timeouts ? { timeouts } : {}),
      candidates: boot.refresh ?? boot.candidates,
      accept: async (seen) => acceptable(seen, boot),
      notBootId: boot.notBootId,
      signal: boot.signal,
      timeoutMs,
      onWait: (addresses) =>
        boot.onTrouble?.(
          [...addresses].map(([address, said]) => `${address}: ${said}`).join('; ') || 'MAAS knows no address yet',
        ),
    })
  }

  // ── running commands ──

  async run(argv: readonly string[], options: CommandOptions): Promise<CommandResult> {
    const { id = `${UNNAMED}${uuid()}`, signal, sudo, stdin, env, timeout, onLine } = options
    const timeoutMs = timeout === undefined ? undefined : toMs(timeout)
    const { stdout, stderr, code } = await this.#link.use(signal, twice(timeoutMs), (session, bootId) =>
      run(session, {
        id,
        argv,
        sudo,
        stdin,
        env,
        bootId,
        signal,
        onLine,
        timeoutMs,
        // Who goes on with the run attaches to a named command; nobody would to one without a name.
        leaveRunning: (reason) => leavesTheRun(reason) && (options.id !== undefined || reason instanceof LeaseLost),
      }),
    )
    return { stdout, stderr, code }
  }

  async takeOver({ signal, onTrouble }: Parameters<HostShell['takeOver']>[0]): Promise<void> {
    const bootId = this.location?.bootId
    if (bootId === undefined || bootId === this.#ownBoot) return
    const { commandMs, transferMs } = this.#options
    await endLeftRuns(this.#link, { commandMs, transferMs, signal, onTrouble })
    this.#ownBoot = bootId
  }

  async attach(id: string, signal: AbortSignal): Promise<CommandResult | undefined> {
    const timeoutMs = this.#options.transferMs
    const found = await this.#link.use(signal, twice(timeoutMs), (session, bootId) =>
      attach(session, { id, bootId, signal, timeoutMs, leaveRunning: leavesTheRun }),
    )
    return found && { stdout: found.stdout, stderr: found.stderr, code: found.code }
  }

  async statusOf(id: string, signal: AbortSignal): Promise<'absent' | 'running' | { readonly code: number }> {
    const found = await this.#link.use(signal, this.#options.commandMs, (session) => status(session, id))
    // One that died left no code: what it did is for the device to say.
    return found === 'died' ? { code: 255 } : found
  }

  forget(id: string, signal: AbortSignal): Promise<void> {
    return this.#link.use(signal, this.#options.commandMs, (session) => removeRun(session, id))
  }

  async bootId(signal: AbortSignal): Promise<string> {
    const { stdout } = await this.#link.use(signal, this.#options.commandMs, (session) =>
      session.exec(['cat', '/proc/sys/kernel/random/boot_id'], { signal }),
    )
    return stdout.toString().trim()
  }

  // ── files and tools ──

  async put(name: string, bytes: Uint8Array, signal: AbortSignal): Promise<string> {
    const path = `${await this.#tools.folder(signal)}/${name}`
    await this.#link.use(signal, this.#options.transferMs, (session) =>
      session.upload(Buffer.from(bytes), path, { mode: 0o600, sha256: sha256(bytes), signal }),
    )
    return path
  }

  get(
    path: string,
    { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<Uint8Array> {
    return this.#link.use(signal, this.#options.transferMs, (session) => session.download(path, { maxBytes, signal }))
  }

  describedTool(
    name: string,
    architecture: string,
  ): { readonly architecture: string; readonly sha256: readonly string[] } | undefined {
    return this.#tools.described(name, architecture)
  }

  hasTool(name: string, signal: AbortSignal): Promise<boolean> {
    return this.#tools.has(name, signal)
  }

  installTool(name: string, signal: AbortSignal): Promise<void> {
    return this.#tools.install(name, signal)
  }

  tool(name: string): ToolCommand {
    return this.#tools.command(name)
  }

  async tidy(signal: AbortSignal): Promise<'clean' | 'gone'> {
    try {
      await this.takeOver({ signal, onTrouble: () => {} })
      const folder = await this.#tools.folder(signal)
      await this.#link.use(signal, this.#options.commandMs, async (session) => {
        await session.exec(['sudo', '-n', 'rm', '-rf', '--', folder], { signal })
        const { code } = await session.exec(['test', '!', '-e', folder], { signal })
        if (code !== 0) throw notRemoved(folder)
        await removeAllRuns(session)
      })
      return 'clean'
    } catch (error) {
      signal.throwIfAborted()
      if (isHwError(error) && (GONE.has(error.code) || error.code.startsWith('network.'))) return 'gone'
      throw error
    } finally {
      await this.#link.hangUp()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link.hangUp()
  }
}

const GONE: ReadonlySet<string> = new Set([
  'ssh.lost',
  'ssh.not-connected',
  'ssh.unreachable',
  'ssh.handshake',
  'ssh.timeout',
  'ssh.no-host',
  'ssh.host-key-changed',
  'ssh.rebooted',
])

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function notRemoved(folder: string): HwError {
  return new HwError({
    code: 'host.files-left',
    kind: 'transient',
    message: `${folder} is still on the host after it was removed.`,
    hint: 'Remove it by hand, or switch the host off: its disk is in RAM.',
  })
}
