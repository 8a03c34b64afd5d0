import type { FaultMode, Lab } from '@hwautomation/testkit'
import { MACHINES, type MatrixMachine } from './machines.ts'
import { cancelWhileCommissioning, matrixSite, request } from './scenario.ts'
import { matrixLab } from './world.ts'

/** How a fault meets a run: for good, once, or once with somebody cancelling at that very moment. */
export type Manner = 'fail' | 'repeat' | 'cancel'
export const MANNERS: readonly Manner[] = ['fail', 'repeat', 'cancel']

export interface Cell {
  readonly machine: MatrixMachine
  readonly call: string
  readonly mode: FaultMode
  readonly manner: Manner
  /** The call belongs to a clean-up: it only comes in a run that is cancelled while it commissions. */
  readonly inCleanUp: boolean
}

/** Every distinct call of a clean run and of a clean cancel, times every fault of its door, times every manner; no call twice. */
export async function allCells(): Promise<Cell[]> {
  const cells: Cell[] = []
  for (const machine of MACHINES) {
    const known = new Set(cells.map(({ call }) => call))
    cells.push(...(await cellsOf(machine)).filter(({ call }) => !known.has(call)))
  }
  return cells
}

async function cellsOf(machine: MatrixMachine): Promise<Cell[]> {
  const clean = await callsOf(machine, async (lab) => {
    await using site = await matrixSite(lab, machine)
    await site.workflow(request(machine)).execute()
  })
  const cancelled = await callsOf(machine, async (lab) => {
    await using site = await matrixSite(lab, machine)
    const run = await site.hw.manager.start(site.workflow(request(machine)))
    cancelWhileCommissioning(lab, run)
    await run.outcome()
  })
  const calls = [
    ...clean.calls.map((call) => ({ machine, call, inCleanUp: false })),
    ...cancelled.calls
      .filter((call) => !clean.calls.includes(call))
      .map((call) => ({ machine, call, inCleanUp: true })),
  ]
  return calls.flatMap((each) =>
    clean.modesFor(each.call).flatMap((mode) => MANNERS.map((manner) => ({ ...each, mode, manner }))),
  )
}

async function callsOf(machine: MatrixMachine, act: (lab: Lab) => Promise<void>) {
  const lab = await matrixLab(machine)
  await act(lab)
  const calls = [...lab.log.calls()]
  const modes = new Map(calls.map((call) => [call, lab.faults.modesFor(call)]))
  await lab.close()
  return { calls, modesFor: (call: string) => modes.get(call) ?? lab.faults.modesFor(call) }
}
