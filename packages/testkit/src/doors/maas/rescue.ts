import { addEvent } from './events.ts'
import { forbidden, json, refused } from './reply.ts'
import { quirksOf } from './region.ts'
import { machineRecord } from './record.ts'
import { RESULT } from './results.ts'
import { startPower } from './power.ts'
import { STATUS, RESCUABLE, isRescue, statusName } from './status.ts'
import { heartbeat, transition } from './transition.ts'
import type { Machine } from '../../world/machine.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Status } from './status.ts'
import type { Account } from './users.ts'

/** From the OS to the agent's first signal, WORKING; assumed. */
const FIRST_SIGNAL_MS = 3000

/** POST `?op=rescue_mode`: admin only; takes the machine over from whoever owns it (MAAS 3.3 recorded, R1). */
export function enterRescue(region: Region, node: MaasNode, user: Account): Reply {
  if (!user.admin || node.locked) return forbidden()
  if (!RESCUABLE.includes(node.status)) return badTransition(node.status, STATUS.enteringRescue)

  addEvent(region, node, 'INFO', 'Entering rescue mode')
  const busy = startPower(region, node, 'cycle')
  if (busy) return busy
  if (!isRescue(node.status)) node.previousStatus = node.status
  node.owner = user.name
  node.episode += 1
  node.statusAction = ''
  transition(region, node, STATUS.enteringRescue)
  return json(machineRecord(region, node))
}

/** POST `?op=exit_rescue_mode` (MAAS 3.3 recorded, R2): where it ends depends on where rescue mode began. */
export function exitRescue(region: Region, node: MaasNode, user: Account): Reply {
  if (!user.admin || node.locked) return forbidden()
  if (!isRescue(node.status)) return badTransition(node.status, STATUS.exitingRescue)

  addEvent(region, node, 'INFO', 'Exiting rescue mode')
  node.episode += 1
  transition(region, node, STATUS.exitingRescue)
  const back = node.previousStatus
  if (node.powerType === 'manual') {
    node.owner = null
    addEvent(region, node, 'INFO', 'Exited rescue mode')
    transition(region, node, back)
  } else if (back === STATUS.ready || back === STATUS.broken) {
    const busy = startPower(region, node, 'off')
    if (busy) return busy
  } else if (back === STATUS.deployed) {
    // MAAS `models/node.py: stop_rescue_mode`: a deployed machine is cycled into its own OS; assumed, not recorded.
    const busy = startPower(region, node, 'cycle')
    if (busy) return busy
  }
  return json(machineRecord(region, node))
}

/** The agent of a rescue boot is up: its first signal ends 17; later it learns nothing that MAAS acts on. */
export function enteredRescue(region: Region, node: MaasNode, machine: Machine): void {
  const { episode } = node
  const { boot } = machine
  learnLease(region, node, machine)
  region.clock.after(FIRST_SIGNAL_MS, () => {
    if (node.episode !== episode || machine.boot !== boot || node.status !== STATUS.enteringRescue) return
    heartbeat(region, node)
    if (quirksOf(region, node).rescueFails) return failedToEnter(region, node)
    addEvent(region, node, 'INFO', 'Rescue mode')
    transition(region, node, STATUS.rescue)
  })
}

/** The agent signalled FAILED in 17: owner and power stay, `commissioning_status` becomes 3 (recorded). */
function failedToEnter(region: Region, node: MaasNode): void {
  node.commissioningVerdict = RESULT.failed
  addEvent(region, node, 'ERROR', 'Marking node failed', 'Failed to enter rescue mode.')
  transition(region, node, STATUS.failedEnteringRescue)
}

/**
 * MAAS's DHCP tells the region of a lease, and the record's address follows (`maasserver/rpc/leases.py: update_lease`).
 * Assumed, and not what was recorded: that controller ran without DHCP, and the address of the last commissioning stayed.
 * The quirk `forgetsLease` gives the recorded behaviour.
 */
function learnLease(region: Region, node: MaasNode, machine: Machine): void {
  const [nic] = node.interfaces
  if (!nic || !machine.boot || quirksOf(region, node).forgetsLease) return
  nic.discovered = machine.boot.address
}

function badTransition(from: Status, to: Status): Reply {
  return refused(409, `Invalid transition: ${statusName(from)} -> ${statusName(to)}.`)
}
