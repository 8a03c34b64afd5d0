import { addEvent } from './events.ts'
import { endedByClosing } from './lab-closed.ts'
import { json, powerBusy, refused } from './reply.ts'
import { reach } from './rack.ts'
import { RESULT, abandonScripts } from './results.ts'
import { STATUS } from './status.ts'
import { transition } from './transition.ts'
import type { MaasNode, PowerAction } from './node.ts'
import type { Reach } from './rack.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'

/** MAAS's IPMI driver looks after each of these waits whether the power has changed (`drivers/power/ipmi.py: wait_time`). */
const WAITS_MS = [4000, 8000, 16_000, 32_000]
/** From the API's 200 to the command (recorded: status_message after 0.05-0.1 s, power_state after 4.2 s). */
const ANNOUNCED_MS = 50
const STARTS_MS = 150
/** What one attempt at a silent BMC takes. With the waits it makes the recorded 140 s (off, query) and 220 s (boot device and on). */
const SILENT_ATTEMPT_MS = { off: 20_000, query: 20_000, on: 40_000 } as const
/** The region gives up on a rack that still waits for a BMC (recorded: 60.0 s). */
const QUERY_TIMEOUT_MS = 60_000

const DOING: Readonly<Record<PowerAction, string>> = { on: 'Powering on', off: 'Powering off', cycle: 'Power cycling' }
type Ending = 'done' | 'silent' | 'denied' | 'unchanged'

/**
 * Starts a power action, which takes 4-9 s and keeps the node busy. The same action again joins the running one; another
 * is refused with 503. Returns that refusal, or undefined.
 */
export function startPower(region: Region, node: MaasNode, action: PowerAction): Reply | undefined {
  if (node.powerType === 'manual') return undefined
  if (node.powerAction) {
    return node.powerAction.action === action ? undefined : powerBusy(node.hostname, action)
  }
  node.powerSerial += 1
  const running = { action, serial: node.powerSerial }
  node.powerAction = running
  region.clock.after(ANNOUNCED_MS, () => addEvent(region, node, 'INFO', DOING[action]))
  region.clock.after(ANNOUNCED_MS + STARTS_MS, () => void carryOut(region, node, action, running.serial))
  return undefined
}

/** GET `?op=query_power_state`: asks the BMC now, and takes the answer over into the record (MAAS 3.3 recorded, each case). */
export async function queryPowerState(region: Region, node: MaasNode): Promise<Reply> {
  if (node.powerType === 'manual') return json({ state: 'unknown' })
  const found = reach(region, node)
  if (found.kind === 'silent' || found.kind === 'unresolvable') return queryTimesOut(region, node, found)
  if (found.kind === 'denied') return queryDenied(region, node)
  node.bmcReached = true
  const state = found.machine.power
  if (isStuckExit(node) && state === 'off') return refused(500, "'NoneType' object has no attribute 'username'")
  takeOver(region, node, state, node.powerState !== state)
  return json({ state })
}

/** 503 of a BMC that no rack controller has ever reached. */
export function noRackReaches(region: Region, node: MaasNode): Reply {
  const sentence = `No rack controllers can access the BMC of node ${node.hostname}`
  addEvent(region, node, 'WARNING', "Failed to query node's BMC", sentence)
  node.statusAction = "Failed to query node's BMC"
  return refused(503, sentence)
}

/** What the rack's own look at a BMC would find now, without a word to anybody: silent ones keep their old state. */
export function lookQuietly(region: Region, node: MaasNode): void {
  if (node.powerType === 'manual' || node.powerAction) return
  const found = reach(region, node)
  node.powerSeenAt = region.clock.now()
  if (found.kind !== 'bmc' || isStuckExit(node)) return
  takeOver(region, node, found.machine.power, node.powerState !== found.machine.power)
}

async function queryTimesOut(region: Region, node: MaasNode, found: Reach): Promise<Reply> {
  await region.clock.sleep(QUERY_TIMEOUT_MS)
  if (found.kind === 'unresolvable') {
    node.powerState = 'error'
    addEvent(
      region,
      node,
      'WARNING',
      "Failed to query node's BMC",
      `Failed to power query ${found.address}: no such address`,
    )
  }
  return refused(
    504,
    'Unexpected exception: TimeoutError. See /var/log/maas/regiond.log on the region server for more information.',
  )
}

function queryDenied(region: Region, node: MaasNode): Reply {
  if (!node.bmcReached) return noRackReaches(region, node)
  node.powerState = 'error'
  const reason = 'Incorrect password.  Check BMC configuration and try again.'
  addEvent(region, node, 'WARNING', "Failed to query node's BMC", reason)
  return json({ state: 'error' })
}

async function carryOut(region: Region, node: MaasNode, action: PowerAction, serial: number): Promise<void> {
  const ending = await attempt(region, node, action).catch(endedByClosing)
  if (ending === undefined || node.powerAction?.serial !== serial) return
  node.powerAction = null
  if (ending === 'done') takeOver(region, node, action === 'off' ? 'off' : 'on', true)
  else powerFailed(region, node, action, ending)
}

