import { planWorkflow, type WorkflowPlan } from 'hwautomation'
import { beforeAll, describe, expect, it } from 'vitest'
import { ACTIONS, CALLBACKS, INPUTS } from '../../src/views/action-ids.ts'
import { detailsModal } from '../../src/views/details-modal.ts'
import { homeView, type HomeContent } from '../../src/views/home.ts'
import { loadingModal, noticeModal } from '../../src/views/modals.ts'
import { refused } from '../../src/views/notices.ts'
import { deviceTypeOptions, serverOptions } from '../../src/views/options.ts'
import { planModal } from '../../src/views/plan-modal.ts'
import { PROVISION_OPTIONS, provisionModal } from '../../src/views/provision-modal.ts'
import { Doors, firmwareFirstWorkflow, openManager, SECRET } from './firmware-first.ts'
import { faultsOfView, golden, seenIn } from './judge.ts'
import { startBatch } from './real-batch.ts'
import { isIn, realRun, type RealRun } from './real-runs.ts'

const NOW = Date.parse('2026-11-23T14:00:00Z')
const EMPTY: HomeContent = {
  active: [],
  mine: [],
  failures: [],
  queue: [],
  approvals: [],
  batches: [],
  managerState: {},
  now: NOW,
  user: 'U0ADA',
}

let bad: RealRun
beforeAll(async () => {
  bad = await realRun({
    fault: (lab) => void lab.faults.always({ server: 'srv001', call: 'ilorest commit', mode: 'ack-no-effect' }),
  })
}, 30_000)

describe('the App Home', () => {
  it('teaches where nothing is going on', async () => {
    const view = homeView(EMPTY)
    expect(faultsOfView(view)).toEqual([])
    await expect(golden(view)).toMatchFileSnapshot('golden/home-empty.json')
    expect(seenIn(view.blocks)).toContain('/provision srv001 a1.c5.large')
    expect(JSON.stringify(view)).toContain(ACTIONS.provision)
  })

  it('shows what waits for a decision first, then batches, mine, what runs, the queue and what failed', async () => {
    await using manager = await openManager({ concurrency: 1 })
    const doors = new Doors(['commission'])
    const asked = await manager.start(firmwareFirstWorkflow(doors, 'srv009'), {
      requestedBy: 'ada',
      approval: { reason: 'production rack' },
    })
    await expect.poll(() => asked.record().waitingFor?.kind).toBe('approval')
    const batch = await startBatch(manager, 3, () => doors)
    const active = bad.state(isIn('bios-push'))
    const view = homeView({
      ...EMPTY,
      active: [active],
      mine: [active],
      failures: [bad.end],
      queue: [asked.record()],
      approvals: [asked.record()],
      batches: [batch.record()],
    })
    expect(faultsOfView(view)).toEqual([])
    const seen = seenIn(view.blocks)
    const order = ['Waits for approval', 'Batches', 'Yours', 'Under way', 'In the queue', 'Failed recently'].map(
      (words) => seen.indexOf(words),
    )
    expect(order).toEqual(order.toSorted((one, other) => one - other))
    expect(Math.min(...order)).toBeGreaterThan(-1)
    expect(seen).toContain('production rack')
    expect(seen).not.toContain('In a channel, type')
    expect(JSON.stringify(view)).not.toContain(SECRET)
    await manager.cancelBatch(batch.id, { by: 'ada' })
    await asked.cancel({ by: 'ada' })
    await batch.outcome()
  })
})

