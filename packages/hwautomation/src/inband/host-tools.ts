import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { v7 as uuid } from 'uuid'
import { HwError } from '../errors.ts'
import type { CommandResult, ToolCommand } from '../provisioning/capabilities.ts'
import type { HostLocation } from '../provisioning/host.ts'
import { run } from '../ssh/remote-run.ts'
import { twice, type SshLink } from './ssh-link.ts'
import type { ToolDescription, Tools } from './tool-description.ts'

export interface HostToolsOptions {
  readonly link: SshLink
  readonly tools: Tools
  readonly location: () => HostLocation | undefined
  readonly commandMs: number
  readonly transferMs: number
}

/** Ids of install commands begin so: they are begun anew, never attached to. */
export const INSTALLING = 'i-'

/** Folder of our tools in the login user's home: only that user and root can write there. */
const TOOLS_FOLDER = '.hwa-tools'

/** The in-band tools a site describes, on the host of the moment: uploaded, checked by hash, installed, called. */
export class HostTools {
  readonly #options: HostToolsOptions
  #home: { readonly bootId: string; readonly path: string } | undefined

  constructor(options: HostToolsOptions) {
    this.#options = options
  }

  /** For `uname -m`, or MAAS's word for it; undefined where none is described. */
  described(
    name: string,
    architecture: string,
  ): { readonly architecture: string; readonly sha256: readonly string[] } | undefined {
    const tool = this.#find(name, architecture)
    return tool && { architecture: tool.architecture, sha256: tool.files.map((file) => file.sha256) }
  }

  /** Whether all files are on this boot with the right checksums, and install and check went through. */
  async has(name: string, signal: AbortSignal): Promise<boolean> {
    const tool = this.#described(name)
    const folder = await this.#folderOf(name, signal)
    const paths = tool.files.map((file) => `${folder}/${file.name}`)
    const { link, commandMs } = this.#options
    const { code, stdout } = await link.use(signal, commandMs, (session) =>
      session.exec(['sha256sum', '--', ...paths, `${folder}/.installed`], { signal }),
    )
    const sums = stdout
      .toString()
      .split('\n')
      .map((line) => line.slice(0, 64))
    return code === 0 && tool.files.every((file, index) => sums[index] === file.sha256)
  }

  /** @throws HwError `tool.file`, `tool.install-failed`, `tool.check-failed` and those of the connection */
  async install(name: string, signal: AbortSignal): Promise<void> {
    const tool = this.#described(name)
    const folder = await this.#folderOf(name, signal)
    const { link, transferMs } = this.#options
    for (const file of tool.files) {
      const bytes = await localFile(name, file)
      const how = { mode: Number.parseInt(file.mode, 8), sha256: file.sha256, signal }
      await link.use(signal, transferMs, (session) => session.upload(bytes, `${folder}/${file.name}`, how))
    }
    for (const argv of tool.install) {
      const result = await this.#runIn(folder, argv, signal)
      if (result.code !== 0) throw installFailed(name, argv, result)
    }
    const check = await this.#runIn(folder, [...this.command(name), ...tool.check.args], signal)
    if (!`${check.stdout}${check.stderr}`.includes(tool.check.contains)) throw checkFailed(name, tool, check)
    // The mark says that install and check went through, so that a half-installed tool is installed again.
    await link.use(signal, transferMs, (session) =>
      session.upload(Buffer.from('installed\n'), `${folder}/.installed`, { signal }),
    )
  }

  /** How an installed tool is called. */
  command(name: string): ToolCommand {
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

  /** Where all tools of this boot are; nothing else is there. */
  async folder(signal: AbortSignal): Promise<string> {
    const { link, commandMs, location } = this.#options
    const bootId = location()?.bootId ?? ''
    if (this.#home?.bootId !== bootId) {
      const { stdout } = await link.use(signal, commandMs, (session) =>
        session.exec(['sh', '-c', 'printf %s "$HOME"'], { signal }),
      )
      this.#home = { bootId, path: stdout.toString() }
    }
    return `${this.#home.path}/${TOOLS_FOLDER}`
  }

  async #folderOf(name: string, signal: AbortSignal): Promise<string> {
    return `${await this.folder(signal)}/${name}`
  }

  #runIn(folder: string, argv: readonly string[], signal: AbortSignal): Promise<CommandResult> {
    const { link, transferMs: timeoutMs } = this.#options
    return link.use(signal, twice(timeoutMs), (session, bootId) =>
      run(session, { id: `${INSTALLING}${uuid()}`, argv, cwd: folder, sudo: true, bootId, signal, timeoutMs }),
    )
  }

  #described(name: string): ToolDescription {
    const architecture = this.#options.location()?.identity.architecture ?? 'unknown'
    const tool = this.#find(name, architecture)
    if (tool) return tool
    throw new HwError({
      code: 'tool.not-described',
      kind: 'invalid',
      message: `No ${name} for ${architecture} is described.`,
      hint: `Describe it in the configuration under tools.${name}.`,
    })
  }

  #find(name: string, architecture: string): ToolDescription | undefined {
    return this.#options.tools[name]?.find((one) => sameArchitecture(one.architecture, architecture))
  }
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
