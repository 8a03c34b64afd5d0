import { abort } from './commission.ts'
import { allocate, markBroken, release } from './ownership.ts'
import { powerOff } from './power-ops.ts'
import { enterRescue, exitRescue } from './rescue.ts'
import { STATUS } from './status.ts'
import { urlencoded } from './fields.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Account } from './users.ts'

/** What somebody else may do to a machine through MAAS. */
export type Intervention =
  | 'power-off'
  | 'abort'
  | 'release'
  | 'allocate'
  | 'mark-broken'
  | 'exit-rescue'
  | 'remove-tags'
  | 'enter-rescue'

/** Another admin, who is not in the user list and never signs a request. */
export const OTHER_ADMIN: Account = {
  name: 'night-shift',
  email: 'night-shift@example.com',
  admin: true,
  key: { consumer: '', token: '', secret: '' },
  sshKeys: [],
}

/**
 * Acts as another admin, through the operations that the API serves. What only an owner may do (release, mark broken) is
 * done in the owner's name, or after an allocation. Throws with MAAS's words where MAAS refuses.
 */
export function intervene(region: Region, node: MaasNode, act: Intervention): void {
  if (act === 'remove-tags') {
    node.tags = []
    return
  }
  const reply = ACTS[act](region, node)
  if (reply.status >= 400)
    throw new Error(`MAAS refuses the intervention '${act}' (${reply.status}): ${reply.body.toString()}`)
}

const ACTS: Readonly<Record<Exclude<Intervention, 'remove-tags'>, (region: Region, node: MaasNode) => Reply>> = {
  'power-off': (region, node) => powerOff(region, node, OTHER_ADMIN),
  abort: (region, node) => abort(region, node, OTHER_ADMIN),
  allocate: (region, node) => allocate(region, OTHER_ADMIN, urlencoded(`system_id=${node.systemId}`)),
  release: (region, node) => release(region, node, ownerOf(region, node)),
  'exit-rescue': (region, node) => exitRescue(region, node, OTHER_ADMIN),
  'enter-rescue': (region, node) => enterRescue(region, node, OTHER_ADMIN),
  'mark-broken': (region, node) => {
    if (node.owner === null && node.status === STATUS.ready)
      allocate(region, OTHER_ADMIN, urlencoded(`system_id=${node.systemId}`))
    return markBroken(region, node, ownerOf(region, node))
  },
}

function ownerOf(region: Region, node: MaasNode): Account {
  return node.owner === null ? OTHER_ADMIN : (region.users.get(node.owner) ?? { ...OTHER_ADMIN, name: node.owner })
}
