import { compareBmcIdentity, type BmcIdentity } from '../lan/identity.ts'
import { planLan, type LanConfig, type LanPlan, type LanStep } from '../lan/lan-plan.ts'
import { HwError, isHwError, toHwError } from '../errors.ts'
import type { StepContext } from '../workflow/context.ts'
import type { Json } from '../workflow/record.ts'
import { BmcNetwork, type BmcSight, type LanSettings } from './capabilities.ts'
import { soon } from './patiently.ts'
import type { Provisioning } from './provisioning.ts'

/** A BMC may need a while to answer at its new address, and MAAS's own time-out for a power query is 60 s. */
const ANSWERS_WITHIN_MS = 180_000

/** How long a BMC may take to apply what it acknowledged. */
const APPLIED_WITHIN_MS = 60_000

type Ctx = StepContext<Provisioning>

/** What was found before the first `lan set`, stored with the intents so that a later attempt can still put it back. */
export interface FoundBefore {
  readonly [key: string]: Json
  readonly channel: number
  readonly source: LanSettings['source']
  readonly address: string
  readonly netmask: string
  readonly gateway: string
  readonly powerAddress: string
  readonly certificateSha256: string | null
  readonly serviceUuid: string | null
}

/** How the new address was proved. `maas` is weaker: MAAS reached a BMC there that takes the machine's credentials. */
export interface Proof {
  readonly by: 'direct' | 'maas'
  readonly power: string
}

/** What this run found first, from the intents of whichever attempt saw it. */
export function foundBefore(ctx: Pick<Ctx, 'intents'>): FoundBefore | undefined {
  return ctx.intents.find(({ effect }) => effect === 'bmc.lan-set')?.marker as FoundBefore | undefined
}

/**
 * The plan for the requested address against what the BMC has.
 * @throws HwError `bmc.address-invalid` naming every reason: not in the subnet, a neighbour's, …
 */
export async function planAddress(ctx: Ctx, current: LanSettings): Promise<Extract<LanPlan, { ok: true }>> {
  const { targetIpmiIp, gateway, subnetMask } = ctx.request
  const plan = planLan({
    current,
    requested: { address: targetIpmiIp!, ...(gateway ? { gateway } : {}), ...(subnetMask ? { subnetMask } : {}) },
    known: await ctx.use(BmcNetwork).neighbours(ctx.signal),
  })
  if (plan.ok) return plan
  throw invalidAddress(plan.problems.map(({ message }) => message))
}

/** @throws HwError `bmc.address-invalid` if somebody else answers at the target. */
export async function assertNobodyThere(
  ctx: Ctx,
  target: string,
  own: { readonly certificateSha256: string | null; readonly serviceUuid: string | null },
): Promise<void> {
  const there = await ctx.use(BmcNetwork).look(target, ctx.signal)
  if (there === undefined || (own.certificateSha256 !== null && there.certificateSha256 === own.certificateSha256))
    return
  throw invalidAddress([
    `${target} is in use: something answers there (certificate ${short(there.certificateSha256)}, service UUID ${there.serviceUuid ?? 'unknown'})`,
  ])
}

function invalidAddress(problems: readonly string[]): HwError {
  return new HwError({
    code: 'bmc.address-invalid',
    kind: 'invalid',
    message: `The BMC cannot be given this address: ${problems.join('; ')}.`,
    hint: 'Choose a free address of the BMC network (targetIpmiIp, gateway, subnetMask). Nothing was changed.',
    context: { problems },
  })
}

