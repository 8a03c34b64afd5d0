import { isHwError } from '../errors.ts'
import { Commissioning, HostShell } from './capabilities.ts'
import { findHost } from './fresh-boot.ts'
import { markHeld } from './holding.ts'
import type { HostLocation } from './host.ts'
import { isRescue, STATUS, type MachineState } from './machine-state.ts'
import type { Acting } from './provisioning.ts'
import { enterRescue, leaveRescue } from './rescue.ts'
import { through } from './patiently.ts'

/** How long a rescue system that MAAS calls up may take to answer. */
const UP_ALREADY_MS = 5 * 60_000

/**
 * A shell on the machine, however an earlier attempt or process left it: the one we have if it still answers, else rescue mode.
 * A lost connection alone is no reason for a reboot: the boot is asked for again first.
 */
export async function ensureShell(ctx: Acting, key: string): Promise<HostLocation> {
  const shell = ctx.use(HostShell)
  const known = shell.location
  if (known !== undefined && (await stillThere(ctx, known))) return known
  const maas = ctx.use(Commissioning)
  let { value: machine } = await maas.read(ctx.signal)
  const stuck = isRescue(machine.status) && machine.status !== STATUS.rescue && machine.status !== STATUS.enteringRescue
  if (stuck || (machine.status === STATUS.rescue && machine.power === 'off')) machine = await leaveRescue(ctx, key)
  if (machine.status === STATUS.rescue) {
    await markHeld(ctx, key)
    const found = await findUp(ctx, machine)
    if (found) return found
    machine = await leaveRescue(ctx, key)
  }
  const before = machine.status === STATUS.ready && machine.power !== 'off' ? await whoAnswers(ctx, machine) : undefined
  machine = await enterRescue(ctx, key)
  await markHeld(ctx, key)
  return findHost(ctx, machine, before?.bootId)
}

/** MAAS may be minutes late to see that a machine in rescue mode was switched off; one that does not answer is booted anew. */
async function findUp(ctx: Acting, machine: MachineState): Promise<HostLocation | undefined> {
  try {
    return await findHost(ctx, machine, undefined, UP_ALREADY_MS)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (isHwError(error) && error.code === 'ssh.no-boot') return undefined
    throw error
  }
}

/** The boot that is to be over, where it still answers. */
function whoAnswers(ctx: Acting, { addresses, serial, uuid }: MachineState): Promise<HostLocation | undefined> {
  return ctx.use(HostShell).peek({ candidates: addresses, serial, uuid, signal: ctx.signal })
}

async function stillThere(ctx: Acting, known: HostLocation): Promise<boolean> {
  try {
    const bootId = await through(ctx.clock, { signal: ctx.signal, within: 30_000 }, () =>
      ctx.use(HostShell).bootId(ctx.signal),
    )
    return bootId === known.bootId
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (isHwError(error) && error.kind === 'auth') throw error
    return false
  }
}
