import { planWorkflow, type WorkflowEvent, type WorkflowPlan, type WorkflowRecord } from 'hwautomation'
import { Doors, firmwareFirstWorkflow, openManager } from './firmware-first.ts'
import { lookAt, startBatch, type RealBatch } from './real-batch.ts'
import { isIn, realRun } from './real-runs.ts'

export const WISH = { by: 'grace', reason: 'smoke', via: 'slack', at: '2026-11-23T13:00:00.000Z' }

/** What there is to draw, in every state, made by real runs where they come to it. */
export interface Everything {
  /** The last one has far too much of everything. */
  readonly records: readonly WorkflowRecord[]
  readonly events: readonly WorkflowEvent[]
  readonly batch: RealBatch
  readonly plan: WorkflowPlan
}

export async function everything(): Promise<Everything> {
  const commitLies = { server: 'srv001', call: 'ilorest commit', mode: 'ack-no-effect' } as const
  const good = await realRun()
  const bad = await realRun({ fault: (lab) => void lab.faults.always(commitLies) })
  const cancelled = await realRun({
    act: {
      when: isIn('bios-push', 'Writing'),
      does: (run) => void run.cancel({ by: 'grace', reason: 'x', via: 'slack' }),
    },
  })
  const under = good.state(isIn('bios-push', 'Writing'))
  const asking = cancelled.state(({ cancel, status }) => cancel !== undefined && status === 'RUNNING')
  return {
    records: [under, good.end, bad.end, cancelled.end, asking, ...waiting(under), fat(bad.end)],
    events: bad.events,
    batch: await endedBatch(),
    plan: await planWithEverything(),
  }
}

/** The same run, held up by everything that can hold up a run. */
function waiting(under: WorkflowRecord): WorkflowRecord[] {
  return (['slot', 'lock', 'approval', 'hold', 'device', 'safe-point'] as const).map((kind) => ({
    ...under,
    status: kind === 'slot' || kind === 'lock' || kind === 'approval' ? 'PENDING' : 'RUNNING',
    waitingFor: { kind, since: WISH.at, until: WISH.at, detail: 'x' },
    ...(kind === 'approval' ? { approval: { reason: 'x', since: WISH.at, until: WISH.at } } : {}),
    ...(kind === 'safe-point' ? { cancel: WISH } : { hold: WISH, skips: { 'bios-push': WISH } }),
    retryOf: 'run_1',
    resumptions: [{ at: WISH.at, step: 'bios-push' }],
  }))
}

async function endedBatch(): Promise<RealBatch> {
  await using manager = await openManager()
  const handle = await startBatch(manager, 5, (index) => new Doors([], index === 2 ? { 'bios-pull': 9 } : {}))
  return await lookAt(manager, await handle.outcome())
}

async function planWithEverything(): Promise<WorkflowPlan> {
  const plan = await planWorkflow(firmwareFirstWorkflow(new Doors()))
  const [first, ...rest] = plan.steps
  const more = { diff: ['~ a: b -> c'], unknown: ['x'], problems: ['y'], skip: 'z' }
  return { ...plan, steps: [{ ...first!, plan: { ...first!.plan, ...more } }, ...rest] }
}

/** Two hundred warnings, five hundred things left behind, sixty steps with hundreds of everything. */
function fat(record: WorkflowRecord): WorkflowRecord {
  const times = <Item>(number: number, item: Item): Item[] => Array.from({ length: number }, () => item)
  const failed = record.steps.find(({ status }) => status === 'failed')!
  const cause = { ...record.error!, causes: times(5, record.error!) }
  const step = {
    ...failed,
    subTasks: times(80, {
      ...failed.subTasks[0]!,
      status: 'running' as const,
      stalledSince: WISH.at,
      detail: 'x',
      percent: 12.345,
    }),
    evidence: times(60, { claim: 'x', source: 'x', request: 'x', observed: 'x', observedAt: WISH.at }),
    earlierErrors: times(20, cause),
    error: cause,
    output: { diff: times(500, '~ x: y -> z') },
  }
  return {
    ...record,
    steps: [...times(20, { ...step, status: 'running' as const }), ...times(40, step)],
    error: {
      ...cause,
      message: 'Several: faults',
      causes: times(20, cause),
      context: { ...cause.context, faults: times(300, 'x') },
    },
    warnings: times(200, { code: 'x', message: 'x', at: WISH.at }),
    leftBehind: times(500, { what: 'x', remedy: 'x' }),
    resumptions: times(50, { at: WISH.at, step: 'x' }),
    skips: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`step-${index}`, WISH])),
  }
}
