import { createHash } from 'node:crypto'
import { seedNode } from './seed.ts'
import { siteOf } from './site.ts'
import { VIRTUAL } from './tags.ts'
import type { MaasDoorOptions, MaasUser } from '../door.ts'
import type { Region } from './region.ts'
import type { Account } from './users.ts'

/** A region controller that knows the world's machines, each in the state its spec asks for, and the lab's users. */
export function createRegion(options: Pick<MaasDoorOptions, 'clock' | 'world' | 'users' | 'servers'>): Region {
  const ids = { node: 0, event: 0, scriptSet: 0, result: 0, nic: 0, link: 0, disk: 0, sshKey: 0 }
  const region: Region = {
    clock: options.clock,
    world: options.world,
    machinesByMac: new Map(
      options.world.machines.flatMap((machine) => machine.nics.map((nic) => [nic.mac.toLowerCase(), machine])),
    ),
    site: siteOf(options.world),
    nodes: new Map(),
    tags: new Map([[VIRTUAL.name, { ...VIRTUAL }]]),
    users: new Map(),
    events: [],
    ids,
    quirks: new Map(),
    expiries: new Map(),
  }
  for (const user of withAdmin(options.users)) region.users.set(user.name, account(user, ids))
  for (const [index, machine] of options.world.machines.entries()) {
    const spec = options.servers[index] ?? { hostname: machine.hostname }
    const node = seedNode(region, machine, spec, index)
    region.nodes.set(node.systemId, node)
    for (const name of node.tags) region.tags.set(name, { name, definition: '', comment: '', kernel_opts: '' })
  }
  return region
}

function withAdmin(users: readonly MaasUser[]): readonly MaasUser[] {
  return users.some((user) => user.name === 'admin')
    ? users
    : [{ name: 'admin', admin: true, sshKey: undefined }, ...users]
}

/** Keys of MAAS's shape, the same ones in every lab: 18, 18 and 32 characters. */
function account(user: MaasUser, ids: Region['ids']): Account {
  const part = (what: string, length: number) =>
    createHash('sha512')
      .update(`${user.name}/${what}`)
      .digest('base64')
      .replace(/[^a-zA-Z0-9]/g, '')
      .slice(0, length)
  const sshKeys = user.sshKey === undefined ? [] : [{ id: ++ids.sshKey, key: user.sshKey, keysource: null }]
  const key = { consumer: part('consumer', 18), token: part('token', 18), secret: part('secret', 32) }
  return { name: user.name, email: `${user.name}@example.com`, admin: user.admin, key, sshKeys }
}
