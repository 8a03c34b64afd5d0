import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
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
import type { HostIdentity, HostLocation } from '../provisioning/host.ts'
import { connectToBoot, type BootConnection } from '../ssh/connect.ts'
import { known, sameSerial, sameUuid, type HostIdentity as SeenIdentity } from '../ssh/identity.ts'
import { removeAllRuns, removeRun, run, status } from '../ssh/remote-run.ts'
import { toMs } from '../workflow/duration.ts'
import { SshLink, type SshLogin } from './ssh-link.ts'
import type { ToolDescription, Tools } from './tool-description.ts'

export interface SshHostShellOptions extends SshLogin {
  /** Wall time of one short command of ours. */
  readonly commandMs: number
  /** Wall time of one upload or download. */
  readonly transferMs: number
  readonly tools: Tools
  /** Where the run's record says the machine is, for a run that goes on after a restart. */
  readonly recorded: () => HostLocation | undefined
}

/** Folder of our tools in the login user's home: only that user and root can write there. */
const TOOLS_FOLDER = '.hwa-tools'

/** The `HostShell` capability over SSH: one connection at a time, to the boot that was found last. */
export class SshHostShell implements HostShell, AsyncDisposable {
  readonly #options: SshHostShellOptions
  #found: HostLocation | undefined
  readonly #link: SshLink
  #home: { readonly bootId: string; readonly path: string } | undefined

  constructor(options: SshHostShellOptions) {
    this.#options = options
    this.#link = new SshLink(options, () => this.location)
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
    const { id = `x-${uuid()}`, signal, sudo, stdin, env, timeout, onLine } = options
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
      }),
    )
    return { stdout, stderr, code }
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
    const path = `${await this.#toolsFolder(signal)}/${name}`
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
    const tool = this.#options.tools[name]?.find((one) => sameArchitecture(one.architecture, architecture))
    return tool && { architecture: tool.architecture, sha256: tool.files.map((file) => file.sha256) }
  }

  async hasTool(name: string, signal: AbortSignal): Promise<boolean> {
    const tool = this.#described(name)
    const folder = await this.#toolFolder(name, signal)
    const paths = tool.files.map((file) => `${folder}/${file.name}`)
    const { code, stdout } = await this.#link.use(signal, this.#options.commandMs, (session) =>
      session.exec(['sha256sum', '--', ...paths, `${folder}/.installed`], { signal }),
    )
    const sums = stdout
      .toString()
      .split('\n')
      .map((line) => line.slice(0, 64))
    return code === 0 && tool.files.every((file, index) => sums[index] === file.sha256)
  }

  async installTool(name: string, signal: AbortSignal): Promise<void> {
    const tool = this.#described(name)
    const folder = await this.#toolFolder(name, signal)
    for (const file of tool.files) {
      const bytes = await localFile(name, file)
      await this.#link.use(signal, this.#options.transferMs, (session) =>
        session.upload(bytes, `${folder}/${file.name}`, {
          mode: Number.parseInt(file.mode, 8),
          sha256: file.sha256,
          signal,
        }),
      )
    }
    for (const argv of tool.install) {
      const result = await this.#inFolder(folder, argv, signal, true)
      if (result.code !== 0) throw installFailed(name, argv, result)
    }
    const check = await this.#inFolder(folder, [...this.tool(name), ...tool.check.args], signal, true)
    if (!`${check.stdout}${check.stderr}`.includes(tool.check.contains)) throw checkFailed(name, tool, check)
    // The mark says that install and check went through, so that a half-installed tool is installed again.
    await this.#link.use(signal, this.#options.transferMs, (session) =>
      session.upload(Buffer.from('installed\n'), `${folder}/.installed`, { signal }),
    )
  }

  tool(name: string): ToolCommand {
    const { command } = this.#described(name)
    if (command.startsWith('/')) return [command]
    if (this.#home === undefined)
      throw new HwError({
        code: 'tool.not-installed',
        kind: 'internal',
        message: `${name} is called before it was installed.`,
      })
    return [`${this.#home.path}/${TOOLS_FOLDER}/${name}/${command}`]
  }

  async tidy(signal: AbortSignal): Promise<'clean' | 'gone'> {
    try {
      const folder = await this.#toolsFolder(signal)
      await this.#link.use(signal, this.#options.commandMs, async (session) => {
        await session.exec(['sudo', '-n', 'rm', '-rf', '--', folder], { signal })
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

  async #toolsFolder(signal: AbortSignal): Promise<string> {
    const bootId = this.location?.bootId ?? ''
    if (this.#home?.bootId !== bootId) {
      const { stdout } = await this.#link.use(signal, this.#options.commandMs, (session) =>
        session.exec(['sh', '-c', 'printf %s "$HOME"'], { signal }),
      )
      this.#home = { bootId, path: stdout.toString() }
    }
    return `${this.#home.path}/${TOOLS_FOLDER}`
  }

  async #toolFolder(name: string, signal: AbortSignal): Promise<string> {
    return `${await this.#toolsFolder(signal)}/${name}`
  }

  #inFolder(folder: string, argv: readonly string[], signal: AbortSignal, sudo: boolean): Promise<CommandResult> {
    const timeoutMs = this.#options.transferMs
    return this.#link.use(signal, twice(timeoutMs), (session, bootId) =>
      run(session, { id: `i-${uuid()}`, argv, cwd: folder, sudo, bootId, signal, timeoutMs }),
    )
  }

  #described(name: string): ToolDescription {
    const architecture = this.location?.identity.architecture ?? 'unknown'
    const tool = this.#options.tools[name]?.find((one) => sameArchitecture(one.architecture, architecture))
    if (tool) return tool
    throw new HwError({
      code: 'tool.not-described',
      kind: 'invalid',
      message: `No ${name} for ${architecture} is described.`,
      hint: `Describe it in the configuration under tools.${name}.`,
    })
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

