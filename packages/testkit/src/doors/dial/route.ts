import type { Machine } from '../../world/machine.ts'
import { isAddress } from '../../world/network.ts'
import type { World } from '../../world/world.ts'

/** Where an address and port lead: to a service, or nowhere, with the reason as a network would give it. */
export type Route =
  | {
      readonly open: true
      readonly machine: Machine
      readonly role: 'host' | 'bmc'
      readonly address: string
      readonly port: number
    }
  | {
      readonly open: false
      readonly machine: Machine | undefined
      readonly status: 502 | 504
      readonly error: string
      readonly text: string
    }

const PORT = { host: 22, bmc: 443 } as const

/**
 * Looks up `address:port`; undefined for anything else. A host that is still booting, and a port nobody listens on, refuse.
 * An address nobody answers at is `no route to host` at once (a real network takes a few seconds of ARP to say so).
 */
export function routeTo(world: World, target: string): Route | undefined {
  const colon = target.lastIndexOf(':')
  const address = target.slice(0, colon)
  const port = Number(target.slice(colon + 1))
  if (!isAddress(address) || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined

  const owner = world.ownerOf(address)
  if (owner !== undefined && port === PORT[owner.role]) return { open: true, ...owner, address, port }
  const alive =
    owner?.machine ?? world.machines.find((machine) => machine.phase === 'booting' && machine.boot?.address === address)
  if (alive !== undefined) return refused(alive, target)
  const lastHere = world.machines.find(
    (machine) => machine.lease === address || machine.bmc.network.address === address,
  )
  // A booted OS that offers no shell (it switches itself off) refuses as well.
  if (lastHere?.phase === 'up' && lastHere.boot?.address === address) return refused(lastHere, target)
  return {
    open: false,
    machine: lastHere,
    status: 504,
    error: 'destination_ip_unroutable',
    text: `connect EHOSTUNREACH ${target}: no route to host`,
  }
}

function refused(machine: Machine, target: string): Route {
  return { open: false, machine, status: 502, error: 'connection_refused', text: `connect ECONNREFUSED ${target}` }
}
