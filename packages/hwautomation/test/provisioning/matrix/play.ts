import type { Lab } from '@hwautomation/testkit'
import { expect } from 'vitest'
import type { RunOutcome, WorkflowRecord } from '../../../src/index.ts'
import type { Cell } from './cells.ts'
import { cancelWhileCommissioning, matrixSite, request } from './scenario.ts'
import { look, matrixLab, promised, type World } from './world.ts'

/** What the grid shows of a cell. */
export interface Verdict {
  readonly cell: Cell
  readonly status: RunOutcome['status']
  /** Something is left behind, and the record names it. */
  readonly named: boolean
}

/** Effects that must not happen again when only their answer was lost. */
const notTwice = ({ write }: Cell['machine']) => ['maas POST machines/{id}?op=commission', write]

/** Runs the workflow with one fault in the world and holds it to its promises; throws where one is broken. */
export async function play(cell: Cell): Promise<Verdict> {
  await using lab = await matrixLab(cell.machine)
  const before = look(lab, cell.machine)
  let outcome: RunOutcome
  {
    await using site = await matrixSite(lab, cell.machine)
    const run = await site.hw.manager
      .start(site.workflow(request(cell.machine)), { requestedBy: 'ada' })
      .catch((error: unknown) => refused(lab, error))
    if (run === undefined) return { cell, status: 'FAILED', named: false }
    if (cell.inCleanUp) cancelWhileCommissioning(lab, run)
    const cancel = () => void run.cancel({ by: 'ada', reason: 'second thoughts' })
    const act =
      cell.mode === 'intervention'
        ? () => lab.server('srv001').intervene('power-off')
        : cell.manner === 'cancel'
          ? cancel
          : undefined
    const spec = {
      call: cell.call,
      mode: cell.mode,
      ...(cell.mode === 'slow' ? { delayMs: 25 } : {}),
      ...(act ? { act: cell.manner === 'cancel' ? () => (act(), cancel()) : act } : {}),
    }
    if (cell.manner === 'fail') lab.faults.always(spec)
    else lab.faults.once(spec)
    outcome = await run.outcome()
  }
  lab.faults.clear()
  await lab.clock.settled()
  hold(lab, cell, outcome, before)
  return {
    cell,
    status: outcome.status,
    named: outcome.leftBehind.length > 0 || outcome.record.settled?.status === 'failed',
  }
}

/** A run that could not even be asked for leaves no trace. */
function refused(lab: Lab, error: unknown): undefined {
  expect(error).toMatchObject({ code: expect.any(String), message: expect.any(String) })
  lab.faults.clear()
  lab.assertClean()
  return undefined
}

function hold(lab: Lab, cell: Cell, { status, record, error, warnings, leftBehind }: RunOutcome, before: World): void {
  const now = look(lab, cell.machine)
  expect(['COMPLETED', 'FAILED', 'CANCELLED']).toContain(status)
  if (status === 'COMPLETED') expect(now).toEqual(promised(cell.machine))
  if (status === 'FAILED')
    expect(error).toMatchObject({ code: expect.any(String), message: expect.stringMatching(/\S/) })
  if (cell.manner !== 'cancel' && !cell.inCleanUp) expect(status).not.toBe('CANCELLED')
  if (cell.manner === 'fail' && cell.mode === 'ack-no-effect' && status === 'COMPLETED')
    expect(warnings.length, 'a lie about a clean-up call ends with a warning').toBeGreaterThan(0)
  if (cell.manner !== 'fail')
    for (const call of notTwice(cell.machine))
      if (isAfterEffect(cell) && status === 'COMPLETED') expect(effects(lab, call), `${call} happened`).toBe(1)
  truthful(record, now, before, leftBehind.map(({ what }) => what).join('\n'))
  if (record.settled?.status === 'failed' || (status !== 'COMPLETED' && record.settled === undefined))
    expect(leftBehind.length, 'an unfinished clean-up names what is left').toBeGreaterThan(0)
  else {
    expect(now, 'the machine is in a known state').toMatchObject({ power: 'off', annotation: undefined })
    expect(['New', 'Ready', 'Failed commissioning', 'Broken']).toContain(now.status)
    assertCleanSave(lab, [...leftBehind.map(({ what }) => what), ...warnings.map(({ message }) => message)].join('\n'))
  }
}

/** What the record names may be there; nothing else. */
const NAMED: readonly (readonly [found: RegExp, named: RegExp])[] = [
  [/still owned by/, /as owner of/],
  [/open Redfish session/, /session/],
]

function assertCleanSave(lab: Lab, named: string): void {
  try {
    lab.assertClean()
  } catch (error) {
    const found = (error as Error).message.split('\n').slice(1)
    const unnamed = found.filter((line) => !NAMED.some(([left, said]) => left.test(line) && said.test(named)))
    expect(unnamed, 'nothing is left that the record does not name').toEqual([])
  }
}

/** What changed for good is said: either by COMPLETED, or by name. */
function truthful(record: WorkflowRecord, now: World, before: World, named: string): void {
  if (record.settled?.status === 'completed') expect(record.settled.endState).toContain(now.status)
  if (record.status === 'COMPLETED') return
  if (now.bmcAddress !== before.bmcAddress || now.powerAddress !== before.powerAddress)
    expect(named).toContain('BMC address')
  if (now.bios !== before.bios) expect(named).toContain('BIOS')
}

function isAfterEffect(cell: Cell): boolean {
  return cell.mode === 'reply-lost-after-effect' || cell.mode === 'drop-mid-reply'
}

function effects(lab: Lab, call: string): number {
  return lab.log.of(call, 'srv001').filter(({ effect }) => effect !== 'none').length
}
