import { HwError } from '../errors.ts'
import { lanTarget, planLan, type LanConfig, type LanRequest } from '../lan/lan-plan.ts'
import { findRequestProblems } from '../lan/lan-problems.ts'
import { hostOf, parsePowerAddress } from '../lan/power-address.ts'
import type { PlanContext, StepContext } from '../workflow/context.ts'
import type { Json } from '../workflow/record.ts'
import { BmcNetwork, type BmcRegistration, type LanSettings, type Sighting } from './bmc-network.ts'
import type { Provisioning } from './provisioning.ts'

/** Power types whose driver talks to a BMC at an address. */
const WITH_ADDRESS = ['ipmi', 'redfish']

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

/** What this run found first, from the intents of whichever attempt saw it. */
export function foundBefore(ctx: Pick<StepContext, 'intents'>): FoundBefore | undefined {
  return ctx.intents.find(({ effect }) => effect === 'bmc.lan-set')?.marker as FoundBefore | undefined
}

/** What the BMC must say in the end, by what was found first: the same in every attempt and while verifying. */
export function targetOf(request: Provisioning, before: LanConfig): LanConfig {
  return lanTarget(before, requestedOf(request))
}

type Beforehand = Pick<PlanContext<Provisioning>, 'request' | 'use' | 'signal'>

/**
 * All that can be known without the host running: is the request sound, and is its address free? Reads only. Nothing to check where no
 * BMC address was asked for. Call it before the first change of a run.
 * @throws HwError `bmc.address-invalid` naming every reason; `bmc.no-address` where MAAS's entry cannot be changed
 */
export async function checkTargetBeforehand(ctx: Beforehand & Pick<StepContext, 'intents'>): Promise<void> {
  if (ctx.request.targetIpmiIp === undefined) return
  const problems = await targetProblems(ctx)
  if (problems.length > 0) throw invalidAddress(problems, ctx.intents.length === 0 ? ' Nothing was changed.' : '')
}

/** The same for a plan: every reason why the requested address cannot be given, in words. */
export async function targetProblems(ctx: Beforehand): Promise<readonly string[]> {
  const bmc = ctx.use(BmcNetwork)
  const target = ctx.request.targetIpmiIp!
  const registration = await bmc.registration(ctx.signal)
  assertAddressable(ctx.request, registration)
  const known = (await bmc.neighbours(ctx.signal)).filter(({ abandoned }) => !abandoned)
  const problems = findRequestProblems(requestedOf(ctx.request), known).map(({ message }) => message)
  if (problems.length > 0 || hostOf(registration.address) === target) return problems
  const there = await bmc.look(target, ctx.signal)
  return there.state === 'silent'
    ? []
    : [`${inUse(target, there)} (if it is this machine’s own BMC, set its power address in MAAS to ${target} first)`]
}

/**
 * What the BMC is to say, checked against what it had and against everybody else's addresses.
 * @throws HwError `bmc.address-invalid` naming every reason: not in the subnet, a neighbour's, …
 */
export async function planAddress(ctx: StepContext<Provisioning>, before: LanConfig): Promise<LanConfig> {
  const neighbours = await ctx.use(BmcNetwork).neighbours(ctx.signal)
  const requested = requestedOf(ctx.request)
  for (const { address, who, abandoned } of neighbours)
    if (abandoned && address === requested.address)
      ctx.warn(
        'bmc.address-promised',
        `${address} is also meant for ${who}, which nobody works on: it will be refused there when it goes on.`,
      )
  const plan = planLan({ current: before, requested, known: neighbours.filter(({ abandoned }) => !abandoned) })
  if (plan.ok) return plan.target
  throw invalidAddress(plan.problems.map(({ message }) => message))
}

/**
 * For a target that the BMC does not have: whatever answers there is somebody else, whichever certificate it shows.
 * @throws HwError `bmc.address-invalid`
 */
export async function assertNobodyThere(ctx: StepContext<Provisioning>, target: string): Promise<void> {
  const there = await ctx.use(BmcNetwork).look(target, ctx.signal)
  if (there.state !== 'silent') throw invalidAddress([inUse(target, there)])
}

/** Whether MAAS talks to this machine's BMC over the network. */
export function hasAddress({ powerType }: BmcRegistration): boolean {
  return WITH_ADDRESS.includes(powerType)
}

/** @throws HwError `bmc.no-address` where MAAS knows no BMC address, or one that cannot be exchanged safely */
export function assertAddressable(request: Provisioning, { powerType, address }: BmcRegistration): void {
  if (!WITH_ADDRESS.includes(powerType))
    throw noAddress(
      `${request.hostname} has the power type ${powerType || 'none'} in MAAS, which has no BMC address to change.`,
      'Leave targetIpmiIp out, or give the machine an IPMI or Redfish power type in MAAS.',
    )
  replaceHost(address, request.targetIpmiIp!)
}

/**
 * MAAS keeps an address, `address:port` or an URL; only the host is exchanged.
 * @throws HwError `bmc.no-address`. It does not repeat the text, which may hold a password.
 */
export function replaceHost(powerAddress: string, target: string): string {
  if (powerAddress.trim() === '') return target
  const replaced = parsePowerAddress(powerAddress)?.withHost(target)
  if (replaced?.ok) return replaced.text
  throw noAddress(
    `MAAS’s power address of the machine cannot be changed safely: ${replaced?.reason ?? 'it is no address, address:port or URL'}.`,
    'Set the power address in MAAS to the plain address of the BMC.',
  )
}

/** Something that answers, in words. */
export function inUse(address: string, there: Exclude<Sighting, { state: 'silent' }>): string {
  const what =
    there.state === 'occupied'
      ? there.why.replace(/\.$/, '')
      : `certificate ${there.certificateSha256?.slice(0, 16) ?? 'unknown'}…, service UUID ${there.serviceUuid ?? 'unknown'}`
  return `${address} is in use: something answers there (${what})`
}

function requestedOf({ targetIpmiIp, gateway, subnetMask }: Provisioning): LanRequest {
  return { address: targetIpmiIp!, ...(gateway ? { gateway } : {}), ...(subnetMask ? { subnetMask } : {}) }
}

function invalidAddress(problems: readonly string[], untouched = ''): HwError {
  return new HwError({
    code: 'bmc.address-invalid',
    kind: 'invalid',
    message: `The BMC cannot be given this address: ${problems.join('; ')}.`,
    hint: `Choose a free address of the BMC network (targetIpmiIp, gateway, subnetMask).${untouched}`,
    context: { problems },
  })
}

function noAddress(message: string, hint: string): HwError {
  return new HwError({ code: 'bmc.no-address', kind: 'invalid', message, hint })
}