/** Sends the steps that do not hold yet and reads back, until the BMC says what it should. In-band, so that no address is needed. */
export async function setAddress(ctx: Ctx, before: FoundBefore, target: LanConfig, why: string): Promise<void> {
  const bmc = ctx.use(BmcNetwork)
  for (let round = 1; ; round++) {
    const { value: now } = await bmc.read(ctx.signal)
    // A leased address comes from the DHCP server; it cannot be set.
    const parameters =
      target.source === 'dhcp' ? (['ipsrc'] as const) : (['ipsrc', 'ipaddr', 'netmask', 'defgw'] as const)
    const steps = parameters.filter((parameter) => !holds(now, target, parameter))
    if (steps.length === 0) return
    if (round > 2) throw notTaken(ctx, now, target)
    for (const parameter of steps) {
      await ctx.effect<FoundBefore>({
        effect: 'bmc.lan-set',
        key: `${why} ${parameter} ${ctx.attempt}.${round}`,
        marker: async () => before,
        act: () =>
          bmc.set(before.channel, stepTo(target, parameter), {
            id: `${ctx.workflowId}-lan-${why}-${parameter}-${ctx.attempt}-${round}`,
            signal: ctx.signal,
          }),
        happened: async () =>
          holds((await bmc.read(ctx.signal)).value, target, parameter) ? 'happened' : 'not-happened',
      })
      // Some BMCs acknowledge at once and apply later.
      await soon(ctx.clock, { signal: ctx.signal, within: APPLIED_WITHIN_MS }, async () =>
        holds((await bmc.read(ctx.signal)).value, target, parameter) ? true : undefined,
      )
    }
  }
}

/** Proves that the machine's own BMC answers at the target, tells MAAS, and has MAAS prove it too. */
export async function proveAddress(
  ctx: Ctx,
  before: FoundBefore,
  target: string,
  identity: { readonly serial: string | null; readonly uuid: string | null },
): Promise<Proof> {
  const by = await ctx.subTask(`Proving that the BMC answers at ${target}…`, async (task) => {
    if (before.certificateSha256 === null) {
      task.detail('not reachable from here: MAAS will prove it')
      return 'maas' as const
    }
    const there = await soon(ctx.clock, { signal: ctx.signal, within: ANSWERS_WITHIN_MS }, () =>
      ctx.use(BmcNetwork).look(target, ctx.signal),
    )
    if (there === undefined) throw unproven(ctx, `nothing answers at ${target}`)
    if (!compareBmcIdentity(identityOf(before), identityOf(there)).proved)
      throw unproven(
        ctx,
        `another device answers at ${target} (certificate ${short(there.certificateSha256)}, service UUID ${there.serviceUuid ?? 'unknown'})`,
      )
    await assertOwnHost(ctx, target, before.certificateSha256, identity)
    return 'direct' as const
  })
  await registerAddress(ctx, target)
  const power = await ctx.subTask('Having MAAS reach it there…', async (task) => {
    const seen = await soon(ctx.clock, { signal: ctx.signal, within: ANSWERS_WITHIN_MS }, async () => {
      try {
        const state = await ctx.use(BmcNetwork).powerThroughMaas(ctx.signal)
        task.detail(`power ${state}`)
        return state === 'on' || state === 'off' ? state : undefined
      } catch (error) {
        ctx.signal.throwIfAborted()
        if (isHwError(error) && !error.retryable) throw error
        task.detail(error instanceof Error ? error.message : String(error))
        return undefined
      }
    })
    if (seen === undefined) throw unproven(ctx, `MAAS does not reach a BMC at ${target} with the machine’s credentials`)
    return seen
  })
  return { by, power }
}

/** MAAS accepts any address without trying it, so the record is read back. */
export async function registerAddress(ctx: Ctx, target: string): Promise<void> {
  const bmc = ctx.use(BmcNetwork)
  await ctx.subTask('Telling MAAS the new BMC address…', async () => {
    for (let round = 1; ; round++) {
      const { address } = await bmc.registration(ctx.signal)
      const wanted = replaceHost(address, target)
      if (address === wanted) return
      if (round > 2)
        throw new HwError({
          code: 'maas.not-acted-upon',
          kind: 'transient',
          message: `MAAS acknowledged the power address ${target}, but still has ${address}.`,
          hint: 'Set the machine’s power address in MAAS by hand.',
        })
      await ctx.effect({ effect: 'maas.power-address', key: target, act: () => bmc.register(wanted, ctx.signal) })
      await soon(ctx.clock, { signal: ctx.signal, within: 30_000 }, async () =>
        (await bmc.registration(ctx.signal)).address === wanted ? true : undefined,
      )
    }
  })
}

