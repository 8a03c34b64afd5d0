import { randomBytes } from 'node:crypto'
import { addEvent } from './events.ts'
import { inspect } from './hardware.ts'
import { lookQuietly } from './power.ts'
import { quirksOf } from './region.ts'
import { RESULT, abandonScripts, scriptSet } from './results.ts'
import { BMC_CONFIG_SCRIPT, HARDWARE_SCRIPT } from './scripts.ts'
import { STATUS } from './status.ts'
import { heartbeat, transition } from './transition.ts'
import type { Machine } from '../../world/machine.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { ScriptResult } from './results.ts'
import type { Status } from './status.ts'

/** Between two scripts, in which commissioning_status reads Pending; assumed. */
const BETWEEN_SCRIPTS_MS = 500
/** From the OS to the first script, and from the last script to the signal; assumed. */
const AGENT_STARTS_MS = 2000
const SIGNALS_MS = 1000
/** cloud-init's way to the power off of its preseed; assumed. */
const CLOUD_INIT_ENDS_MS = 5000
/** MAAS looks at the BMC once more after Ready (recorded: 20 s). */
const LOOKS_AGAIN_MS = 20_000

/**
 * The machine's agent during a commissioning: runs the scripts that have not ended, one after another, reports each, and
 * signals OK. A reboot starts it again; whatever took the machine away from this commissioning ends it.
 */
export async function runCommissioning(region: Region, node: MaasNode, machine: Machine): Promise<void> {
  const alive = stillThisRun(node, machine, STATUS.commissioning)
  const ended = await runScripts(region, node, node.commissioningSet, alive, (result) => {
    if (result.name === HARDWARE_SCRIPT && result.status === RESULT.passed) learnHardware(region, node, machine)
    if (result.name === BMC_CONFIG_SCRIPT && result.status === RESULT.passed) writeBmcUser(node, machine)
  })
  if (!ended) return
  const set = scriptSet(node, node.commissioningSet)
  if (set?.results.some((result) => result.status === RESULT.failed)) return failed(region, node, machine)
  if (node.testingSet === null) return passed(region, node, machine)
  transition(region, node, STATUS.testing)
  node.previousStatus = STATUS.ready
  await runTests(region, node, machine)
}

/** The same for tests; a failed one ends in Failed testing. */
export async function runTests(region: Region, node: MaasNode, machine: Machine): Promise<void> {
  const alive = stillThisRun(node, machine, STATUS.testing)
  if (!(await runScripts(region, node, node.testingSet, alive, () => {}))) return
  const bad = scriptSet(node, node.testingSet)?.results.some((result) => result.status === RESULT.failed)
  if (!bad) return passed(region, node, machine)
  addEvent(region, node, 'ERROR', 'Failed testing')
  transition(region, node, STATUS.failedTesting)
}

async function runScripts(
  region: Region,
  node: MaasNode,
  setId: number | null,
  alive: () => boolean,
  onEnd: (result: ScriptResult) => void,
): Promise<boolean> {
  const { clock } = region
  await clock.sleep(AGENT_STARTS_MS)
  const set = scriptSet(node, setId)
  if (!alive() || !set || quirksOf(region, node).mute) return false
  if (set.results.every((result) => result.status === RESULT.aborted)) return false

  for (const result of set.results) {
    if (result.endedAt !== null) continue
    const quirks = quirksOf(region, node)
    set.lastPing = clock.now()
    heartbeat(region, node)
    if (!isSkipped(node, result)) {
      result.status = RESULT.running
      result.startedAt = clock.now()
      if (quirks.hangingScript === result.name) return false
      await clock.sleep(result.seconds * 1000 * (quirks.slowness ?? 1))
    }
    if (!alive()) return false
    end(region, node, result)
    heartbeat(region, node)
    onEnd(result)
    if (quirks.abandonAfter === result.name) return abandoned(region, node)
    await clock.sleep(BETWEEN_SCRIPTS_MS)
    if (!alive()) return false
  }
  await clock.sleep(SIGNALS_MS)
  return alive()
}

