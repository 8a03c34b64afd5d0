import { runCommissioning, runTests } from './agent.ts'
import { endedByClosing } from './lab-closed.ts'
import { nodeOf, quirksOf } from './region.ts'
import { enteredRescue } from './rescue.ts'
import { STATUS } from './status.ts'
import type { BootPlan, Machine } from '../../world/machine.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'

const POWEROFF: BootPlan = { os: 'poweroff', authorizedKeys: [] }
const NO_OS: BootPlan = { os: 'none', authorizedKeys: [] }

type Plan = (region: Region, node: MaasNode, machine: Machine) => BootPlan

/**
 * What a machine that (re)boots from the network gets, by its status (MAAS 3.3 recorded: `get_boot_purpose()`, preseed and
 * metadata on the real objects). "Poweroff" is the preseed's `power_state` stanza: cloud-init switches the machine off in the
 * end, also where the purpose is an ephemeral OS. Assumed: a boot in New or Rescue mode is a boot that switches itself off, without
 * the short while in which its sshd would answer.
 */
export function planBoot(region: Region, machine: Machine): BootPlan {
  const node = nodeOf(region, machine)
  if (!node) return NO_OS
  return (PLANS[node.status] ?? (() => POWEROFF))(region, node, machine)
}

/** Not listed: poweroff (New, Rescue mode, 2, 8, 18, 19, 20, 22). */
const PLANS: Partial<Record<number, Plan>> = {
  [STATUS.commissioning]: (region, node, machine) => ({
    os: 'ephemeral',
    authorizedKeys: node.enableSsh ? ownersKeys(region, node) : [],
    onUp: () => void runCommissioning(region, node, machine).catch(endedByClosing),
  }),
  [STATUS.testing]: (region, node, machine) => ({
    os: 'ephemeral',
    authorizedKeys: node.enableSsh ? ownersKeys(region, node) : [],
    onUp: () => void runTests(region, node, machine).catch(endedByClosing),
  }),
  [STATUS.enteringRescue]: (region, node, machine) => ({
    os: 'ephemeral',
    authorizedKeys: ownersKeys(region, node),
    onUp: () => {
      if (!quirksOf(region, node).mute) enteredRescue(region, node, machine)
    },
  }),
  [STATUS.ready]: staysUpWithoutDisks,
  [STATUS.allocated]: staysUpWithoutDisks,
  // From its own disk, of which the world knows nothing.
  [STATUS.deployed]: () => NO_OS,
  [STATUS.deploying]: () => NO_OS,
}

/** Without disks in its record, MAAS takes a Ready or Allocated machine for an ephemeral deployment (recorded for Ready). */
function staysUpWithoutDisks(_region: Region, node: MaasNode): BootPlan {
  return node.hardware ? POWEROFF : { os: 'ephemeral', authorizedKeys: [] }
}

/** What the owner has registered with MAAS; none without an owner. */
function ownersKeys(region: Region, node: MaasNode): readonly string[] {
  const owner = node.owner === null ? undefined : region.users.get(node.owner)
  return owner?.sshKeys.map((entry) => entry.key) ?? []
}
