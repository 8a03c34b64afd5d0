import { addEvent } from './events.ts'
import { all, one } from './fields.ts'
import { forbidden, formErrors, json, refused } from './reply.ts'
import { machineRecord } from './record.ts'
import { startPower } from './power.ts'
import { STATUS, statusName } from './status.ts'
import { transition } from './transition.ts'
import type { Fields } from './fields.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Status } from './status.ts'
import type { Account } from './users.ts'

const RELEASABLE: readonly Status[] = [
  STATUS.allocated,
  STATUS.deployed,
  STATUS.deploying,
  STATUS.broken,
  STATUS.releasing,
]
const LOCKABLE: readonly Status[] = [STATUS.deployed, STATUS.deploying]
/** Constraints of `allocate` that are looked at; the rest of MAAS's list is accepted and does nothing (assumed). */
const IGNORED_CONSTRAINTS = [
  'agent_name',
  'comment',
  'bridge_all',
  'bridge_fd',
  'bridge_stp',
  'dry_run',
  'verbose',
  'zone',
  'pool',
]
const CONSTRAINTS = ['system_id', 'name', 'tags', 'not_tags', 'arch']

/** POST `machines/?op=allocate`: an empty form takes any Ready machine (MAAS 3.3 recorded). */
export function allocate(region: Region, user: Account, form: Fields): Reply {
  const given = [...form.keys()].filter(
    (name) => !IGNORED_CONSTRAINTS.includes(name) && name !== 'op' && name !== 'format',
  )
  const unknown = given.filter((name) => !CONSTRAINTS.includes(name))
  if (unknown.length > 0) return formErrors(Object.fromEntries(unknown.map((name) => [name, ['No such constraint.']])))
  const node = [...region.nodes.values()].find(
    (candidate) => candidate.status === STATUS.ready && fits(candidate, form),
  )
  if (!node) return refused(409, noMachine(form, given))
  node.owner = user.name
  transition(region, node, STATUS.allocated)
  return json(machineRecord(region, node))
}

/**
 * POST `?op=release`: a non-owner gets an empty 403, and on Ready it changes nothing (MAAS 3.3 recorded). Assumed: the 403 is for an
 * admin who is not the owner too, and a machine that is on goes through Releasing (12).
 */
export function release(region: Region, node: MaasNode, user: Account): Reply {
  if (node.locked || (node.owner !== null && node.owner !== user.name)) return forbidden()
  if (node.status === STATUS.ready) return json(machineRecord(region, node))
  if (!RELEASABLE.includes(node.status)) {
    return refused(409, `Machine cannot be released in its current state ('${statusName(node.status)}').`)
  }
  addEvent(region, node, 'INFO', 'Releasing')
  node.annotations = {}
  if (node.powerType === 'ipmi' && node.powerState === 'on') {
    const busy = startPower(region, node, 'off')
    if (busy) return busy
    transition(region, node, STATUS.releasing)
  } else {
    addEvent(region, node, 'INFO', 'Released')
    transition(region, node, node.hardware ? STATUS.ready : STATUS.new)
  }
  return json(machineRecord(region, node))
}

/** POST `?op=mark_broken`: only the owner may, an admin who is not gets an empty 403. No power action (recorded). */
export function markBroken(region: Region, node: MaasNode, user: Account): Reply {
  if (node.locked || node.owner !== user.name) return forbidden()
  if (node.status === STATUS.allocated || node.status === STATUS.deployed) {
    node.annotations = {}
    addEvent(region, node, 'INFO', 'Released')
  }
  node.owner = null
  node.episode += 1
  transition(region, node, STATUS.broken)
  return json(machineRecord(region, node))
}

/**
 * POST `?op=mark_fixed`: Ready for a commissioned machine (MAAS 3.3 recorded); New for one without hardware data is
 * assumed.
 */
export function markFixed(region: Region, node: MaasNode, user: Account): Reply {
  if (!user.admin || node.locked) return forbidden()
  if (node.status !== STATUS.broken) return refused(409, "Can't mark a non-broken node as 'Ready'.")
  transition(region, node, node.hardware ? STATUS.ready : STATUS.new)
  return json(machineRecord(region, node))
}

/** POST `?op=lock`: only what is deployed or deploying. */
export function lock(region: Region, node: MaasNode, user: Account): Reply {
  if (node.locked) return refused(409, 'Machine is already locked')
  if (!LOCKABLE.includes(node.status)) return refused(409, "Can't lock, node is not deployed or deploying")
  if (!user.admin && node.owner !== user.name) return forbidden()
  node.locked = true
  return json(machineRecord(region, node))
}

/** POST `?op=unlock`: an admin's. */
export function unlock(region: Region, node: MaasNode, user: Account): Reply {
  if (!user.admin) return forbidden()
  if (!node.locked) return refused(409, 'Machine is not locked')
  node.locked = false
  return json(machineRecord(region, node))
}

/** POST `?op=set_workload_annotations` and `?op=set_owner_data`, which is the same: an empty value deletes its key. */
export function annotate(region: Region, node: MaasNode, user: Account, form: Fields): Reply {
  if (node.owner === null) return refused(409, "Cannot set workload annotation: it hasn't been acquired.")
  if (node.locked || (!user.admin && node.owner !== user.name)) return forbidden()
  const entries = [...form].filter(([name]) => name !== 'op' && name !== 'format')
  if (entries.some(([name]) => /\s/.test(name))) return refused(500, 'Invalid character in key name')
  const annotations = { ...node.annotations }
  for (const [name, values] of entries) {
    const value = values[0] ?? ''
    if (value === '') delete annotations[name]
    else annotations[name] = value
  }
  node.annotations = annotations
  return json(machineRecord(region, node))
}

/** POST `?op=deploy`: no image of the recorded controller had a kernel, so it never succeeded there nor does it here. */
export function deploy(node: MaasNode): Reply {
  if (node.status !== STATUS.allocated) {
    return refused(409, `Can't deploy a machine that is in the '${statusName(node.status)}' state`)
  }
  return formErrors({ hwe_kernel: ['focal has no kernels available.'] })
}

function fits(node: MaasNode, form: Fields): boolean {
  const id = one(form, 'system_id')
  const name = one(form, 'name')
  const arch = one(form, 'arch')
  return (
    (id === undefined || id === node.systemId) &&
    (name === undefined || name === node.hostname || name === `${node.hostname}.maas`) &&
    (arch === undefined || node.architecture.startsWith(arch)) &&
    all(form, 'tags').every((tag) => node.tags.includes(tag)) &&
    !all(form, 'not_tags').some((tag) => node.tags.includes(tag))
  )
}

function noMachine(form: Fields, given: readonly string[]): string {
  const id = one(form, 'system_id')
  if (id !== undefined) return `No machine with system ID ${id} available.`
  if (given.length === 0) return 'No machine available.'
  const pairs = given.map(
    (name) =>
      `('${name}', [${all(form, name)
        .map((value) => `'${value}'`)
        .join(', ')}])`,
  )
  const resolved = given.map((name) => `${name}=${all(form, name).join(',')}`).join(' ')
  return `No available machine matches constraints: [${pairs.join(', ')}] (resolved to "${resolved}")`
}
