import { HwError, isHwError } from '../errors.ts'
import { compareBmcIdentity } from '../lan/identity.ts'
import type { StepContext } from '../workflow/context.ts'
import { inUse, replaceHost, type FoundBefore } from './bmc-address.ts'
import { BmcNetwork, type Sighting } from './bmc-network.ts'
import { soon } from './patiently.ts'
import type { Provisioning } from './provisioning.ts'
import { QUIET_FOR } from './quiet-for.ts'

/** A BMC may need a while to answer at its new address, and MAAS's own time-out for a power query is 60 s. */
const ANSWERS_WITHIN_MS = 180_000

type Ctx = StepContext<Provisioning>

/** How the new address was proved. `maas` is weaker: MAAS reached a BMC there that takes the machine's credentials. */
export interface Proof {
  readonly by: 'direct' | 'maas'
  readonly power: string
}

/** Proves that the machine's own BMC answers at the target, tells MAAS, and has MAAS prove it too. */
export async function proveAddress(
  ctx: Ctx,
  before: FoundBefore,
  target: string,
  identity: { readonly serial: string | null; readonly uuid: string | null },
): Promise<Proof> {
  const by = await ctx.subTask(
    `Proving that the BMC answers at ${target}…`,
    { quietFor: QUIET_FOR.bmc },
    async (task) => {
      if (before.certificateSha256 === null) {
        task.detail('not reachable from here: MAAS will prove it')
        return 'maas' as const
      }
      await assertOwnBmc(ctx, before, target)
      await assertOwnHost(ctx, target, before.certificateSha256, identity)
      return 'direct' as const
    },
  )
  await registerAddress(ctx, target)
  const power = await ctx.subTask('Having MAAS reach it there…', { quietFor: QUIET_FOR.bmc }, (task) =>
    reachedByMaas(ctx, ANSWERS_WITHIN_MS, task.detail),
  )
  if (power === undefined) throw unproven(ctx, `MAAS does not reach a BMC at ${target} with the machine’s credentials`)
  return { by, power }
}

/** MAAS accepts any address without trying it, so the record is read back. */
export async function registerAddress(ctx: Ctx, target: string): Promise<void> {
  const bmc = ctx.use(BmcNetwork)
  const { address } = await bmc.registration(ctx.signal)
  await ctx.subTask('Telling MAAS the new BMC address…', () => registerAs(ctx, replaceHost(address, target)))
}

/** The whole entry, with port and path. */
export async function registerAs(ctx: Ctx, wanted: string): Promise<void> {
  const bmc = ctx.use(BmcNetwork)
  for (let round = 1; ; round++) {
    const { address } = await bmc.registration(ctx.signal)
    if (address === wanted) return
    if (round > 2)
      throw new HwError({
        code: 'maas.not-acted-upon',
        kind: 'transient',
        message: `MAAS acknowledged the power address ${wanted}, but still has ${address}.`,
        hint: 'Set the machine’s power address in MAAS by hand.',
      })
    await ctx.effect({ effect: 'maas.power-address', key: wanted, act: () => bmc.register(wanted, ctx.signal) })
    await soon(ctx.clock, { signal: ctx.signal, within: 30_000 }, async () =>
      (await bmc.registration(ctx.signal)).address === wanted ? true : undefined,
    )
  }
}

/** The power state that MAAS reads at the registered address; undefined: it did not reach a BMC in time. */
export function reachedByMaas(
  ctx: Ctx,
  within: number,
  detail: (line: string) => void,
): Promise<'on' | 'off' | undefined> {
  return soon(ctx.clock, { signal: ctx.signal, within }, async () => {
    try {
      const state = await ctx.use(BmcNetwork).powerThroughMaas(ctx.signal)
      detail(`power ${state}`)
      return state === 'on' || state === 'off' ? state : undefined
    } catch (error) {
      ctx.signal.throwIfAborted()
      if (isHwError(error) && !error.retryable) throw error
      detail(error instanceof Error ? error.message : String(error))
      return undefined
    }
  })
}

async function assertOwnBmc(ctx: Ctx, before: FoundBefore, target: string): Promise<void> {
  let last: Sighting = { state: 'silent' }
  const there = await soon(ctx.clock, { signal: ctx.signal, within: ANSWERS_WITHIN_MS }, async () => {
    last = await ctx.use(BmcNetwork).look(target, ctx.signal)
    // A BMC that has just moved may refuse for a while.
    return last.state === 'seen' ? last : undefined
  })
  if (there === undefined)
    throw unproven(ctx, last.state === 'silent' ? `nothing answers at ${target}` : inUse(target, last))
  const sight = (of: { readonly certificateSha256: string | null; readonly serviceUuid: string | null }) => ({
    certificateSha256: of.certificateSha256 ?? undefined,
    serviceRootUuid: of.serviceUuid ?? undefined,
  })
  if (!compareBmcIdentity(sight(before), sight(there)).proved)
    throw unproven(ctx, `another device answers there: ${inUse(target, there)}`)
}

async function assertOwnHost(
  ctx: Ctx,
  target: string,
  certificateSha256: string,
  identity: { readonly serial: string | null; readonly uuid: string | null },
): Promise<void> {
  let host
  try {
    host = await ctx.use(BmcNetwork).hostBehind(target, {
      certificateSha256,
      signal: ctx.signal,
      onWarning: (line) => ctx.warn('bmc.session-left', line),
    })
  } catch (error) {
    ctx.signal.throwIfAborted()
    // The certificate has proved it; whether MAAS's credentials also open the web service is another matter.
    ctx.warn(
      'bmc.no-login',
      `Whose BMC answers at ${target} was proved by its certificate only: ${error instanceof Error ? error.message : String(error)}`,
    )
    return
  }
  const known = { systemSerial: identity.serial ?? undefined, systemUuid: identity.uuid ?? undefined }
  const seen = { systemSerial: host.serial ?? undefined, systemUuid: host.uuid ?? undefined }
  if (compareBmcIdentity(known, seen).proved) return
  throw unproven(
    ctx,
    `the BMC there says it belongs to serial ${host.serial ?? 'unknown'}, not ${identity.serial ?? 'unknown'}`,
  )
}

function unproven(ctx: Ctx, what: string): HwError {
  return new HwError({
    code: 'bmc.address-not-proven',
    kind: 'conflict',
    retryable: false,
    message: `The new BMC address ${ctx.request.targetIpmiIp} of ${ctx.request.hostname} could not be proved: ${what}.`,
    hint: 'Check the BMC network’s VLAN and gateway, and that nobody else uses the address.',
  })
}
