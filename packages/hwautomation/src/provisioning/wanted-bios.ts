import type { BiosPlan, BiosProblem } from '../bios/plan.ts'
import { planBiosChange } from '../bios/resolve.ts'
import { planBiosRestore } from '../bios/restore.ts'
import type { PlanContext } from '../workflow/context.ts'
import type { PulledBios } from './bios-files.ts'
import { Bios, KeptBios } from './capabilities.ts'
import type { Provisioning } from './provisioning.ts'

type Reading = Pick<PlanContext<Provisioning>, 'request' | 'use' | 'signal'>
type Seen = Pick<PulledBios, 'current' | 'pending' | 'registry'>

/** What the BIOS is to be brought to, in words: the template of the device type, or what an earlier run found. */
export function wantedBios({ deviceType, restore }: Pick<Provisioning, 'deviceType' | 'restore'>): string {
  return restore === undefined ? `the template of ${deviceType}` : `what run ${restore.runId} found`
}

/** How what the machine has is brought to what is wanted; `left`: what differs and cannot be written. */
export async function planFor(
  ctx: Reading,
  seen: Seen,
): Promise<{ readonly plan: BiosPlan; readonly left: readonly BiosProblem[] }> {
  if (ctx.request.restore === undefined) return { plan: templatePlan(ctx.request, seen), left: [] }
  const { current: found } = await ctx.use(KeptBios).found(ctx.signal)
  return planBiosRestore({ ...seen, found })
}

/** The template of the device type against what the machine has, in force and staged. Pure. */
export function templatePlan(
  { profile }: Pick<Provisioning, 'profile'>,
  { current, pending, registry }: Seen,
): BiosPlan {
  return planBiosChange({ template: profile.bios, current, pending, ...(registry ? { registry } : {}) })
}

/** The plan as far as the BMC can be asked, for those who plan; undefined where it cannot. */
export async function peekedPlan(ctx: Reading): Promise<BiosPlan | undefined> {
  const seen = await ctx.use(Bios).peek(ctx.signal)
  return seen === undefined ? undefined : (await planFor(ctx, seen)).plan
}

/** For a retry that is done with the BIOS: why not, as far as the BMC can be asked. Where it cannot, what was read back then holds. */
export async function biosDiffers(ctx: Reading): Promise<string | undefined> {
  const plan = await peekedPlan(ctx)
  if (plan === undefined || plan.changes.length === 0) return undefined
  const names = plan.changes.map(({ name, from, to }) => `${name} is ${from}, not ${to}`)
  return `the BIOS differs again from ${wantedBios(ctx.request)}: ${names.join(', ')}`
}

/** Steps of ours that come after the BIOS was written; of a step in between nothing is known, so it counts as before. */
const AFTER_BIOS: ReadonlySet<string> = new Set(['ipmi-configure', 'finalize', 'hand-back'])

/** Whether a retry that goes on at this step has neither to compare nor to write the BIOS. */
export function isDoneWithBios(resumesAt: string): boolean {
  return AFTER_BIOS.has(resumesAt)
}
