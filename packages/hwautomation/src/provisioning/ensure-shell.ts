import { isHwError } from '../errors.ts'
import { Commissioning, HostShell } from './capabilities.ts'
import { findHost } from './fresh-boot.ts'
import { assertNotForeign, markHeld, taken } from './holding.ts'
import type { HostLocation } from './host.ts'
import { isRescue, type MachineState } from './machine-state.ts'
import { MACHINE_STATUS } from './machine-status.ts'
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
  if (known !== undefined && (await stillThere(ctx, known))) {
    await takeOver(ctx)
    return known
  }
  const maas = ctx.use(Commissioning)
  let { value: machine } = await maas.read(ctx.signal)
  if (isRescue(machine.status)) await assertOurs(ctx, machine)
  const stuck =
    isRescue(machine.status) &&
    machine.status !== MACHINE_STATUS.rescueMode &&
    machine.status !== MACHINE_STATUS.enteringRescueMode
  if (stuck || (machine.status === MACHINE_STATUS.rescueMode && machine.power === 'off'))
    machine = await leaveRescue(ctx, key)
  if (machine.status === MACHINE_STATUS.rescueMode) {
    await markHeld(ctx, key)
    const found = await findUp(ctx, machine)
    if (found) return found
    machine = await leaveRescue(ctx, key)
  }
  const before =
    machine.status === MACHINE_STATUS.ready && machine.power !== 'off' ? await whoAnswers(ctx, machine) : undefined
  const entered = await enterRescue(ctx, key, before?.bootId)
  await markHeld(ctx, key)
  return findHost(ctx, entered.machine, { over: entered.over })
}

/** MAAS would let us enter, leave and mark it although somebody else has it. @throws HwError `machine.taken` */
async function assertOurs(ctx: Acting, machine: MachineState): Promise<void> {
  const { value: user } = await ctx.use(Commissioning).user(ctx.signal)
  if (machine.owner !== user || machine.locked) throw taken(machine)
  await assertNotForeign(ctx, machine)
}

/** An earlier process may have left commands running in this boot: nothing may go on beside ours. */
function takeOver(ctx: Acting): Promise<void> {
  const shell = ctx.use(HostShell)
  return shell.takeOver({
    signal: ctx.signal,
    onTrouble: (line) => ctx.logger.info({ door: 'ssh', error: line }, 'something was left running on the host'),
  })
}

/** MAAS may be minutes late to see that a machine in rescue mode was switched off; one that does not answer is booted anew. */
async function findUp(ctx: Acting, machine: MachineState): Promise<HostLocation | undefined> {
  try {
    const found = await findHost(ctx, machine, { within: UP_ALREADY_MS, workedIn: true })
    await takeOver(ctx)
    return found
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
