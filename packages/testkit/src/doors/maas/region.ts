import type { LabClock } from '../../clock.ts'
import type { Machine } from '../../world/machine.ts'
import type { World } from '../../world/world.ts'
import type { MaasEvent } from './events.ts'
import type { MaasNode } from './node.ts'
import type { MaasQuirks } from './quirks.ts'
import type { Site } from './site.ts'
import type { Tag } from './tags.ts'
import type { Account } from './users.ts'

/** Machines by system_id, in the order they were created. */
export type Nodes = Pick<Map<string, MaasNode>, 'get' | 'has' | 'set' | 'delete' | 'values'>

/** The last number given out, by kind. */
export interface Ids {
  node: number
  event: number
  scriptSet: number
  result: number
  nic: number
  link: number
  disk: number
  sshKey: number
}

/** Everything the region controller holds, and its hands: the clock and the world. Every operation works on one of these. */
export interface Region {
  readonly clock: Pick<LabClock, 'now' | 'after' | 'sleep'>
  readonly world: World
  /** The world's machines by lower-case MAC address. */
  readonly machinesByMac: ReadonlyMap<string, Machine>
  readonly site: Site
  readonly nodes: Nodes
  readonly tags: Map<string, Tag>
  readonly users: Map<string, Account>
  readonly events: MaasEvent[]
  readonly ids: Ids
  /** By system_id. */
  readonly quirks: Map<string, MaasQuirks>
  /** Timers that end a status by themselves (`status_expires`), by system_id. */
  readonly expiries: Map<string, () => void>
}

/** The machine that a node stands for, found by MAC address as the network boot finds it; none for one made up by a client. */
export function machineOf(region: Region, node: MaasNode): Machine | undefined {
  for (const nic of node.interfaces) {
    const machine = region.machinesByMac.get(nic.mac)
    if (machine) return machine
  }
  return undefined
}

/** The node of a machine that boots from the network. */
export function nodeOf(region: Region, machine: Machine): MaasNode | undefined {
  for (const node of region.nodes.values()) if (machineOf(region, node) === machine) return node
  return undefined
}

/** The name of a node in the log and in faults: its machine's in the lab, whatever MAAS has been told to call it. */
export function labName(region: Region, node: MaasNode): string {
  return machineOf(region, node)?.hostname ?? node.hostname
}

/** A node's quirks; an empty object when it has none. */
export function quirksOf(region: Region, node: MaasNode): MaasQuirks {
  return region.quirks.get(node.systemId) ?? {}
}

/**
 * A copy of the region on which an operation can be tried: what it does there is lost, its timers never fire, its waits
 * take no time. It tells what an operation would answer, and whether it would be refused.
 */
export function rehearsalOf(region: Region): Region {
  return {
    clock: { now: region.clock.now, after: () => () => {}, sleep: () => Promise.resolve() },
    world: region.world,
    machinesByMac: region.machinesByMac,
    site: region.site,
    nodes: new RehearsalNodes(region.nodes),
    tags: structuredClone(region.tags),
    users: structuredClone(region.users),
    events: [],
    ids: { ...region.ids },
    quirks: region.quirks,
    expiries: new Map(),
  }
}

/** Clones a node when it is asked for, not before: most operations touch one. */
class RehearsalNodes implements Nodes {
  readonly #real: Nodes
  readonly #touched = new Map<string, MaasNode | undefined>()

  constructor(real: Nodes) {
    this.#real = real
  }

  get(systemId: string): MaasNode | undefined {
    if (!this.#touched.has(systemId)) this.#touched.set(systemId, structuredClone(this.#real.get(systemId)))
    return this.#touched.get(systemId)
  }

  has(systemId: string): boolean {
    return this.get(systemId) !== undefined
  }

  set(systemId: string, node: MaasNode): Map<string, MaasNode> {
    this.#touched.set(systemId, node)
    return new Map()
  }

  delete(systemId: string): boolean {
    const had = this.has(systemId)
    this.#touched.set(systemId, undefined)
    return had
  }

  *values(): MapIterator<MaasNode> {
    const ids = new Set([...Array.from(this.#real.values(), (node) => node.systemId), ...this.#touched.keys()])
    for (const id of ids) {
      const node = this.get(id)
      if (node) yield node
    }
    return undefined
  }
}
