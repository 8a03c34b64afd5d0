import type { FaultSpec, Lab } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import type { RunOutcome } from '../../src/index.ts'
import { lives, type Life, type Lives } from './lives.ts'

const TARGET = '192.168.1.100'

/** What makes each step fail, until it is set right. */
const FAILURES: readonly (readonly [step: string, FaultSpec])[] = [
  ['retrieve-ip', { call: 'ssh connect', mode: 'auth-failure' }],
  ['bios-pull', { call: 'ilorest save', mode: 'wrong-status' }],
  ['bios-push', { call: 'ilorest commit', mode: 'wrong-status' }],
  ['bios-push', { call: 'ilorest commit', mode: 'ack-no-effect' }],
  ['ipmi-configure', { call: 'ipmitool lan set', mode: 'wrong-status' }],
  ['ipmi-configure', { call: 'maas PUT machines/{id}', mode: 'wrong-status' }],
  ['finalize', { call: 'maas POST tags', mode: 'wrong-status' }],
]

const commissions = (lab: Lab) =>
  lab.log.of('maas POST machines/{id}?op=commission', 'srv001').filter(({ effect }) => effect !== 'none').length
const commits = (lab: Lab) => lab.log.of('ilorest commit', 'srv001').filter(({ effect }) => effect !== 'none').length
const step = ({ record }: RunOutcome, id: string) => record.steps.find((one) => one.id === id)!

async function failed(life: Life, request = {}): Promise<RunOutcome & { readonly id: string }> {
  const asked = { targetIpmiIp: TARGET, retryCount: 0, ...request }
  const run = await life.hw.manager.start(life.workflow(asked))
  const end = await run.outcome()
  expect(end.status).toBe('FAILED')
  return { ...end, id: run.id }
}

async function retried(life: Life, id: string, wish = {}): Promise<RunOutcome> {
  const run = await life.hw.manager.retry(id, { by: 'ada', reason: 'set right', ...wish })
  return run.outcome()
}

async function assertPromised({ lab }: Lives): Promise<void> {
  await lab.clock.settled()
  expect(lab.server('srv001').maasRecord()).toMatchObject({
    status_name: 'Ready',
    power_state: 'off',
    owner: null,
    tag_names: ['hw-type-a1-c5-large'],
    workload_annotations: {},
  })
  expect(lab.server('srv001').machine.bios.current.get('WorkloadProfile')).toBe('GeneralThroughputCompute')
  expect(lab.server('srv001').powerParameters()['power_address']).toBe(TARGET)
  lab.assertClean()
}

describe('a retry', () => {
  it.each(FAILURES)(
    'of a run that failed in %s (%o) goes on there and commissions nothing again',
    async (id, fault) => {
      await using all = await lives()
      const life = await all.begin()
      all.lab.faults.always(fault)
      const before = await failed(life)
      expect(step(before, id).status).toBe('failed')
      all.lab.faults.clear()
      const end = await retried(life, before.id)
      expect(end.error).toBeUndefined()
      expect(end.status).toBe('COMPLETED')
      expect(end.record.retryOf).toBe(before.id)
      expect(commissions(all.lab)).toBe(1)
      expect(commits(all.lab)).toBe(1)
      expect(step(end, 'commission').carriedFrom).toBe(before.id)
      await assertPromised(all)
    },
  )

  it('commissions nothing again where that was asked for and has been done', async () => {
    await using all = await lives({ servers: [{ hostname: 'srv001', status: 'ready' }] })
    const life = await all.begin()
    all.lab.faults.always({ call: 'ilorest commit', mode: 'wrong-status' })
    const { id } = await failed(life, { recommission: true })
    all.lab.faults.clear()
    const end = await retried(life, id)
    expect(end.status).toBe('COMPLETED')
    expect(commissions(all.lab)).toBe(1)
    await assertPromised(all)
  })

  it('writes the BIOS again that somebody changed while only the BMC was left to do', async () => {
    await using all = await lives()
    const life = await all.begin()
    all.lab.faults.always({ call: 'ipmitool lan set', mode: 'wrong-status' })
    const { id } = await failed(life)
    all.lab.faults.clear()
    all.lab.server('srv001').intervene('revert-bios')
    const end = await retried(life, id)
    expect(end.status).toBe('COMPLETED')
    expect(step(end, 'bios-pull').carriedFrom).toBeUndefined()
    expect(end.warnings.find(({ code }) => code === 'workflow.done-again')?.message).toMatch(/the BIOS differs again/)
    expect(commits(all.lab)).toBe(2)
    await assertPromised(all)
  })

  it('takes what was written for good where the BMC cannot be asked', async () => {
    await using all = await lives()
    const life = await all.begin()
    all.lab.faults.always({ call: 'ipmitool lan set', mode: 'wrong-status' })
    const { id } = await failed(life)
    all.lab.faults.clear()
    const away = all.lab.faults.always({ call: 'redfish *', mode: 'refuse' })
    life.hw.manager.onEvent((event) => {
      if (event.type === 'step.status' && event.step === 'ipmi-configure') away.remove()
    })
    const end = await retried(life, id)
    expect(end.status).toBe('COMPLETED')
    expect(step(end, 'bios-push').carriedFrom).toBe(id)
    expect(commits(all.lab)).toBe(1)
  })

  it('begins anew where somebody has commissioned the machine since', async () => {
    await using all = await lives({ users: [{ name: 'bob', admin: true }] })
    const life = await all.begin()
    all.lab.faults.always({ call: 'ilorest save', mode: 'wrong-status' })
    const { id } = await failed(life)
    all.lab.faults.clear()
    const bob = await all.begin({ maas: all.lab.connection('bob').maas, ssh: all.lab.connection('bob').ssh })
    await bob.hw.maas.commission(all.lab.server('srv001').systemId, { testingScripts: 'none' })
    await bob.detach()
    await all.lab.clock.sleep(20 * 60_000)
    const end = await retried(life, id)
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(step(end, 'commission').output).toMatchObject({ way: 'was-ready' })
    expect(end.warnings.find(({ code }) => code === 'workflow.done-again')?.message).toMatch(/commissioned again since/)
  })

  it('is refused by the machine that somebody has deployed since', async () => {
    await using all = await lives({ users: [{ name: 'bob', admin: true }] })
    const life = await all.begin()
    all.lab.faults.always({ call: 'ilorest save', mode: 'wrong-status' })
    const { id } = await failed(life)
    all.lab.faults.clear()
    all.lab.server('srv001').intervene('allocate')
    const end = await retried(life, id)
    expect(end.status).toBe('FAILED')
    expect(end.error?.code).toBe('machine.not-admitted')
    expect(all.lab.server('srv001').maasRecord()).toMatchObject({ status_name: 'Allocated' })
  })

  it.each([
    ['bios-push', { call: 'ilorest commit', mode: 'wrong-status' }, 'bios.left-out'],
    ['ipmi-configure', { call: 'ipmitool lan set', mode: 'wrong-status' }, 'bmc.left-out'],
  ] as const)('that leaves %s out ends, and says so in a warning', async (id, fault, code) => {
    await using all = await lives()
    const life = await all.begin()
    all.lab.faults.always(fault)
    const before = await failed(life)
    const end = await retried(life, before.id, { skip: [id] })
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(step(end, id).status).toBe('skipped')
    expect(end.warnings.map((warning) => warning.code)).toContain(code)
  })
})
