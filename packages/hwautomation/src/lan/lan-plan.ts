import { findLanProblems } from './lan-problems.ts'
import type { LanProblem } from './lan-problems.ts'

/** Where a BMC has its address from; `unspecified`, `bios` and `other` are rare words of the IPMI specification. */
export type AddressSource = 'unspecified' | 'static' | 'dhcp' | 'bios' | 'other'

/** A BMC's IPv4 settings as `lan print` reads them. `0.0.0.0` stands for "none". */
export interface LanConfig {
  readonly source: AddressSource
  readonly address: string
  readonly netmask: string
  readonly gateway: string
}

/** What the operator wants. What is left out stays as it is. */
export interface LanRequest {
  readonly address: string
  readonly gateway?: string
  readonly subnetMask?: string
}

/** An address that somebody else has, and who, in words for the operator. */
export interface KnownAddress {
  readonly address: string
  readonly who: string
}

/** One `lan set`. Repeating it is harmless. */
export type LanStep =
  | { readonly parameter: 'ipsrc'; readonly value: 'none' | 'static' | 'dhcp' | 'bios' }
  | { readonly parameter: 'ipaddr' | 'netmask' | 'defgw'; readonly value: string }

export type LanPlan =
  | { readonly ok: false; readonly problems: readonly LanProblem[] }
  | {
      readonly ok: true
      /** What `lan print` must say afterwards. */
      readonly target: LanConfig
      /** In the order in which they must be sent; empty when everything holds already. */
      readonly steps: readonly LanStep[]
      /** Puts back the settings found, whichever of the steps were sent. A leased address comes back as the DHCP server decides. */
      readonly inverse: readonly LanStep[]
    }

export interface LanPlanInput {
  readonly current: LanConfig
  readonly requested: LanRequest
  /** Addresses of other machines: other `power_address`es, our inventory, hosts that answer. Not the machine's own. */
  readonly known?: readonly KnownAddress[]
}

/**
 * How to give a BMC a static IPv4 address, or every reason why not. Pure: nothing is sent, nothing is asked.
 *
 * The subnet is that of the requested gateway, else of the gateway in force, else of the address in force. Steps that
 * hold already are left out, but a BMC that changes from DHCP to static gets all of them: what it had was leased, not stored.
 *
 * @example
 * planLan({ current: parseLanPrint(stdout), requested: { address: '192.168.1.100' } })
 * // { ok: true, steps: [{ parameter: 'ipaddr', value: '192.168.1.100' }], inverse: [{ parameter: 'ipaddr', value: '192.168.1.50' }], … }
 */
export function planLan({ current, requested, known = [] }: LanPlanInput): LanPlan {
  const problems = findLanProblems(current, requested, known)
  if (problems.length > 0) return { ok: false, problems }
  const target = lanTarget(current, requested)
  const wanted = toSteps(target)
  const held = toSteps(current)
  const steps =
    current.source === 'static'
      ? wanted.filter((step) => !held.some((other) => same(step, other)))
      : wanted.filter(isSettable)
  return { ok: true, target, steps, inverse: inverseOf(steps, current) }
}

/** What `lan print` must say when the request has been carried out. */
export function lanTarget(current: LanConfig, requested: LanRequest): LanConfig {
  return {
    source: 'static',
    address: requested.address,
    netmask: requested.subnetMask ?? current.netmask,
    gateway: requested.gateway ?? current.gateway,
  }
}

/** IPMI wants the source first: many BMCs refuse an address while DHCP is on (ipmitool 1.8.19, `lan set`). */
function toSteps(config: LanConfig): LanStep[] {
  return [
    { parameter: 'ipsrc', value: IPSRC[config.source] },
    { parameter: 'ipaddr', value: config.address },
    { parameter: 'netmask', value: config.netmask },
    { parameter: 'defgw', value: config.gateway },
  ]
}

/** `other` cannot be set by the tool; `none` is as near as one gets. */
const IPSRC = { unspecified: 'none', static: 'static', dhcp: 'dhcp', bios: 'bios', other: 'none' } as const

function isSettable(step: LanStep): boolean {
  return step.value !== NONE
}

function same(a: LanStep, b: LanStep): boolean {
  return a.parameter === b.parameter && a.value === b.value
}

function inverseOf(steps: readonly LanStep[], current: LanConfig): LanStep[] {
  if (steps.length === 0) return []
  const old = toSteps(current)
  if (current.source === 'dhcp') return old.filter((step) => step.parameter === 'ipsrc')
  return old.filter((step) => steps.some((sent) => sent.parameter === step.parameter))
}

const NONE = '0.0.0.0'
