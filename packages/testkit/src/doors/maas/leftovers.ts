import { machineOf } from './region.ts'
import { STATUS, statusName } from './status.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Status } from './status.ts'

/** Statuses that only another request ends, or that hold a machine while nobody works on it. */
const HELD: readonly Status[] = [
  STATUS.commissioning,
  STATUS.testing,
  STATUS.rescue,
  STATUS.enteringRescue,
  STATUS.failedEnteringRescue,
  STATUS.exitingRescue,
  STATUS.failedExitingRescue,
]

/** Machines in a state that MAAS would not leave by itself for a good one, and marks left on machines; one sentence each. */
export function machinesLeftBehind(region: Region): string[] {
  return [...region.nodes.values()].flatMap((node) => sentencesOf(node, region))
}

function sentencesOf(node: MaasNode, region: Region): string[] {
  const sentences: string[] = []
  const say = (what: string) => void sentences.push(`MAAS: ${node.hostname} (${node.systemId}) ${what}`)
  if (HELD.includes(node.status)) say(`is still in status ${node.status} ${statusName(node.status)}`)
  const unowned = node.status === STATUS.ready || node.status === STATUS.new
  if (!unowned) return sentences
  if (isOn(node, region)) say(`is ${statusName(node.status)} and still on: MAAS will not switch it off`)
  if (node.owner !== null) say(`is ${statusName(node.status)} and still owned by ${node.owner}`)
  const keys = Object.keys(node.annotations)
  if (keys.length > 0) say(`is ${statusName(node.status)} and still carries the annotations ${keys.join(', ')}`)
  return sentences
}

/** By the hardware, not by the record. A power action under way counts as done. */
function isOn(node: MaasNode, region: Region): boolean {
  if (node.powerAction) return node.powerAction.action !== 'off'
  const machine = machineOf(region, node)
  return machine?.power === 'on' && machine.boot?.plan.os !== 'poweroff'
}
