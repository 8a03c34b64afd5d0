import { commission } from './commission.ts'
import { all, one, truthy } from './fields.ts'
import { collides, changedParameters, namesPowerParameters } from './power-parameters.ts'
import { databaseConflict, deleted, forbidden, formErrors, json } from './reply.ts'
import { machineRecord } from './record.ts'
import { STATUS } from './status.ts'
import { newNode } from './new-node.ts'
import { stopMonitor } from './transition.ts'
import type { Fields } from './fields.ts'
import type { MaasNode } from './node.ts'
import type { PowerParameters } from './power-parameters.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Account } from './users.ts'

/** MAAS's inner retries before a database conflict is answered (recorded: 12-20 s on create, 12.6 s on PUT). */
const CONFLICT_MS = 12_600
const ARCHITECTURES: Readonly<Record<string, string>> = {
  amd64: 'amd64/generic',
  'amd64/generic': 'amd64/generic',
  arm64: 'arm64/generic',
  'arm64/generic': 'arm64/generic',
}
const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/
const SURFACE = ['description', 'hostname', 'zone', 'pool', 'architecture', 'power_type'] as const

/**
 * POST `machines/` (MAAS 3.3 recorded): 200 with the record. An admin's create commissions at once unless told otherwise;
 * without credentials it is an enlistment, which is processed too.
 */
export async function createMachine(region: Region, user: Account | null, form: Fields): Promise<Reply> {
  const errors: Record<string, string[]> = {}
  const macs = all(form, 'mac_addresses').map((mac) => mac.toLowerCase())
  if (macs.length === 0) errors['mac_addresses'] = ['This field is required.']
  for (const mac of macs) macFault(region, mac, errors)
  const architecture = architectureOf(one(form, 'architecture'), errors)
  const hostname = one(form, 'hostname')
  if (hostname !== undefined) hostnameFault(region, hostname, undefined, errors)
  const powerType = powerTypeOf(one(form, 'power_type') ?? 'manual', errors)
  const parameters = powerFields({}, powerType, form, errors)
  if (Object.keys(errors).length > 0) return formErrors(errors)
  if (collides(region, undefined, parameters)) return conflict(region)

  const node = newNode(region, { hostname, architecture, macs, powerType, powerParameters: parameters })
  node.description = one(form, 'description') ?? ''
  region.nodes.set(node.systemId, node)
  if (user && truthy(one(form, 'deployed'))) {
    node.status = STATUS.deployed
    node.owner = user.name
  } else if (user?.admin && truthy(one(form, 'commission') ?? 'true')) {
    return commission(region, node, user, form)
  }
  return json(machineRecord(region, node))
}

/** PUT `machines/{id}/`: does not contact the BMC, ignores plain fields it does not know (MAAS 3.3 recorded). */
export async function updateMachine(region: Region, node: MaasNode, user: Account, form: Fields): Promise<Reply> {
  if (!user.admin || node.locked) return forbidden()
  const errors: Record<string, string[]> = {}
  const hostname = one(form, 'hostname') ?? node.hostname
  if (hostname !== node.hostname) hostnameFault(region, hostname, node, errors)
  const powerType = powerTypeOf(one(form, 'power_type') ?? node.powerType, errors)
  const zone = choiceOf(form, 'zone', region.site.zones, errors) ?? node.zone
  const pool = choiceOf(form, 'pool', region.site.pools, errors) ?? node.pool
  const architecture = form.has('architecture') ? architectureOf(one(form, 'architecture'), errors) : node.architecture
  const touchesPower = namesPowerParameters(form) || powerType !== node.powerType
  const keepsUnknown = !touchesPower && !SURFACE.some((name) => form.has(name))
  const parameters = keepsUnknown ? node.powerParameters : powerFields(node.powerParameters, powerType, form, errors)
  if (Object.keys(errors).length > 0) return formErrors(errors)
  if (touchesPower && collides(region, node.systemId, parameters)) return conflict(region)

  node.hostname = hostname
  node.description = one(form, 'description') ?? node.description
  node.architecture = architecture
  node.powerType = powerType
  node.powerParameters = parameters
  node.zone = zone
  node.pool = pool
  return json(machineRecord(region, node))
}

/** DELETE `machines/{id}/`: also while it is commissioning (recorded). */
export function deleteMachine(region: Region, node: MaasNode, user: Account): Reply {
  if (!user.admin || node.locked) return forbidden()
  node.episode += 1
  stopMonitor(region, node)
  region.nodes.delete(node.systemId)
  return deleted()
}

async function conflict(region: Region): Promise<Reply> {
  await region.clock.sleep(CONFLICT_MS)
  return databaseConflict()
}

function powerFields(
  current: PowerParameters,
  powerType: MaasNode['powerType'],
  form: Fields,
  errors: Record<string, string[]>,
): PowerParameters {
  const changed = changedParameters(current, powerType, form)
  if (typeof changed !== 'string') return changed
  errors['power_parameters'] = [changed]
  return current
}

function macFault(region: Region, mac: string, errors: Record<string, string[]>): void {
  if (!MAC.test(mac)) {
    errors['mac_addresses'] = [`'${mac}' is not a valid MAC address.`]
    return
  }
  for (const node of region.nodes.values()) {
    if (!node.interfaces.some((nic) => nic.mac === mac)) continue
    errors['mac_addresses'] = [`MAC address ${mac} already in use on ${node.hostname}.`]
    errors['power_type'] = ["Can't set power type to manual without network interfaces"]
  }
}

function architectureOf(wanted: string | undefined, errors: Record<string, string[]>): string {
  const known = ARCHITECTURES[wanted ?? '']
  if (known !== undefined) return known
  errors['architecture'] = [
    wanted === undefined || wanted === ''
      ? 'Architecture must be defined for installable nodes.'
      : `'${wanted}' is not a valid architecture.  It should be one of: 'amd64/generic', 'arm64/generic'.`,
  ]
  return 'amd64/generic'
}

function hostnameFault(
  region: Region,
  hostname: string,
  self: MaasNode | undefined,
  errors: Record<string, string[]>,
): void {
  if (hostname.includes('_')) errors['hostname'] = [`Host label cannot contain underscore: '${hostname}'.`]
  else if (!/^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/.test(hostname))
    errors['hostname'] = [`Invalid hostname: '${hostname}'.`]
  else if ([...region.nodes.values()].some((node) => node.hostname === hostname && node.systemId !== self?.systemId)) {
    errors['hostname'] = ['Node with this Hostname already exists.']
  }
}

function powerTypeOf(wanted: string, errors: Record<string, string[]>): MaasNode['powerType'] {
  if (wanted === 'ipmi' || wanted === 'manual') return wanted
  errors['power_type'] = [`Select a valid choice. ${wanted} is not one of the available choices.`]
  return 'manual'
}

function choiceOf(
  form: Fields,
  field: 'zone' | 'pool',
  known: readonly { readonly name: string }[],
  errors: Record<string, string[]>,
): string | undefined {
  const wanted = one(form, field)
  if (wanted === undefined || known.some((entry) => entry.name === wanted)) return wanted
  errors[field] = ['Select a valid choice. That choice is not one of the available choices.']
  return undefined
}
