import { addEvent } from './events.ts'
import { all, one, truthy } from './fields.ts'
import { forbidden, formErrors, json, powerBusy, refused } from './reply.ts'
import { machineRecord } from './record.ts'
import { noRackReaches, startPower } from './power.ts'
import { reach } from './rack.ts'
import { abandonScripts, addScriptSet } from './results.ts'
import { ALL_SCRIPTS, COMMISSIONING_SCRIPTS, DEFAULT_TEST, TESTING_SCRIPTS } from './scripts.ts'
import { COMMISSIONABLE, STATUS, statusEnumName, statusName } from './status.ts'
import { stopMonitor, transition } from './transition.ts'
import type { Fields } from './fields.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Script } from './scripts.ts'
import type { Status } from './status.ts'
import type { Account } from './users.ts'

/** MAAS asks all racks for a BMC it has never reached and gives up after this (recorded: 60.3 s). */
const NEVER_REACHED_MS = 60_300

/** POST `?op=commission` (MAAS 3.3 recorded: from where, by whom, with which residue when the power is busy or out of reach). */
export async function commission(region: Region, node: MaasNode, user: Account, form: Fields): Promise<Reply> {
  if (!user.admin || node.locked) return forbidden()
  if (!COMMISSIONABLE.includes(node.status)) {
    return formErrors({ __all__: ['Commission is not available because of the current state of the node.'] })
  }
  const scripts = chosenScripts(form)
  if ('refusal' in scripts) return scripts.refusal

  const before = node.status
  begin(region, node, user, form, scripts)
  addEvent(region, node, 'DEBUG', 'User starting node commissioning', `(${user.name})`)
  addEvent(region, node, 'INFO', 'Commissioning')
  transition(region, node, STATUS.commissioning)
  return (await powerUp(region, node, user, before)) ?? json(machineRecord(region, node))
}

/**
 * POST `?op=abort`: of a commissioning or a test. The answer still shows the old status (recorded). That an admin may abort what
 * somebody else began is assumed; recorded is only that another user may not.
 */
export function abort(region: Region, node: MaasNode, user: Account): Reply {
  if (!user.admin && node.owner !== null && node.owner !== user.name) return forbidden()
  if (node.status !== STATUS.commissioning && node.status !== STATUS.testing) {
    return refused(409, `Cannot abort in current state: node ${node.systemId} is in state ${statusName(node.status)}.`)
  }
  const testing = node.status === STATUS.testing
  addEvent(region, node, 'INFO', testing ? 'Aborted testing' : 'Aborted commissioning')
  node.owner = null
  node.episode += 1
  abandonScripts(node, region.clock.now())
  stopMonitor(region, node)
  const busy = startPower(region, node, 'off')
  if (busy) return busy
  const answer = json(machineRecord(region, node))
  transition(region, node, testing ? node.previousStatus : STATUS.new)
  return answer
}

/**
 * POST `?op=test` on a Ready machine (recorded: enable_ssh, off → on, on → cycle, abort → Ready and off; other origins
 * are refused with commission's words, assumed).
 */
export function testMachine(region: Region, node: MaasNode, user: Account, form: Fields): Reply {
  if (!user.admin || node.locked) return forbidden()
  if (node.status !== STATUS.ready) {
    return formErrors({ __all__: ['Test is not available because of the current state of the node.'] })
  }
  const scripts = chosenScripts(form)
  if ('refusal' in scripts) return scripts.refusal
  node.previousStatus = node.status
  node.episode += 1
  node.owner = user.name
  node.enableSsh = truthy(one(form, 'enable_ssh'))
  node.testingSet = addScriptSet(region, node, 2, scripts.testing).id
  addEvent(region, node, 'INFO', 'Testing')
  transition(region, node, STATUS.testing)
  const busy = startPower(region, node, node.powerState === 'on' ? 'cycle' : 'on')
  if (busy) return busy
  return json(machineRecord(region, node))
}

function begin(region: Region, node: MaasNode, user: Account, form: Fields, scripts: Chosen): void {
  node.previousStatus = node.status
  node.episode += 1
  abandonScripts(node, region.clock.now())
  node.owner = user.name
  node.enableSsh = truthy(one(form, 'enable_ssh'))
  node.skipBmcConfig = truthy(one(form, 'skip_bmc_config'))
  node.statusAction = ''
  node.commissioningVerdict = null
  node.commissioningSet = addScriptSet(region, node, 0, scripts.commissioning).id
  const testing = addScriptSet(region, node, 2, scripts.testing)
  node.testingSet = scripts.testing.length > 0 ? testing.id : null
}

async function powerUp(region: Region, node: MaasNode, user: Account, before: Status): Promise<Reply | undefined> {
  if (node.powerType === 'manual') return undefined
  const action = node.powerState === 'on' ? 'cycle' : 'on'
  if (node.powerAction && node.powerAction.action !== action) {
    fallBack(region, node, before)
    tellFallBack(region, node, user, before)
    return powerBusy(node.hostname, action)
  }
  if (!node.bmcReached) {
    const found = reach(region, node)
    if (found.kind === 'denied') {
      fallBack(region, node, before)
      return noRackReaches(region, node)
    }
    if (found.kind !== 'bmc') {
      const { episode } = node
      await region.clock.sleep(NEVER_REACHED_MS)
      if (node.episode === episode) fallBack(region, node, before)
      const answer = noRackReaches(region, node)
      tellFallBack(region, node, user, before)
      return answer
    }
  }
  return startPower(region, node, action)
}

/** The status goes back; the owner, the new result id and the aborted results stay (recorded residue). */
function fallBack(region: Region, node: MaasNode, before: Status): void {
  node.episode += 1
  abandonScripts(node, region.clock.now())
  transition(region, node, before, { keepOwner: true })
}

function tellFallBack(region: Region, node: MaasNode, user: Account, before: Status): void {
  const text = `(${user.name}) - Aborting COMMISSIONING and reverting to ${statusEnumName(before)}. Unable to power control the node. Please check power credentials.`
  addEvent(region, node, 'WARNING', "Failed to query node's BMC", text)
}

interface Chosen {
  readonly commissioning: readonly Script[]
  readonly testing: readonly Script[]
}

/** Without `testing_scripts` the default test runs; `none` means none. Names may be repeated or separated by commas. */
function chosenScripts(form: Fields): Chosen | { readonly refusal: Reply } {
  const commissioning = names(form, 'commissioning_scripts')
  const testing = names(form, 'testing_scripts')
  for (const [field, wanted, type] of [
    ['commissioning_scripts', commissioning, 'commissioning'],
    ['testing_scripts', testing, 'testing'],
  ] as const) {
    const bad = wanted.find(
      (name) => name !== 'none' && !ALL_SCRIPTS.some((script) => script.type === type && script.name === name),
    )
    if (bad !== undefined) {
      const message = `Select a valid choice. ${bad} is not one of the available choices.`
      return { refusal: formErrors({ [field]: [message] }) }
    }
  }
  const tests = testing.length === 0 ? [DEFAULT_TEST] : testing
  return {
    commissioning: COMMISSIONING_SCRIPTS,
    testing: TESTING_SCRIPTS.filter((script) => tests.includes(script.name)),
  }
}

function names(form: Fields, field: string): readonly string[] {
  return all(form, field)
    .flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
