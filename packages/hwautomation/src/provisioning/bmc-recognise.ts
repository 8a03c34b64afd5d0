import { HwError, isHwError } from '../errors.ts'
import { compareBmcIdentity } from '../lan/identity.ts'
import type { LanConfig } from '../lan/lan-plan.ts'
import { hostOf } from '../lan/power-address.ts'
import type { StepContext } from '../workflow/context.ts'
import { BmcNetwork, type LanSettings } from './bmc-network.ts'
import { BmcSettings, type BmcAnswers, type BmcAt } from './bmc-settings.ts'
import { wishesOf } from './bmc-wishes.ts'
import { Commissioning, HostShell } from './capabilities.ts'
import type { Provisioning } from './provisioning.ts'

type Ctx = Pick<StepContext<Provisioning>, 'request' | 'use' | 'signal'>

/** The BMC's network settings by ipmitool on its host; undefined where a BMC does not let its host ask (KCS control). */
export async function readInBand(ctx: Ctx): Promise<LanSettings | undefined> {
  try {
    return (await ctx.use(BmcNetwork).read(ctx.signal)).value
  } catch (error) {
    if (!isHwError(error) || error.code !== 'bmc.privilege' || !wishesOf(ctx.request).any) throw error
    return undefined
  }
}

/** A BMC that was recognised, and what it says of its network. */
export interface Recognised {
  readonly at: BmcAt
  readonly lan: LanConfig
}

/**
 * The run's own BMC and the certificate it shows. The host knows its address, so whoever shows a certificate there is taken for it, unless
 * it says it belongs to another machine. Where the BMC does not let its host ask, it is looked for at the address MAAS has, and must say
 * that it is this machine's.
 *
 * @throws HwError `bmc.unrecognised`
 */
export async function recogniseBmc(ctx: Ctx, inBand: LanSettings | undefined, known?: string): Promise<Recognised> {
  if (inBand === undefined) return recogniseFromAfar(ctx, known)
  const there = await ctx.use(BmcNetwork).look(inBand.address, ctx.signal)
  if (there.state !== 'seen' || there.certificateSha256 === null)
    throw unrecognised(ctx, `nothing at ${inBand.address}, the address its host reads, shows a certificate to us`)
  return {
    at: { address: inBand.address, certificateSha256: there.certificateSha256, signal: ctx.signal },
    lan: inBand,
  }
}

async function recogniseFromAfar(ctx: Ctx, known: string | undefined): Promise<Recognised> {
  const bmc = ctx.use(BmcSettings)
  const address = hostOf((await ctx.use(BmcNetwork).registration(ctx.signal)).address)
  if (address === undefined) throw unrecognised(ctx, 'its host may not ask it, and MAAS has no address of it')
  if (known === undefined && !bmc.asksUnseen)
    throw unrecognised(
      ctx,
      'its host may not ask it, and the site’s own credentials (bmc.credentials) are sent only to a BMC that was recognised',
    )
  const at = { address, certificateSha256: known ?? null, signal: ctx.signal }
  const { value } = await bmc.ask({ lan: true }, at)
  if (known === undefined) await assertThisMachines(ctx, value, 'must-know')
  if (value.lan === undefined) throw unrecognised(ctx, `the BMC at ${address} does not say that it has this address`)
  return { at: { ...at, certificateSha256: value.certificateSha256 }, lan: value.lan }
}

/**
 * The BMC must belong to the run's machine, by serial number or UUID. `must-know`: that it says nothing of it is no proof.
 * @throws HwError `bmc.unrecognised`
 */
export async function assertThisMachines(
  ctx: Ctx,
  { host }: Pick<BmcAnswers, 'host'>,
  how: 'must-know' | 'may-be-silent',
): Promise<void> {
  const identity = ctx.use(HostShell).location?.identity ?? (await ctx.use(Commissioning).read(ctx.signal)).value
  const ours = { systemSerial: identity.serial ?? undefined, systemUuid: identity.uuid ?? undefined }
  const verdict = compareBmcIdentity(ours, {
    systemSerial: host.serial ?? undefined,
    systemUuid: host.uuid ?? undefined,
  })
  if (verdict.proved || (how === 'may-be-silent' && verdict.against.length === 0)) return
  throw unrecognised(
    ctx,
    `it says it belongs to serial ${host.serial ?? 'unknown'}, UUID ${host.uuid ?? 'unknown'}, not to ${identity.serial ?? 'unknown'}, ${identity.uuid ?? 'unknown'}`,
  )
}

function unrecognised({ request }: Ctx, why: string): HwError {
  return new HwError({
    code: 'bmc.unrecognised',
    kind: 'conflict',
    message: `The BMC of ${request.hostname} cannot be recognised: ${why}.`,
    hint: 'Users and settings are sent only to the machine’s own BMC: make its address reachable from here (dial), and check the power address in MAAS.',
  })
}
