import type { LabClock } from '../clock.ts'
import type { LabServerSpec } from '../lab.ts'
import type { Machine } from './machine.ts'
import { modelById } from './models.ts'
import { createNetwork } from './network.ts'
import { createMachine, type LabMachine } from './new-machine.ts'

/** Where something answers in the lab's network. */
export type Owner = { readonly machine: Machine; readonly role: 'host' | 'bmc' }

/** The one truth of a lab. */
export interface World {
  readonly clock: LabClock
  readonly machines: readonly Machine[]
  /** By host name. */
  machine(hostname: string): Machine
  /** Who has this address now: a booted host or a reachable BMC. */
  ownerOf(address: string): Owner | undefined
  /** The host network (DHCP of the ephemeral OS) and the BMC network. */
  readonly networks: { readonly host: Network; readonly bmc: Network }
}

export interface Network {
  readonly cidr: string
  readonly netmask: string
  readonly gateway: string
  contains(address: string): boolean
  /** The next free address. */
  lease(): string
}

/**
 * A world of servers that are off, in the order of `servers`; `deployed` ones are up. Host addresses come from 10.0.0.0/16
 * (the first to boot gets 10.0.0.50), BMC addresses from 192.168.0.0/22 (from 192.168.2.10 on, so that 192.168.1.x is free).
 */
export function createWorld(clock: LabClock, servers: readonly LabServerSpec[]): World {
  const machines: LabMachine[] = []
  const leased = new Set(servers.map((spec) => spec.bmcAddress).filter((address) => address !== undefined))
  const taken = (address: string) =>
    leased.has(address) ||
    machines.some((machine) => machine.lease === address || machine.bmc.network.address === address)
  const host = createNetwork({ cidr: '10.0.0.0/16', netmask: '255.255.0.0', first: '10.0.0.50', taken })
  const bmc = createNetwork({ cidr: '192.168.0.0/22', netmask: '255.255.252.0', first: '192.168.2.10', taken })

  for (const [index, spec] of servers.entries()) {
    if (machines.some((machine) => machine.hostname === spec.hostname))
      throw new Error(`Two servers are called ${spec.hostname}`)
    const address = spec.bmcAddress ?? bmc.lease()
    const bmcNetwork = { source: 'DHCP', address, netmask: bmc.netmask, gateway: bmc.gateway } as const
    machines.push(
      createMachine({
        clock,
        spec,
        model: modelById(spec.model ?? 'hpe-rl300'),
        index,
        bmcNetwork,
        lease: () => host.lease(),
      }),
    )
    if (spec.status === 'deployed') machines.at(-1)?.placeInUse({ os: 'ephemeral', authorizedKeys: [] })
  }

  return {
    clock,
    machines,
    networks: { host, bmc },
    machine(hostname) {
      const found = machines.find((machine) => machine.hostname === hostname)
      if (found === undefined)
        throw new Error(`No server '${hostname}'; there are: ${machines.map((each) => each.hostname).join(', ')}`)
      return found
    },
    ownerOf(address) {
      for (const machine of machines) {
        if (machine.bmc.reachable && machine.bmc.network.address === address) return { machine, role: 'bmc' }
        if (machine.phase === 'up' && machine.boot?.address === address && machine.boot.plan.os === 'ephemeral')
          return { machine, role: 'host' }
      }
      return undefined
    },
  }
}
