import { all } from './fields.ts'
import { formErrors, json } from './reply.ts'
import { machineRecord } from './record.ts'
import { STATUS_FILTERS } from './status.ts'
import { lookQuietly } from './power.ts'
import type { Fields } from './fields.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Account } from './users.ts'

/** A constraint of the list: whether a machine meets the given values, and what is wrong with them, if anything. */
interface Constraint {
  readonly fits: (node: MaasNode, values: readonly string[]) => boolean
  readonly fault?: (region: Region, values: readonly string[]) => string | undefined
}

const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i
/**
 * The rack asks each BMC about every five minutes; the recorded controller ran without. Assumed: seen only when somebody reads the
 * record five minutes or more after the last look, where a real rack looks on its own.
 */
const POWER_POLL_MS = 300_000

/**
 * GET `machines/`: repeated fields are alternatives (tags: all of them), commas are not split, unknown ids are left out, an
 * unknown constraint is an error, and there is no paging (MAAS 3.3 recorded).
 */
export function listMachines(region: Region, user: Account, query: Fields): Reply {
  const given = [...query].filter(([name]) => name !== 'op' && name !== 'format')
  const errors: Record<string, string[]> = {}
  for (const [name, values] of given) {
    const fault =
      constraintOf(name)?.fault?.(region, values) ?? (constraintOf(name) ? undefined : 'No such constraint.')
    if (fault !== undefined) errors[name] = [fault]
  }
  if (Object.keys(errors).length > 0) return formErrors(errors)
  const nodes = candidates(region, query).filter(
    (node) => mayList(user, node) && given.every(([name, values]) => constraintOf(name)?.fits(node, values)),
  )
  return json(nodes.map((node) => readRecord(region, node)))
}

/** A machine's record as a client reads it, after the rack's periodic look at its BMC. */
export function readRecord(region: Region, node: MaasNode): Readonly<Record<string, unknown>> {
  if (region.clock.now() - node.powerSeenAt >= POWER_POLL_MS && node.powerState !== 'unknown') lookQuietly(region, node)
  return machineRecord(region, node)
}

/** Whether a list shows a machine to a user: not one that somebody else owns, unless to an admin. */
export function mayList(user: Account, node: MaasNode): boolean {
  return user.admin || node.owner === null || node.owner === user.name
}

function candidates(region: Region, query: Fields): readonly MaasNode[] {
  const ids = query.get('id')
  if (!ids) return [...region.nodes.values()]
  return [...new Set(ids)].flatMap((id) => region.nodes.get(id) ?? [])
}

function constraintOf(name: string): Constraint | undefined {
  return Object.hasOwn(CONSTRAINTS, name) ? CONSTRAINTS[name] : undefined
}

const CONSTRAINTS: Readonly<Record<string, Constraint>> = {
  id: { fits: (node, ids) => ids.includes(node.systemId) },
  hostname: { fits: (node, names) => names.includes(node.hostname) },
  mac_address: {
    fits: (node, macs) => node.interfaces.some((nic) => macs.some((mac) => mac.toLowerCase() === nic.mac)),
    fault: (_region, macs) =>
      first(
        macs,
        (mac) => !MAC.test(mac),
        (mac) => `'${mac}' is not a valid MAC address.`,
      ),
  },
  domain: { fits: (_node, domains) => domains.includes('maas') },
  zone: {
    fits: (node, zones) => zones.includes(node.zone),
    fault: (region, zones) =>
      first(
        zones,
        (zone) => !region.site.zones.some((known) => known.name === zone),
        (zone) => `No such zone(s): ${zone}.`,
      ),
  },
  pool: {
    fits: (node, pools) => pools.includes(node.pool),
    fault: (region, pools) =>
      first(
        pools,
        (pool) => !region.site.pools.some((known) => known.name === pool),
        (pool) => `No such pool(s): ${pool}.`,
      ),
  },
  owner: { fits: (node, owners) => owners.includes(node.owner ?? '') },
  agent_name: { fits: () => false },
  tags: { fits: (node, tags) => tags.every((tag) => node.tags.includes(tag)), fault: unknownTag },
  not_tags: { fits: (node, tags) => !tags.some((tag) => node.tags.includes(tag)), fault: unknownTag },
  status: {
    fits: (node, statuses) => statuses.some((status) => STATUS_FILTERS[status] === node.status),
    fault: (_region, statuses) =>
      first(
        statuses,
        (status) => !Object.hasOwn(STATUS_FILTERS, status),
        (status) => `Select a valid choice. ${status} is not one of the available choices.`,
      ),
  },
}

function unknownTag(region: Region, tags: readonly string[]): string | undefined {
  return first(
    tags,
    (tag) => !region.tags.has(tag),
    (tag) => `No such tag(s): '${tag}'.`,
  )
}

function first(
  values: readonly string[],
  bad: (value: string) => boolean,
  say: (value: string) => string,
): string | undefined {
  const culprit = values.find(bad)
  return culprit === undefined ? undefined : say(culprit)
}

/** GET `machines/?op=is_registered`. */
export function isRegistered(region: Region, query: Fields): Reply {
  const macs = all(query, 'mac_address').map((mac) => mac.toLowerCase())
  return json([...region.nodes.values()].some((node) => node.interfaces.some((nic) => macs.includes(nic.mac))))
}