function end(region: Region, node: MaasNode, result: ScriptResult): void {
  const failing = quirksOf(region, node).failingScript
  const fails = failing?.name === result.name
  const skipped = isSkipped(node, result)
  const before = result.status
  result.status = fails ? RESULT.failed : skipped ? RESULT.skipped : RESULT.passed
  result.exitStatus = fails ? (failing.exitStatus ?? 1) : 0
  result.endedAt = region.clock.now()
  result.startedAt ??= result.endedAt
  result.updatedAt = result.endedAt
  result.output = fails ? failing.output : skipped ? 'Skipped\n' : `${result.name}: done\n`
  const now = fails ? 'Failed' : skipped ? 'Skipped' : 'Passed'
  const text = `${result.name} changed status from '${before === RESULT.running ? 'Running' : 'Pending'}' to '${now}'`
  addEvent(region, node, 'DEBUG', 'Script result', text)
  if (fails) addEvent(region, node, 'INFO', 'Script', `${result.name} failed`)
}

/** With skip_bmc_config the script goes from Pending to Skipped and never runs (recorded: 11 of 12 run). */
function isSkipped(node: MaasNode, result: ScriptResult): boolean {
  return result.name === BMC_CONFIG_SCRIPT && node.skipBmcConfig
}

function passed(region: Region, node: MaasNode, machine: Machine): void {
  transition(region, node, STATUS.ready)
  addEvent(region, node, 'INFO', 'Ready')
  leaveOn(region, node, machine)
  region.clock.after(LOOKS_AGAIN_MS, () => lookQuietly(region, node))
}

/** The final OK after a failed script: Failed commissioning, the owner stays (recorded). */
function failed(region: Region, node: MaasNode, machine: Machine): void {
  transition(region, node, STATUS.failedCommissioning)
  addEvent(region, node, 'INFO', 'Failed commissioning')
  leaveOn(region, node, machine)
}

/** signal FAILED: results aborted, commissioning_status reads Passed all the same (recorded). */
function abandoned(region: Region, node: MaasNode): false {
  abandonScripts(node, region.clock.now())
  transition(region, node, STATUS.failedCommissioning)
  addEvent(region, node, 'INFO', 'Failed commissioning')
  return false
}

/** With enable_ssh the machine stays on; else its preseed switches it off, MAAS does nothing (recorded). */
function leaveOn(region: Region, node: MaasNode, machine: Machine): void {
  if (node.enableSsh) return
  const boot = machine.boot
  region.clock.after(CLOUD_INIT_ENDS_MS, () => {
    if (machine.boot === boot) machine.shutDown()
  })
}

/** Hardware, disk and addresses as the scripts in the machine's own OS see them. */
function learnHardware(region: Region, node: MaasNode, machine: Machine): void {
  node.hardware = inspect(machine, node.hardware?.diskId ?? ++region.ids.disk)
  for (const [index, nic] of node.interfaces.entries()) {
    const booted = index === 0
    nic.inspected = true
    nic.connected = booted
    nic.discovered = booted ? (machine.boot?.address ?? null) : null
    nic.linkId = booted ? ++region.ids.link : null
  }
}

/** Commissioning without `skip_bmc_config` writes a BMC user `maas` with a new password and uses it from then on. */
function writeBmcUser(node: MaasNode, machine: Machine): void {
  if (node.powerType !== 'ipmi') return
  const password = randomBytes(8).toString('hex')
  const { users } = machine.bmc
  const mine = users.find((user) => user.name === 'maas') ?? users.find((user) => user.name === '' && user.id > 1)
  if (mine) Object.assign(mine, { name: 'maas', password, privilege: 'Administrator', enabled: true })
  else {
    const id = Math.max(1, ...users.map((user) => user.id)) + 1
    users.push({ id, name: 'maas', password, privilege: 'Administrator', enabled: true })
  }
  node.powerParameters = { ...node.powerParameters, power_user: 'maas', power_pass: password }
}

function stillThisRun(node: MaasNode, machine: Machine, status: Status): () => boolean {
  const { episode } = node
  const { boot } = machine
  return () => node.status === status && node.episode === episode && machine.boot === boot && machine.phase === 'up'
}
