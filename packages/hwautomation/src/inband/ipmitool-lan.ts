import { lanChannelCandidates, lanPrintArgv, lanSetArgv } from '../bmc/ipmitool/argv.ts'
import { ipmitoolFailure } from '../bmc/ipmitool/failure.ts'
import { parseLanPrint } from '../bmc/ipmitool/parse.ts'
import { isHwError } from '../errors.ts'
import type { CommandResult, HostShell } from '../provisioning/capabilities.ts'
import type { LanSettings, LanStep } from '../provisioning/bmc-network.ts'

/** The kernel's way to the BMC; on Arm servers SSIF instead of KCS. */
const DRIVERS = ['ipmi_devintf', 'ipmi_si', 'ipmi_ssif'] as const

/** The BMC's LAN settings by `ipmitool` on the host, over its own channel to the BMC: no address and no credential needed. */
export class IpmitoolLan {
  readonly #shell: HostShell
  readonly #channel: number | 'auto'
  readonly #toolMs: number
  #readyOn: string | undefined

  constructor(options: { readonly shell: HostShell; readonly channel: number | 'auto'; readonly toolMs: number }) {
    this.#shell = options.shell
    this.#channel = options.channel
    this.#toolMs = options.toolMs
  }

  async read(signal: AbortSignal): Promise<LanSettings> {
    await this.#loadDrivers(signal)
    let last: unknown
    for (const channel of this.#channel === 'auto' ? lanChannelCandidates : [this.#channel]) {
      try {
        const { source, address, netmask, gateway, mac } = parseLanPrint(
          (await this.#call(lanPrintArgv(channel), signal)).stdout,
        )
        return { channel, source, address, netmask, gateway, mac: mac ?? null }
      } catch (error) {
        if (!isHwError(error) || error.code !== 'bmc.no-lan-channel') throw error
        last = error
      }
    }
    throw last
  }

  async set(
    channel: number,
    step: LanStep,
    { id, signal }: { readonly id: string; readonly signal: AbortSignal },
  ): Promise<void> {
    await this.#loadDrivers(signal)
    // One that still runs is attached to; what has ended, or was stopped before it began, is out of the way.
    if ((await this.#shell.statusOf(id, signal)) !== 'running') await this.#shell.forget(id, signal)
    await this.#call(lanSetArgv(channel, step), signal, id)
  }

  async #loadDrivers(signal: AbortSignal): Promise<void> {
    if (this.#readyOn !== undefined && this.#readyOn === this.#shell.location?.bootId) return
    // Which of them a board needs is told by the device that appears; modprobe of the others fails, and that is no fault.
    for (const driver of DRIVERS)
      await this.#shell.run(['modprobe', driver], { sudo: true, signal, timeout: this.#toolMs })
    this.#readyOn = this.#shell.location?.bootId
  }

  async #call(argv: readonly string[], signal: AbortSignal, id?: string): Promise<CommandResult> {
    const result = await this.#shell.run([...this.#shell.tool('ipmitool'), ...argv], {
      sudo: true,
      signal,
      timeout: this.#toolMs,
      ...(id === undefined ? {} : { id }),
    })
    const failure = ipmitoolFailure({ argv, exitCode: result.code, stdout: result.stdout, stderr: result.stderr })
    if (failure) throw failure
    return result
  }
}
