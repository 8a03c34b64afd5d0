import { isHwError } from '../errors.ts'
import type { LanConfig } from '../lan/lan-plan.ts'
import type { StepContext } from '../workflow/context.ts'
import { assertAddressable, type FoundBefore } from './bmc-address.ts'
import { BmcNetwork, type LanSettings, type Sighting } from './bmc-network.ts'
import type { Provisioning } from './provisioning.ts'

type Ctx = Pick<StepContext<Provisioning>, 'request' | 'use' | 'signal'>

/** What a BMC had before its address was changed, for putting it back and for the proof afterwards. */
export async function foundNow(ctx: Ctx, current: LanSettings): Promise<FoundBefore> {
  const registration = await ctx.use(BmcNetwork).registration(ctx.signal)
  assertAddressable(ctx.request, registration)
  return { ...(await sightOf(ctx, current, registration.address)), channel: current.channel }
}

/** A BMC's address, how it looks there, and how MAAS knows it. */
export interface BmcFound extends LanConfig {
  readonly powerAddress: string
  readonly certificateSha256: string | null
  readonly serviceUuid: string | null
}

/** The same, however its network settings were read. */
export async function sightOf(
  ctx: Ctx,
  { source, address, netmask, gateway }: LanConfig,
  powerAddress: string,
): Promise<BmcFound> {
  const there = await lookCalmly(ctx, address)
  const seen = there.state === 'seen' ? there : { certificateSha256: null, serviceUuid: null }
  const { certificateSha256, serviceUuid } = seen
  return { source, address, netmask, gateway, powerAddress, certificateSha256, serviceUuid }
}

/** Our own BMC, which is not reachable from everywhere: a broken way there only means that we do not see it. */
export async function lookCalmly(ctx: Ctx, address: string): Promise<Sighting> {
  try {
    return await ctx.use(BmcNetwork).look(address, ctx.signal)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (isHwError(error)) return { state: 'occupied', why: error.message }
    throw error
  }
}

/** MAAS that does not reach the BMC is what verifying is about, not a failure of verifying. */
export async function powerOrWhyNot(ctx: Ctx): Promise<string> {
  try {
    return await ctx.use(BmcNetwork).powerThroughMaas(ctx.signal)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (isHwError(error) && error.code === 'maas.bmc-unreachable') return `unreachable (${error.message})`
    throw error
  }
}
