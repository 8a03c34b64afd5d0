import { createLab, type Lab } from '@hwautomation/testkit'
import {
  createHwAutomation,
  ServerProvisioningWorkflow,
  type HwAutomation,
  type ProvisioningRequest,
  type RunHandle,
  type StartOptions,
  type WorkflowEvent,
  type WorkflowRecord,
} from 'hwautomation'

/** A run that was really made in the simulated data centre: its record each time it changed, and its events. */
export interface RealRun {
  readonly states: readonly WorkflowRecord[]
  readonly end: WorkflowRecord
  readonly events: readonly WorkflowEvent[]
  /** The first of its states that is so. */
  state(isSo: (record: WorkflowRecord) => boolean): WorkflowRecord
}

export interface RealRunOptions {
  /** Does to the data centre what goes wrong in it. */
  readonly fault?: (lab: Lab) => void
  readonly request?: Partial<ProvisioningRequest>
  readonly start?: StartOptions
  /** Done once, as soon as the record is so. */
  readonly act?: {
    readonly when: (record: WorkflowRecord) => boolean
    readonly does: (run: RunHandle, hw: HwAutomation) => unknown
  }
}

/** Differs from the catalogue's template, so that there is something to change. */
export const REQUEST: ProvisioningRequest = {
  serverId: 'srv001',
  deviceType: 'a1.c5.large',
  targetIpmiIp: '192.168.1.100',
}

/** Runs the standard workflow on a clock that is stepped by hand, to its end. */
export async function realRun({ fault, request, start, act }: RealRunOptions = {}): Promise<RealRun> {
  await using lab = await createLab({ servers: [{ hostname: 'srv001', model: 'hpe-rl300' }], clock: 'stepped' })
  const { maas, ssh, ...rest } = lab.connection()
  await using hw = await createHwAutomation({
    ...rest,
    maas: { ...maas, timeouts: { power: '2s', other: '2s' } },
    ssh: { ...ssh, timeouts: { connect: '2s', keepalive: '200ms', close: '200ms' } },
    bmc: { timeouts: { connect: '2s', request: '2s' } },
    clock: lab.clock,
    env: {},
  })
  fault?.(lab)
  const run = await hw.manager.start(new ServerProvisioningWorkflow({ ...REQUEST, ...request }, hw), {
    requestedBy: 'ada',
    via: 'slack',
    ...start,
  })
  const states = [run.record()]
  const events: WorkflowEvent[] = []
  let acted = act === undefined
  const following = (async () => {
    for await (const event of run.events()) {
      const record = run.record()
      events.push(event)
      states.push(record)
      if (acted || !act!.when(record)) continue
      acted = true
      await act!.does(run, hw)
    }
  })()
  for (let steps = 0; run.status === 'PENDING' || run.status === 'RUNNING'; steps += 1) {
    if (steps > 400) throw new Error('the run does not come to an end')
    await lab.clock.advance(20_000)
  }
  const { record } = await run.outcome()
  await following
  return { states: [...states, record], end: record, events, state: stateOf([...states, record]) }
}

export function stateOf(states: readonly WorkflowRecord[]) {
  return (isSo: (record: WorkflowRecord) => boolean): WorkflowRecord => {
    const found = states.find(isSo)
    if (found === undefined) throw new Error('the run was never so')
    return found
  }
}

/** Whether the step of this id is at work, with a sub-task. */
export function isIn(step: string, subTask?: string) {
  return ({ steps }: WorkflowRecord) =>
    steps.some(
      ({ id, status, subTasks }) =>
        id === step &&
        status === 'running' &&
        subTasks.some((task) => task.status === 'running' && (subTask === undefined || task.name.startsWith(subTask))),
    )
}