/** Puts the old address back, in the BMC and in MAAS; what cannot be put back is named. */
export async function putBack(ctx: Ctx, before: FoundBefore, because: unknown): Promise<never> {
  const reason = toHwError(because)
  try {
    await ctx.subTask(`Putting the old BMC address ${before.address} back…`, async () => {
      await setAddress(
        ctx,
        before,
        { source: before.source, address: before.address, netmask: before.netmask, gateway: before.gateway },
        'back',
      )
      const { value: now } = await ctx.use(BmcNetwork).read(ctx.signal)
      await registerAddress(ctx, now.address === before.address ? hostOf(before.powerAddress) : now.address)
      if (now.address !== before.address)
        ctx.leaveBehind(
          `BMC address of ${ctx.request.hostname}: was ${before.address}, is ${now.address} now (${now.source})`,
          'MAAS knows it; a DHCP server may have given it another lease.',
        )
    })
  } catch (error) {
    ctx.leaveBehind(
      `BMC address of ${ctx.request.hostname}: was ${before.address}, should have become ${ctx.request.targetIpmiIp}, and could not be put back (${error instanceof Error ? error.message : String(error)})`,
      'Look with ipmitool on the host (lan print) which address the BMC has, and set MAAS’s power address to it.',
    )
  }
  throw reason
}

function notTaken(ctx: Ctx, now: LanSettings, target: LanConfig): HwError {
  return new HwError({
    code: 'bmc.address-not-taken',
    kind: 'transient',
    message: `The BMC of ${ctx.request.hostname} acknowledged the new settings, but still says ${now.source} ${now.address}/${now.netmask} via ${now.gateway} instead of ${target.source} ${target.address}/${target.netmask} via ${target.gateway}.`,
    hint: 'Check whether the BMC locks its network settings (host interface, security mode).',
  })
}

function unproven(ctx: Ctx, what: string): HwError {
  return new HwError({
    code: 'bmc.address-not-proven',
    kind: 'conflict',
    retryable: false,
    message: `The new BMC address ${ctx.request.targetIpmiIp} of ${ctx.request.hostname} could not be proved: ${what}. The old address is put back.`,
    hint: 'Check the BMC network’s VLAN and gateway, and that nobody else uses the address.',
  })
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
  const seen = { systemSerial: host.serial ?? undefined, systemUuid: host.uuid ?? undefined }
  if (
    compareBmcIdentity({ systemSerial: identity.serial ?? undefined, systemUuid: identity.uuid ?? undefined }, seen)
      .proved
  )
    return
  throw unproven(
    ctx,
    `the BMC there says it belongs to serial ${host.serial ?? 'unknown'}, not ${identity.serial ?? 'unknown'}`,
  )
}

function identityOf({ certificateSha256, serviceUuid }: BmcSight): BmcIdentity {
  return { certificateSha256: certificateSha256 ?? undefined, serviceRootUuid: serviceUuid ?? undefined }
}

function holds(now: LanSettings, target: LanConfig, parameter: LanStep['parameter']): boolean {
  switch (parameter) {
    case 'ipsrc':
      return now.source === target.source
    case 'ipaddr':
      return now.address === target.address
    case 'netmask':
      return now.netmask === target.netmask
    case 'defgw':
      return now.gateway === target.gateway
  }
}

function stepTo(target: LanConfig, parameter: LanStep['parameter']): LanStep {
  switch (parameter) {
    case 'ipsrc':
      return { parameter, value: target.source === 'dhcp' || target.source === 'bios' ? target.source : 'static' }
    case 'ipaddr':
      return { parameter, value: target.address }
    case 'netmask':
      return { parameter, value: target.netmask }
    case 'defgw':
      return { parameter, value: target.gateway }
  }
}

/** MAAS keeps an address, `address:port` or an URL; only the host is exchanged. */
export function replaceHost(powerAddress: string, target: string): string {
  return powerAddress.replace(/^([a-z]+:\/\/)?([^:/]+)/i, (_, scheme: string | undefined) => `${scheme ?? ''}${target}`)
}

/** The host of a power address. */
export function hostOf(powerAddress: string): string {
  return /^(?:[a-z]+:\/\/)?([^:/]+)/i.exec(powerAddress)?.[1] ?? powerAddress
}

function short(fingerprint: string | null): string {
  return fingerprint === null ? 'unknown' : `${fingerprint.slice(0, 16)}…`
}
