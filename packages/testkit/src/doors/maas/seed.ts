import { inspect } from './hardware.ts'
import { IPMI_DEFAULTS } from './power-parameters.ts'
import { newNode } from './new-node.ts'
import { RESULT, addScriptSet } from './results.ts'
import { COMMISSIONING_SCRIPTS } from './scripts.ts'
import { STATUS } from './status.ts'
import type { LabServerSpec } from '../../lab.ts'
import type { Machine } from '../../world/machine.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Status } from './status.ts'

const STATUSES: Readonly<Record<NonNullable<LabServerSpec['status']>, Status>> = {
  new: STATUS.new,
  ready: STATUS.ready,
  deployed: STATUS.deployed,
  allocated: STATUS.allocated,
  broken: STATUS.broken,
  'failed-commissioning': STATUS.failedCommissioning,
}
const OWNED: readonly Status[] = [STATUS.deployed, STATUS.allocated, STATUS.failedCommissioning]
/** Commissioned as long ago as this. */
const SEEDED_BEFORE_MS = 86_400_000

/**
 * Enters a machine of the world in the state that its spec asks for: as a commissioning, an allocation … of yesterday would
 * have left it. Its power parameters are those of the BMC user `maas`, or of its first administrator.
 */
export function seedNode(region: Region, machine: Machine, spec: LabServerSpec, index: number): MaasNode {
  const status = STATUSES[spec.status ?? 'new']
  const administrators = machine.bmc.users.filter((user) => user.enabled && user.privilege === 'Administrator')
  const administrator = administrators.find((user) => user.name === 'maas') ?? administrators[0]
  const node = newNode(region, {
    systemId: spec.systemId,
    hostname: spec.hostname,
    architecture: machine.model.architecture,
    macs: machine.nics.map((nic) => nic.mac),
    powerType: 'ipmi',
    powerParameters: {
      ...IPMI_DEFAULTS,
      power_address: machine.bmc.network.address,
      power_user: administrator?.name ?? '',
      power_pass: administrator?.password ?? '',
    },
  })
  node.tags = [...(spec.tags ?? [])]
  if (status !== STATUS.new) age(region, node, machine, status, index)
  node.status = status
  node.owner = spec.owner ?? (OWNED.includes(status) ? 'admin' : null)
  return node
}

function age(region: Region, node: MaasNode, machine: Machine, status: Status, index: number): void {
  node.statusAction = ''
  node.bmcReached = true
  node.powerState = machine.power
  const failed = status === STATUS.failedCommissioning
  node.statusMessage = failed ? 'Failed commissioning' : status === STATUS.broken ? 'Released' : 'Ready'
  seedResults(region, node, failed)
  if (failed) return
  node.hardware = inspect(machine, ++region.ids.disk)
  for (const [place, nic] of node.interfaces.entries()) {
    nic.inspected = true
    nic.connected = place === 0
    nic.linkId = place === 0 ? ++region.ids.link : null
    nic.discovered = place === 0 ? (machine.lease ?? oldAddress(index)) : null
  }
}

/** An address of the host network that its DHCP has long given up: nobody answers there. */
function oldAddress(index: number): string {
  return `10.0.${200 + Math.floor(index / 250)}.${1 + (index % 250)}`
}

function seedResults(region: Region, node: MaasNode, failed: boolean): void {
  const set = addScriptSet(region, node, 0, COMMISSIONING_SCRIPTS)
  node.commissioningSet = set.id
  let at = region.clock.now() - SEEDED_BEFORE_MS
  for (const result of set.results) {
    const bad = failed && result === set.results.at(-1)
    result.startedAt = at
    at += result.seconds * 1000
    result.endedAt = at
    result.updatedAt = at
    result.status = bad ? RESULT.failed : RESULT.passed
    result.exitStatus = bad ? 1 : 0
    result.output = bad ? 'No space left on device\n' : `${result.name}: done\n`
    set.lastPing = at
  }
}
