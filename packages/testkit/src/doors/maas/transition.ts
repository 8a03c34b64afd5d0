import { addEvent } from './events.ts'
import { RESULT, abandonScripts } from './results.ts'
import { STATUS, statusName } from './status.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Status } from './status.ts'

/**
 * `node_timeout`'s default. For 17 the expiry was recorded 30 min ahead; the monitor itself did not run there. Assumed: it ends
 * Commissioning and Testing too, 30 min after the last sign of life.
 */
const EXPIRY_MS = 30 * 60_000

const EXPIRES_TO: Partial<Record<Status, Status>> = {
  [STATUS.commissioning]: STATUS.failedCommissioning,
  [STATUS.testing]: STATUS.failedTesting,
  [STATUS.enteringRescue]: STATUS.failedEnteringRescue,
}

/**
 * The one way to change a node's status. New and Ready have no owner (MAAS `models/signals/nodes.py`); `keepOwner` is the
 * way back after a refused power action, which leaves it. Starts the monitor that ends a status without signs of life.
 */
export function transition(region: Region, node: MaasNode, to: Status, options: { keepOwner?: boolean } = {}): void {
  if (node.status !== to) {
    addEvent(region, node, 'DEBUG', 'Node changed status', `From '${statusName(node.status)}' to '${statusName(to)}'`)
  }
  node.status = to
  if ((to === STATUS.new || to === STATUS.ready) && !options.keepOwner) node.owner = null
  region.expiries.get(node.systemId)?.()
  region.expiries.delete(node.systemId)
  if (EXPIRES_TO[to] !== undefined) watch(region, node, EXPIRY_MS)
}

/** A sign of life from the machine's agent. */
export function heartbeat(region: Region, node: MaasNode): void {
  node.heartbeatAt = region.clock.now()
}

/** Stops the monitor: nothing ends this status by itself any more. */
export function stopMonitor(region: Region, node: MaasNode): void {
  region.expiries.get(node.systemId)?.()
  region.expiries.delete(node.systemId)
}

function watch(region: Region, node: MaasNode, ms: number): void {
  if (ms === EXPIRY_MS) heartbeat(region, node)
  const take = region.clock.after(ms, () => {
    const silent = region.clock.now() - node.heartbeatAt
    if (silent < EXPIRY_MS) watch(region, node, EXPIRY_MS - silent)
    else expire(region, node)
  })
  region.expiries.set(node.systemId, take)
}

function expire(region: Region, node: MaasNode): void {
  const to = EXPIRES_TO[node.status]
  if (to === undefined) return
  const operation = statusName(node.status)
  if (node.status !== STATUS.enteringRescue) abandonScripts(node, region.clock.now(), RESULT.timedOut)
  addEvent(region, node, 'ERROR', 'Marking node failed', `Node operation '${operation}' timed out after 30 minutes.`)
  transition(region, node, to)
}
