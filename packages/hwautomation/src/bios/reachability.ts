import { attributeOf, bootOrderOf } from './configuration.ts'
import type { BiosConfiguration } from './configuration.ts'
import type { BiosChange, BiosProblem } from './plan.ts'
import { printable } from './printable.ts'
import type { Consent } from './template.ts'
import type { BiosVendor } from './vendor.ts'

/** What the reachability rules look at. */
export interface Reachability {
  readonly vendor: BiosVendor
  readonly current: BiosConfiguration
  /** `current` with the plan applied. */
  readonly after: BiosConfiguration
  readonly changes: readonly BiosChange[]
  readonly bootNic?: string | undefined
  readonly allowed: ReadonlySet<Consent>
}

/**
 * A template must keep the machine reachable: MAAS starts it over the network, and without network boot nobody
 * could read back what was changed. What cuts it off needs the operator's explicit consent.
 */
export function reachabilityProblems(input: Reachability): BiosProblem[] {
  const cuts = input.changes.flatMap((change) => cutOff(change, input))
  const named = cuts.some(({ consent }) => consent === 'disable-network-boot')
  const lost = named ? [] : networkBootLost(input)
  return [...cuts.map(({ problem }) => problem), ...lost, ...networkBootNotFirst(input)]
}

interface CutOff {
  readonly consent: Consent
  readonly problem: BiosProblem
}

function cutOff(change: BiosChange, { vendor, after, bootNic, allowed }: Reachability): CutOff[] {
  const reach = vendor.reach(change.name, change.from, change.to)
  if (reach === undefined) return []
  if (reach === 'boot-mode')
    return allowed.has('change-boot-mode')
      ? []
      : [needsConsent(change, 'change-boot-mode', 'changes the boot mode, so that the machine may not start any more')]
  const otherNic =
    bootNic !== undefined &&
    change.name !== bootNic &&
    vendor.networkBoot(after).some((nic) => nic.attribute === bootNic && nic.enabled)
  const isPort = vendor.networkBoot(after).some((nic) => nic.attribute === change.name)
  if (allowed.has('disable-network-boot') || (otherNic && isPort)) return []
  return [needsConsent(change, 'disable-network-boot', 'takes network boot away from a NIC the machine may boot from')]
}

function needsConsent(change: BiosChange, consent: Consent, effect: string): CutOff {
  const problem: BiosProblem = {
    code: 'needs-consent',
    name: change.name,
    ...(change.canonical === undefined ? {} : { canonical: change.canonical }),
    wanted: change.to,
    message: `${printable(change.name)}: ${printable(change.from)} -> ${printable(change.to)} ${effect}.`,
    hint: `Take it out of the template, or add \`${consent}\` to \`bios.allow\` of the device type if it is meant.`,
  }
  return { consent, problem }
}

function networkBootLost({ vendor, current, after, bootNic, allowed }: Reachability): BiosProblem[] {
  if (allowed.has('disable-network-boot')) return []
  const hint = 'Set `pxe: enabled` in the template, or add `disable-network-boot` to `bios.allow` of the device type.'
  if (bootNic !== undefined) {
    if (attributeOf(after, bootNic) === undefined)
      return [
        {
          code: 'unsupported',
          name: bootNic,
          message: `The boot NIC ${printable(bootNic)} of the device type is not supported on this board (${printable(vendor.boardName(current.board))}): it has no such attribute.`,
          hint: `Correct \`bios.bootNic\`; the board lists: ${printable(
            vendor
              .networkBoot(current)
              .map((nic) => nic.attribute)
              .join(', ') || 'none',
            400,
          )}.`,
        },
      ]
    if (vendor.networkBoot(after).some((nic) => nic.attribute === bootNic && nic.enabled)) return []
    return [
      {
        code: 'network-boot-lost',
        name: bootNic,
        message: `The boot NIC ${printable(bootNic)} would not boot from the network.`,
        hint,
      },
    ]
  }
  const had = vendor.networkBoot(current).some((nic) => nic.enabled)
  const has = vendor.networkBoot(after).some((nic) => nic.enabled)
  return had && !has
    ? [{ code: 'network-boot-lost', name: 'pxe', message: 'No NIC would boot from the network any more.', hint }]
    : []
}

function networkBootNotFirst({ vendor, after, allowed }: Reachability): BiosProblem[] {
  const first = bootOrderOf(after)?.[0]
  if (first === undefined || vendor.isNetworkBootEntry(first) || allowed.has('network-boot-not-first')) return []
  return [
    {
      code: 'network-boot-not-first',
      name: 'boot-order',
      message: `The machine boots from ${printable(first)} first, not from the network.`,
      hint: 'Put the network first in the boot order of the machine, or add `network-boot-not-first` to `bios.allow` of the device type.',
    },
  ]
}
