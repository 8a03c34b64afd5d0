import type { Machine } from '../../world/machine.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'

/** What a rack controller finds at a node's stored power address. */
export type Reach =
  | { readonly kind: 'bmc'; readonly machine: Machine }
  /** A BMC answers and refuses the user or the password. */
  | { readonly kind: 'denied' }
  /** Nothing answers. */
  | { readonly kind: 'silent' }
  /** The address is none. */
  | { readonly kind: 'unresolvable'; readonly address: string }

/**
 * Looks for the BMC as a rack controller would: at the stored address, with the stored user and password. It may well find
 * another machine's BMC: MAAS has no way to tell. A port in the address (`127.0.0.1:9002`) is left out.
 */
export function reach(region: Region, node: MaasNode): Reach {
  const address = text(node, 'power_address').replace(/:\d+$/, '')
  if (!/^[0-9a-zA-Z.:-]+$/.test(address)) return { kind: 'unresolvable', address }
  const owner = region.world.ownerOf(address)
  if (owner?.role !== 'bmc') return { kind: 'silent' }
  // Assumed: RMCP+ that is switched off is as silent as a BMC that is not there.
  if (node.powerType === 'ipmi' && !owner.machine.bmc.settings.ipmiOverLan) return { kind: 'silent' }
  const wanted = { name: text(node, 'power_user'), password: text(node, 'power_pass') }
  const known = owner.machine.bmc.users.some(
    (user) =>
      user.enabled && user.name === wanted.name && user.password === wanted.password && user.privilege !== 'ReadOnly',
  )
  return known ? { kind: 'bmc', machine: owner.machine } : { kind: 'denied' }
}

function text(node: MaasNode, name: string): string {
  const value = node.powerParameters[name]
  return typeof value === 'string' ? value : ''
}
