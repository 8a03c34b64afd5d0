import { HwError } from '../errors.ts'
import type { Duration } from '../workflow/step.ts'
import { Commissioning, HostShell } from './capabilities.ts'
import type { HostLocation } from './host.ts'
import type { MachineState } from './machine-state.ts'
import type { Acting } from './provisioning.ts'
import { QUIET_FOR } from './quiet-for.ts'
import { stepTimes } from './step-times.ts'

/** A server with much memory is in POST for 10 minutes, and applying BIOS settings may reset it twice. */
const UP_WITHIN_MS = 20 * 60_000

export interface BootSought {
  /** The boot that must be over. */
  readonly over?: string | undefined
  /** Milliseconds on the clock. */
  readonly within?: number
  /** A process before this one may have worked in it. */
  readonly workedIn?: boolean
  /** How long it may say nothing new; default that of a boot. */
  readonly quietFor?: Duration
}

/**
 * Finds the shell of the boot that has just begun: probes all addresses MAAS knows (they are those of the last commissioning)
 * and believes only a host that proves to be this machine, in a boot that is not over.
 */
export async function findHost(
  ctx: Acting,
  machine: MachineState,
  { over, within = UP_WITHIN_MS, workedIn, quietFor = QUIET_FOR.boot }: BootSought = {},
): Promise<HostLocation> {
  if (machine.serial === null && machine.uuid === null) {
    throw new HwError({
      code: 'host.identity-unknown',
      kind: 'conflict',
      message: `MAAS knows neither serial number nor UUID of ${machine.hostname}, so no host that answers could be proved to be it.`,
      hint: 'Ask for recommission: commissioning fills in both.',
    })
  }
  const maas = ctx.use(Commissioning)
  return ctx.subTask('Connecting over SSH…', { quietFor }, async (task) => {
    const { value } = await ctx.use(HostShell).connect({
      candidates: machine.addresses,
      serial: machine.serial,
      uuid: machine.uuid,
      signal: ctx.signal,
      within: Math.min(within, 0.8 * stepTimes(ctx.request.profile, 'retrieve-ip').attempt),
      onTrouble: task.detail,
      refresh: async () => (await maas.read(ctx.signal)).value.addresses,
      ...(over === undefined ? {} : { notBootId: over }),
      ...(workedIn === undefined ? {} : { workedIn }),
    })
    task.detail(`${value.address}, boot ${value.bootId.slice(0, 8)}`)
    return value
  })
}
