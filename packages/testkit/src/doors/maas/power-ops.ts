import { addEvent } from './events.ts'
import { forbidden, json, refused } from './reply.ts'
import { machineRecord } from './record.ts'
import { startPower } from './power.ts'
import { STATUS } from './status.ts'
import { transition } from './transition.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Account } from './users.ts'

/**
 * POST `?op=power_on` (MAAS 3.3 recorded): refused without an owner; on an allocated machine it **starts a deployment**, of
 * which nothing more is simulated; in Rescue mode it works and leaves the status alone.
 */
export function powerOn(region: Region, node: MaasNode, user: Account): Reply {
  if (node.owner === null) return refused(409, "Can't start node: it hasn't been allocated.")
  if (node.locked || (!user.admin && node.owner !== user.name)) return forbidden()
  const busy = startPower(region, node, 'on')
  if (busy) return busy
  if (node.status === STATUS.allocated) {
    addEvent(region, node, 'INFO', 'Deploying')
    transition(region, node, STATUS.deploying)
  }
  return json(machineRecord(region, node))
}

/** POST `?op=power_off`: needs no owner and asks for no admin; asynchronous, the answer shows the old power state (recorded). */
export function powerOff(region: Region, node: MaasNode, user: Account): Reply {
  if (node.locked || (!user.admin && node.owner !== null && node.owner !== user.name)) return forbidden()
  const busy = startPower(region, node, 'off')
  return busy ?? json(machineRecord(region, node))
}
