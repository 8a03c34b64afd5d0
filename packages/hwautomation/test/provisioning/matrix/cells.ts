import type { FaultMode, Lab } from '@hwautomation/testkit'
import { cancelWhileCommissioning, matrixSite, request } from './scenario.ts'
import { matrixLab } from './world.ts'

/** How a fault meets a run: for good, once, or once with somebody cancelling at that very moment. */
export type Manner = 'fail' | 'repeat' | 'cancel'
export const MANNERS: readonly Manner[] = ['fail', 'repeat', 'cancel']

export interface Cell {
  readonly call: string
  readonly mode: FaultMode
  readonly manner: Manner
  /** The call belongs to a clean-up: it only comes in a run that is cancelled while it commissions. */
  readonly inCleanUp: boolean
}

/** Every distinct call of a clean run and of a clean cancel, times every fault of its door, times every manner. */
export async function allCells(): Promise<Cell[]> {
  const clean = await callsOf(async (lab) => {
    await using site = await matrixSite(lab)
    await site.workflow(request()).execute()
  })
  const cancelled = await callsOf(async (lab) => {
    await using site = await matrixSite(lab)
    const run = await site.hw.manager.start(site.workflow(request()))
    cancelWhileCommissioning(lab, run)
    await run.outcome()
  })
  const calls = [
    ...clean.calls.map((call) => ({ call, inCleanUp: false })),
    ...cancelled.calls.filter((call) => !clean.calls.includes(call)).map((call) => ({ call, inCleanUp: true })),
  ]
  return calls.flatMap(({ call, inCleanUp }) =>
    clean.modesFor(call).flatMap((mode) => MANNERS.map((manner) => ({ call, mode, manner, inCleanUp }))),
  )
}

async function callsOf(act: (lab: Lab) => Promise<void>) {
  const lab = await matrixLab()
  await act(lab)
  const calls = [...lab.log.calls()]
  const modes = new Map(calls.map((call) => [call, lab.faults.modesFor(call)]))
  await lab.close()
  return { calls, modesFor: (call: string) => modes.get(call) ?? lab.faults.modesFor(call) }
}
