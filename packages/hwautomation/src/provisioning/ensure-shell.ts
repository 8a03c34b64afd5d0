import { isHwError } from '../errors.ts'
import { Commissioning, HostShell } from './capabilities.ts'
import { findHost } from './fresh-boot.ts'
import { markHeld } from './holding.ts'
import type { HostLocation } from './host.ts'
import { isRescue, STATUS } from './machine-state.ts'
import type { Acting } from './provisioning.ts'
import { enterRescue, leaveRescue } from './rescue.ts'
import { patiently } from './patiently.ts'

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
  if (isRescue(machine.status) && machine.status !== STATUS.rescue && machine.status !== STATUS.enteringRescue)
    machine = await leaveRescue(ctx, key)
  if (machine.status === STATUS.rescue && machine.power === 'off') machine = await leaveRescue(ctx, key)
  if (machine.status !== STATUS.rescue) machine = await enterRescue(ctx, key)
  await markHeld(ctx, key)
  return findHost(ctx, machine)
}

async function stillThere(ctx: Acting, known: HostLocation): Promise<boolean> {
  try {
    const bootId = await patiently(ctx.clock, { signal: ctx.signal, within: 30_000 }, () =>
      ctx.use(HostShell).bootId(ctx.signal),
    )
    return bootId === known.bootId
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (isHwError(error) && error.kind === 'auth') throw error
    return false
  }
}
