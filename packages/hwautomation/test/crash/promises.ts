import type { Lab } from '@hwautomation/testkit'
import { expect } from 'vitest'
import { MACHINES } from '../provisioning/matrix/machines.ts'
import { look, promised } from '../provisioning/matrix/world.ts'
import { effectsOf, type CleanRun } from './clean.ts'
import type { Ended, SeenEvent } from './messages.ts'
import { SCENARIOS, type CrashCell } from './scenario.ts'

/** Effects that a run has exactly as often as one that nobody kills. All others are harmless to repeat. */
const NEVER_TWICE = [
  'maas POST machines/{id}?op=commission',
  'maas POST machines/{id}?op=rescue_mode',
  'maas POST machines/{id}?op=exit_rescue_mode',
  ...MACHINES.map(({ write }) => write),
  'ipmitool lan set',
]
/** How often a harmless one may be repeated for one crash: a tool has three files. */
const REPEATS = 3
/** A BMC ends a session that nobody uses after half an hour; its process has died and taken the token along. */
const SESSION_IDLE_MS = 31 * 60_000
/** Until then MAAS has finished what it had begun. */
const LONG_OUTAGE_MS = 600_000

export interface Promised {
  readonly cell: CrashCell
  readonly clean: CleanRun
  readonly ended: Ended
  readonly lab: Lab
  /** Of the last event that the killed process told anybody. */
  readonly cursor: string | undefined
  readonly outageMs: number
}

/** Throws where a run that went on after a crash breaks a promise. */
export async function holdPromises({ cell, clean, ended, lab, cursor, outageMs }: Promised): Promise<void> {
  const { record, events, sinceCursor } = ended
  if (record === undefined) return nothingHappened(lab, cursor)
  const { status, leftBehind, warnings } = record
  const { machine } = SCENARIOS[cell.scenario]
  // A cancel that was not written down yet was not promised to anybody.
  const asAsked = record.cancel === undefined ? 'COMPLETED' : clean.status
  expect(status, status === asAsked ? 'the end' : story(ended)).toBe(asAsked)
  const world = look(lab, machine)
  const wanted = status === 'COMPLETED' ? promised(machine) : clean.world
  // Nobody was there to stop MAAS from finishing the commissioning.
  const isLate = cell.scenario === 'cancel-commission' && outageMs >= LONG_OUTAGE_MS && world.status === 'Ready'
  expect(world, 'the world').toEqual(isLate ? { ...wanted, status: 'Ready' } : wanted)
  if (status === clean.status) onlyOnce(lab, clean)
  expect({ leftBehind, warnings, settled: record.settled?.status }).toEqual({
    leftBehind: [],
    warnings: [],
    settled: status === 'COMPLETED' ? undefined : 'completed',
  })
  if (lab.server('srv001').machine.bmc.sessions.size > 0) await lab.clock.sleep(SESSION_IDLE_MS)
  lab.assertClean()
  journalIsWhole(ended)
  readerGoesOn(events, sinceCursor, cursor)
}

/** How it came to that, for people. */
function story({ record, events }: Ended): string {
  const lines = events.slice(-30).map(({ at, type, v: _, cursor: __, workflowId: ___, resource: ____, ...more }) => {
    const words = JSON.stringify(more)
    return `${at} ${type} ${words.length > 200 ? `${words.slice(0, 200)}…` : words}`
  })
  return [`the end: ${JSON.stringify(record?.error)}`, ...lines, ''].join('\n')
}

/** Killed before anybody was told of a run: the machine was not touched. */
function nothingHappened(lab: Lab, cursor: string | undefined): void {
  expect(cursor, 'no event was told').toBeUndefined()
  expect(effectsOf(lab), 'no effect').toEqual({})
  lab.assertClean()
}

function onlyOnce(lab: Lab, clean: CleanRun): void {
  const now = effectsOf(lab)
  for (const [call, times] of Object.entries({ ...clean.effects, ...now })) {
    const atMost = (clean.effects[call] ?? 0) + (NEVER_TWICE.includes(call) ? 0 : REPEATS)
    expect(now[call] ?? 0, `${call}, which happens ${times} times`).toBeLessThanOrEqual(atMost)
  }
}

/** Seq rises, and whatever the document says has happened is there as an event, in an unbroken chain. */
function journalIsWhole({ record, events }: Ended): void {
  if (record === undefined) return
  const seqs = events.map(({ seq }) => seq)
  expect(seqs, 'seq rises').toEqual([...new Set(seqs)].toSorted((a, b) => a - b))
  expect(chainOf(events, 'workflow.status', undefined), 'status of the run').toBe(record.status)
  for (const step of record.steps) {
    expect(chainOf(events, 'step.status', step.id) ?? 'pending', `status of ${step.id}`).toBe(step.status)
    for (const { effect, key, sent } of step.intents) {
      const told = events.filter(
        (event) => event.type === 'step.intent' && event['effect'] === effect && event['key'] === key,
      )
      expect(told.at(-1)?.['sent'], `intent ${effect} ${key}`).toBe(sent)
    }
  }
  const resumed = events.filter(({ type }) => type === 'workflow.resumed').length
  expect(resumed, 'each resumption has its event').toBe(record.resumptions?.length ?? 0)
}

/** Where the last change of a status led; throws where one is missing in between. */
function chainOf(events: readonly SeenEvent[], type: string, step: string | undefined): unknown {
  let at: unknown
  for (const event of events) {
    if (event.type !== type || event['step'] !== step) continue
    if (at !== undefined) expect(event['from'], `${type} ${step ?? ''} follows on`).toBe(at)
    at = event['to']
  }
  return at
}

/** Whoever reads on from where the killed process had told them gets everything that followed, once. */
function readerGoesOn(
  events: readonly SeenEvent[],
  sinceCursor: readonly SeenEvent[],
  cursor: string | undefined,
): void {
  if (cursor === undefined) return
  const place = events.findIndex((event) => event.cursor === cursor)
  expect(place, 'what was told is in the journal').toBeGreaterThanOrEqual(0)
  const followed = sinceCursor.filter(({ type }) => type !== 'audit').map(({ seq }) => seq)
  expect(followed, 'the reader goes on').toEqual(events.slice(place + 1).map(({ seq }) => seq))
}