async function attempt(region: Region, node: MaasNode, action: PowerAction): Promise<Ending> {
  if (action !== 'cycle') return change(region, node, action)
  const seen = await query(region, node)
  if (seen !== 'on' && seen !== 'off') return seen
  const off = seen === 'on' ? await change(region, node, 'off') : 'done'
  return off === 'done' ? change(region, node, 'on') : off
}

async function change(region: Region, node: MaasNode, want: 'on' | 'off'): Promise<Ending> {
  let ending: Ending = 'unchanged'
  for (const wait of WAITS_MS) {
    const found = reach(region, node)
    // Assumed: a wrong password ends the action at once. Recorded is a query's, and that of a BMC never reached.
    if (found.kind === 'denied') return 'denied'
    if (found.kind === 'bmc') {
      node.bmcReached = true
      command(found.machine, want)
      await region.clock.sleep(wait)
      const after = reach(region, node)
      if (after.kind === 'bmc' && after.machine.power === want) return 'done'
      ending = 'unchanged'
    } else {
      await region.clock.sleep(SILENT_ATTEMPT_MS[want] + wait)
      ending = 'silent'
    }
  }
  return ending
}

/** `on` is ipmipower's `--cycle --on-if-off`: a running host is cut off hard (MAAS `drivers/power/ipmi.py`). */
function command(
  machine: { readonly power: 'on' | 'off'; powerOn(): void; powerOff(): void; powerCycle(): void },
  want: 'on' | 'off',
): void {
  if (want === 'off') machine.powerOff()
  else if (machine.power === 'on') machine.powerCycle()
  else machine.powerOn()
}

async function query(region: Region, node: MaasNode): Promise<'on' | 'off' | 'silent' | 'denied'> {
  for (const wait of WAITS_MS) {
    const found = reach(region, node)
    if (found.kind === 'bmc') return found.machine.power
    if (found.kind === 'denied') return 'denied'
    await region.clock.sleep(SILENT_ATTEMPT_MS.query + wait)
  }
  return 'silent'
}

/** MAAS's `update_power_state`: what a power state that has been seen does to statuses that wait for one. */
function takeOver(region: Region, node: MaasNode, state: 'on' | 'off', news: boolean): void {
  node.powerSeenAt = region.clock.now()
  if (isStuckExit(node) && state === 'off') return
  node.powerState = state
  if (!news) return
  if (node.status === STATUS.releasing && state === 'off') {
    addEvent(region, node, 'INFO', 'Released')
    transition(region, node, node.hardware ? STATUS.ready : STATUS.new)
  }
  if (node.status !== STATUS.exitingRescue) return
  const back = node.previousStatus === STATUS.deployed ? 'on' : 'off'
  if (state !== back) return transition(region, node, STATUS.failedExitingRescue)
  if (node.previousStatus !== STATUS.deployed) node.owner = null
  addEvent(region, node, 'INFO', 'Exited rescue mode')
  transition(region, node, node.previousStatus)
}

/** A rescue mode that began in Allocated cannot be left: MAAS stumbles over the owner (recorded; 3.3's bug). */
function isStuckExit(node: MaasNode): boolean {
  return node.status === STATUS.exitingRescue && node.previousStatus === STATUS.allocated
}

function powerFailed(region: Region, node: MaasNode, action: PowerAction, ending: Exclude<Ending, 'done'>): void {
  const what = action === 'cycle' ? 'cycle' : action
  const event = `Failed to power ${what} node`
  const message = `Power ${what} for the node failed: ${WHY[ending]}`
  addEvent(region, node, 'ERROR', 'Marking node failed', message)
  if (node.status === STATUS.commissioning) {
    abandonScripts(node, region.clock.now(), RESULT.failed)
    transition(region, node, STATUS.failedCommissioning)
  } else if (node.status === STATUS.testing) {
    abandonScripts(node, region.clock.now(), RESULT.failed)
    transition(region, node, STATUS.failedTesting)
  } else if (node.status === STATUS.enteringRescue) {
    transition(region, node, STATUS.failedEnteringRescue)
  } else if (node.status === STATUS.exitingRescue) {
    transition(region, node, STATUS.failedExitingRescue)
  }
  addEvent(region, node, 'ERROR', event, message)
}

/** Words for a silent BMC are recorded, the others assumed after MAAS's `drivers/power/__init__.py`. */
const WHY: Readonly<Record<Exclude<Ending, 'done'>, string>> = {
  silent:
    "Could not contact node's BMC: Connection timed out while performing power action.  Check BMC configuration and connectivity and try again.",
  denied: "Could not authenticate with node's BMC: Incorrect password.  Check BMC configuration and try again.",
  unchanged: 'BMC never transitioned to the wanted power state.',
}
