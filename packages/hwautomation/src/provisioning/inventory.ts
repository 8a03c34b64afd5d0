import { toHwError } from '../errors.ts'
import type { FactSource, Observed } from '../inventory/facts.ts'
import { Capability, type StepContext } from '../workflow/context.ts'
import type { Provisioning } from './provisioning.ts'

/** What is known of the run's machine as hardware. It outlives the run. */
export interface Inventory {
  /**
   * Reads the firmware's tables on the host, in one command, within seconds.
   * @throws HwError `inventory.no-tables` where they cannot be had; those of the shell
   */
  readHost(signal: AbortSignal): Promise<Observed>
  /** Keeps what a source told now. What MAAS's record said when the run read it last goes with it. @throws HwError of the store */
  keep(source: FactSource, facts: Observed): Promise<void>
}
export const Inventory = new Capability<Inventory>('inventory')

type Ctx = Pick<StepContext<Provisioning>, 'use' | 'signal' | 'warn'>

/** Reads and keeps what the host tells of its hardware. No run fails for it: what went wrong is a warning, and what was known stays. */
export async function collectFacts(ctx: Ctx): Promise<void> {
  let facts: Observed = {}
  try {
    facts = await ctx.use(Inventory).readHost(ctx.signal)
  } catch (error) {
    ctx.signal.throwIfAborted()
    ctx.warn('inventory.not-collected', `The host did not tell its hardware: ${toHwError(error).message}`)
  }
  await keepFacts(ctx, 'host', facts)
}

/** Keeps facts that a step came to know. No run fails for it. */
export async function keepFacts(ctx: Ctx, source: FactSource, facts: Observed): Promise<void> {
  try {
    await ctx.use(Inventory).keep(source, facts)
  } catch (error) {
    ctx.signal.throwIfAborted()
    ctx.warn('inventory.not-kept', `Facts of the machine could not be written down: ${toHwError(error).message}`)
  }
}
