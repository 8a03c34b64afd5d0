import type { Lab } from '@hwautomation/testkit'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { look, matrixLab, type World } from '../provisioning/matrix/world.ts'
import { DOCUMENT_ALONE, type NotedWrite } from './held-store.ts'
import { isTool, SCENARIOS, type CrashCell, type Moment, type Scenario } from './scenario.ts'
import type { WorkerPool } from './worker.ts'

/** How a scenario goes when nobody is killed: the cells come from it, and what a killed run is held against. */
export interface CleanRun {
  readonly scenario: Scenario
  readonly status: string
  readonly world: World
  /** How often each mutating call had an effect. */
  readonly effects: Readonly<Record<string, number>>
  readonly cells: readonly CrashCell[]
}

export async function cleanRun(scenario: Scenario, pool: WorkerPool, known: ReadonlySet<string>): Promise<CleanRun> {
  const { machine, cancelAt, ownCalls } = SCENARIOS[scenario]
  await using lab = await matrixLab(machine)
  await using state = await stateFolder()
  const worker = pool.take()
  // Only what follows the cancel is of interest in a scenario of cancelling.
  let from = cancelAt === undefined ? 0 : Number.POSITIVE_INFINITY
  const off = worker.on((report) => {
    if (report.is === 'heard' && report.type === 'workflow.cancel-requested') from = lab.log.entries.length
  })
  const { record, writes } = await worker.work({
    do: 'start',
    deviceType: machine.deviceType,
    stateDir: state.path,
    connection: lab.connection(),
    clock: await lab.serveClock(),
    ...(cancelAt === undefined ? {} : { cancelAt }),
  })
  off()
  await lab.clock.settled()
  pool.giveBack(worker)
  const firstWrite =
    cancelAt === undefined ? 0 : writes.findIndex(({ words }) => words.includes('workflow.cancel-requested'))
  return {
    scenario,
    status: record?.status ?? 'no run',
    world: look(lab, machine),
    effects: effectsOf(lab),
    cells: [
      ...callMoments(lab, from).filter((moment) => !(ownCalls && moment.at === 'call' && known.has(moment.call))),
      ...(ownCalls ? [] : writeMoments(writes, firstWrite)),
    ].map((moment) => ({ scenario, moment })),
  }
}

/** How often each mutating call changed something. */
export function effectsOf(lab: Lab): Record<string, number> {
  const effects: Record<string, number> = {}
  for (const { call, effect } of lab.log.entries) if (effect !== 'none') effects[call] = (effects[call] ?? 0) + 1
  return effects
}

/** Every mutating call, at three moments; every kind of read, once; of the commands over SSH, which carry both, a sample. */
function callMoments(lab: Lab, from: number): Moment[] {
  const met = new Map<string, number>()
  const moments: Moment[] = []
  for (const [index, { call, mutating }] of lab.log.entries.entries()) {
    const nth = (met.get(call) ?? 0) + 1
    met.set(call, nth)
    if (index < from) continue
    const at = { at: 'call', call, nth } as const
    const isFirst = !moments.some((moment) => moment.at === 'call' && moment.call === call)
    const isSampled = call === 'ssh exec' && from === 0 && nth % EVERY_COMMAND === 0
    if (mutating || isSampled)
      moments.push(
        { ...at, when: 'before-effect' },
        { ...at, when: 'after-effect' },
        ...(isTool(call) ? [] : [{ ...at, when: 'after-reply' } as const]),
      )
    else if (isFirst)
      moments.push({ ...at, when: 'before-effect', ...(from === 0 ? {} : { nth: 1, fromCancel: true }) })
  }
  return moments
}

/** Of a hundred in a run. */
const EVERY_COMMAND = 12

/** Every write of a document, and of progress alone the first line of each kind. A write is known by the last thing it says. */
export function writeMoments(writes: readonly NotedWrite[], from = 0): Moment[] {
  const met = new Map<string, number>()
  const moments: Moment[] = []
  for (const [index, { verb, words }] of writes.entries()) {
    for (const word of words) met.set(word, (met.get(word) ?? 0) + 1)
    const known = words.findLast((word) => !word.startsWith('subtask.')) ?? words.at(-1) ?? ''
    const nth = met.get(known) ?? 0
    if (index < from || (verb === 'append' && nth > 1)) continue
    const at = { at: 'write', words: known, nth } as const
    moments.push({ ...at, when: 'before' })
    // Without a document nothing is decided, and without an event there is nothing to tear.
    if (verb === 'save' && known !== DOCUMENT_ALONE) moments.push({ ...at, when: 'torn' })
    moments.push({ ...at, when: 'after' })
  }
  return moments
}

/** A state directory of its own, gone afterwards. */
export async function stateFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'hwautomation-crash-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