/** A command that is over time is stopped first, which takes as long again at most. */
function twice(ms: number | undefined): number {
  return ms === undefined ? Number.POSITIVE_INFINITY : 2 * ms
}

function acceptable(seen: SeenIdentity, boot: Pick<FreshBoot, 'serial' | 'uuid'>): 'yes' | { readonly reason: string } {
  const serial = boot.serial ?? undefined
  const uuidOnRecord = boot.uuid ?? undefined
  // One that contradicts outweighs one that agrees.
  if (serial && known(seen.serial) && !sameSerial(serial, seen.serial))
    return { reason: `the serial number should be ${serial}` }
  if (sameSerial(serial, seen.serial) || sameUuid(uuidOnRecord, seen.uuid)) return 'yes'
  return {
    reason: `neither serial number ${serial ?? 'unknown'} nor UUID ${uuidOnRecord ?? 'unknown'} could be confirmed`,
  }
}

function locationOf({ address, hostKey, bootId, identity }: BootConnection): HostLocation {
  const { vendor, product, board, serial, architecture } = identity
  const said: HostIdentity = {
    vendor: vendor ?? null,
    product: product ?? null,
    board: board ?? null,
    serial: serial ?? null,
    uuid: identity.uuid ?? null,
    architecture,
  }
  return { address, hostKey, bootId, identity: said }
}

function sameArchitecture(described: string, host: string): boolean {
  const plain = (name: string) => name.replace(/\/.*$/, '').replace('arm64', 'aarch64').replace('amd64', 'x86_64')
  return plain(described) === plain(host)
}

async function localFile(tool: string, file: ToolDescription['files'][number]): Promise<Buffer> {
  let bytes: Buffer
  try {
    bytes = await readFile(file.path)
  } catch (error) {
    throw new HwError({
      code: 'tool.file',
      kind: 'invalid',
      message: `The file ${file.path} of the tool ${tool} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      hint: `Correct tools.${tool} in the configuration.`,
      cause: error,
    })
  }
  if (sha256(bytes) === file.sha256) return bytes
  throw new HwError({
    code: 'tool.file',
    kind: 'invalid',
    message: `The file ${file.path} of the tool ${tool} has the SHA-256 ${sha256(bytes)}, not ${file.sha256}.`,
    hint: 'The file was changed or replaced: check where it comes from, then correct file or checksum.',
  })
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function installFailed(tool: string, argv: readonly string[], { code, stderr, stdout }: CommandResult): HwError {
  return new HwError({
    code: 'tool.install-failed',
    kind: 'transient',
    message: `Installing ${tool} failed: ${argv[0]} ended with ${code}: ${(stderr || stdout).trim().slice(-300)}`,
    hint: `Try tools.${tool}.install by hand in the ephemeral OS of this architecture.`,
    context: { tool, exitCode: code },
  })
}

function checkFailed(tool: string, description: ToolDescription, { code, stdout, stderr }: CommandResult): HwError {
  return new HwError({
    code: 'tool.check-failed',
    kind: code === 126 || code === 127 ? 'invalid' : 'transient',
    message: `${tool} was installed, but ${[description.command, ...description.check.args].join(' ')} ended with ${code} and did not print "${description.check.contains}": ${(stderr || stdout).trim().slice(-300)}`,
    hint: `Is it the build for ${description.architecture}? Try it by hand in the ephemeral OS.`,
    context: { tool, exitCode: code },
  })
}