describe('the form', () => {
  it('asks for one server, a range or a sheet, and for the policy only of several', async () => {
    const blocksOf = (kind: 'one' | 'range' | 'sheet') => {
      const view = provisionModal({ kind, deviceType: 'a1.c5.large', options: [PROVISION_OPTIONS.tellMe] }, 'draft-1')
      expect(faultsOfView(view)).toEqual([])
      expect(view).toMatchObject({ callback_id: CALLBACKS.provision, private_metadata: 'draft-1' })
      return view.blocks.map(({ block_id }) => block_id)
    }
    const policy = [INPUTS.atOnce, INPUTS.perGroup, INPUTS.canary, INPUTS.maxFailures]
    expect(blocksOf('one')).toEqual([
      'kind',
      INPUTS.server,
      INPUTS.deviceType,
      INPUTS.ipmi,
      INPUTS.gateway,
      INPUTS.options,
    ])
    expect(blocksOf('range')).toEqual([
      'kind',
      INPUTS.servers,
      INPUTS.deviceType,
      INPUTS.ipmi,
      INPUTS.gateway,
      ...policy,
      INPUTS.options,
    ])
    expect(blocksOf('sheet')).toEqual([
      'kind',
      INPUTS.sheet,
      INPUTS.deviceType,
      INPUTS.gateway,
      ...policy,
      INPUTS.options,
    ])
    await expect(golden(provisionModal({ servers: 'srv[001-040]', atOnce: '4' }))).toMatchFileSnapshot(
      'golden/form-range.json',
    )
  })

  it('keeps what was typed and says what was wrong on top', () => {
    const view = provisionModal({ server: 'srv001', ipmi: '192.168.1.100', notice: 'There is no server "srv001".' })
    expect(faultsOfView(view)).toEqual([])
    expect(seenIn(view.blocks)).toContain('There is no server "srv001".')
    expect(JSON.stringify(view)).toContain('"initial_value":"192.168.1.100"')
  })

  it('offers at most 100 servers, those that begin with what was typed first', () => {
    const servers = Array.from({ length: 300 }, (_, index) => {
      const hostname = `srv${String(index).padStart(3, '0')}`
      return { hostname, fqdn: `${hostname}.maas`, systemId: `id${index}`, status: 'Ready', pool: 'default', zone: 'a' }
    })
    expect(serverOptions(servers, '')).toHaveLength(100)
    const odd = { hostname: 'old-srv12', fqdn: 'old-srv12.maas', systemId: 'zz', status: 'New' }
    const found = serverOptions([odd, ...servers], ' SRV12')
    expect(found.map(({ value }) => value)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => `id${120 + index}`),
      'zz',
    ])
    expect(found[0]).toMatchObject({ text: { text: 'srv120' }, description: { text: 'Ready · default · a' } })
    expect(
      deviceTypeOptions([{ name: 'a1.c5.large', about: 'Arm' }, { name: 'm1' }], 'arm').map(({ value }) => value),
    ).toEqual(['a1.c5.large'])
  })
})

describe('the plan', () => {
  let plan: WorkflowPlan
  beforeAll(async () => {
    plan = await planWorkflow(firmwareFirstWorkflow(new Doors()))
  })

  it('shows each step and starts when it is submitted; it carries nothing but an id', () => {
    const view = planModal(plan, 'draft-1')
    expect(faultsOfView(view)).toEqual([])
    expect(view).toMatchObject({ callback_id: CALLBACKS.plan, private_metadata: 'draft-1', submit: { text: 'Start' } })
    expect(seenIn(view.blocks)).toContain('Update the BMC')
    expect(JSON.stringify(view)).not.toContain(SECRET)
  })

  it('cannot be submitted where something speaks against it', () => {
    const [first, ...rest] = plan.steps
    const problems = ['srv001 is Deployed.']
    const view = planModal(
      { ...plan, problems, steps: [{ ...first!, plan: { todo: [], problems } }, ...rest] },
      'draft-1',
    )
    expect(faultsOfView(view)).toEqual([])
    expect(view.submit).toBeUndefined()
    expect(seenIn(view.blocks)).toContain('problem: srv001 is Deployed.')
  })

  it('of a batch names every server with a problem first', () => {
    const item = (serverId: string, problems: string[]) => ({
      serverId,
      deviceType: 'a1.c5.large',
      ipmi: '192.168.1.1',
      problems,
      notes: ['2 settings differ'],
    })
    const good = planModal(
      { label: 'srv[001-002] a1.c5.large', items: [item('srv001', []), item('srv002', [])], problems: [] },
      'd',
    )
    expect(faultsOfView(good)).toEqual([])
    expect(good.submit?.text).toBe('Start')
    const wrong = planModal(
      {
        label: 'x',
        items: [item('srv001', []), item('srv002', ['it is not known'])],
        problems: ['two have one address'],
      },
      'd',
    )
    expect(wrong.submit).toBeUndefined()
    const seen = seenIn(wrong.blocks)
    expect(seen.indexOf('✘ srv002')).toBeLessThan(seen.indexOf('▸ srv001'))
    expect(seen).toContain('2 problems, 1 of 2 servers')
    expect(planModal({ label: 'x', items: [], problems: [] }, 'd').submit).toBeUndefined()
  })
})

it('the details have all sub-tasks, evidence, the error and what was left behind', () => {
  const view = detailsModal(bad.end, NOW)
  expect(faultsOfView(view)).toEqual([])
  const seen = seenIn(view.blocks)
  for (const words of [
    'bios.not-staged',
    'Left behind',
    '✘ Checking that the changes are staged…',
    'srv001 was commissioned (maas)',
    bad.end.id,
  ])
    expect(seen).toContain(words)
  const running = bad.state(isIn('bios-pull'))
  expect(faultsOfView(detailsModal(running, NOW))).toEqual([])
  expect(seenIn(detailsModal(running, Date.parse(running.startedAt!) + 3_600_000).blocks)).toContain('so far')
})

it('a notice shows sentences as they are and messages with their blocks', () => {
  expect(faultsOfView(loadingModal())).toEqual([])
  const view = noticeModal('AT&amp;T &lt;x&gt;', refused(bad.end.error!))
  expect(faultsOfView(view)).toEqual([])
  expect(seenIn(view.blocks)).toContain('AT&T <x>')
  expect(seenIn(view.blocks)).toContain('bios.not-staged')
})
