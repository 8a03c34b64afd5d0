import { beforeAll, describe, expect, it } from 'vitest'
import { MemoryStore, WorkflowManager, type WorkflowRecord } from 'hwautomation'
import { runMessage, type RunMessageOptions } from '../../src/views/run-message.ts'
import { Doors, firmwareFirstWorkflow, openManager, SECRET } from './firmware-first.ts'
import { faultsOf, golden, seenIn } from './judge.ts'
import { isIn, realRun, type RealRun } from './real-runs.ts'

const LIVE: RunMessageOptions = { mode: 'live', now: Date.parse('2026-11-23T14:00:00Z'), followers: [] }

/** The cards by title, with the words on them. */
function cards(record: WorkflowRecord, options: Partial<RunMessageOptions> = {}) {
  const [plan] = runMessage(record, { ...LIVE, ...options }).blocks
  if (plan?.type !== 'plan') throw new Error('there is no plan')
  return (plan.tasks ?? []).map((task) => ({
    title: String(task['title']),
    status: String(task['status']),
    says: seenIn([task['details'], task['output']]),
  }))
}

function buttons(record: WorkflowRecord): string[] {
  return runMessage(record, LIVE).blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.map((element) => ('text' in element ? (element.text?.text ?? '') : ''))
      : [],
  )
}

async function expectGolden(
  name: string,
  record: WorkflowRecord,
  options: Partial<RunMessageOptions> = {},
): Promise<void> {
  const content = runMessage(record, {
    ...LIVE,
    now: Date.parse(record.startedAt ?? record.createdAt) + 30_000,
    ...options,
  })
  expect(faultsOf(content)).toEqual([])
  await expect(golden({ text: content.text, blocks: content.blocks })).toMatchFileSnapshot(`golden/${name}.json`)
}

describe('the standard run', () => {
  let run: RealRun
  beforeAll(async () => {
    run = await realRun()
  })

  it('is a valid message in each of its states, in each mode', () => {
    expect(run.states.length).toBeGreaterThan(60)
    for (const record of run.states)
      for (const mode of ['live', 'steps', 'board'] as const) {
        const content = runMessage(record, { ...LIVE, mode, followers: ['U1', 'U2'] })
        expect(faultsOf(content)).toEqual([])
        expect(seenIn(content.blocks)).toContain('srv001.maas')
        expect(seenIn(content.plain)).toContain('srv001.maas')
      }
  })

  it.each(['commission', 'retrieve-ip', 'bios-pull', 'bios-modify', 'bios-push', 'ipmi-configure', 'finalize'])(
    'shows the sub-task of %s on the card of that step alone',
    (step) => {
      const record = run.state(isIn(step))
      const at = record.steps.findIndex(({ id }) => id === step)
      const subTask = record.steps[at]!.subTasks.findLast(({ status }) => status === 'running')!
      const shown = cards(record)
      expect(shown[at]).toMatchObject({ status: 'in_progress' })
      expect(shown[at]!.says).toContain(subTask.name)
      expect(shown.filter(({ status }) => status === 'in_progress')).toHaveLength(1)
      expect(shown.slice(0, at).every(({ status }) => status === 'complete')).toBe(true)
      expect(shown.slice(at + 1).every(({ status, says }) => status === 'pending' && says === '')).toBe(true)
    },
  )

  it('is the same message for every sub-task of a step where only steps are followed', () => {
    for (const mode of ['steps', 'board'] as const) {
      const inPush = run.states.filter(isIn('bios-push')).filter(({ steps }) => steps[4]!.critical === undefined)
      const looks = inPush.map((record) => JSON.stringify(runMessage(record, { ...LIVE, mode }).blocks))
      expect(inPush.length).toBeGreaterThan(2)
      expect(new Set(looks).size).toBe(1)
      expect(looks[0]).toContain(mode === 'steps' ? 'only steps' : 'fleet board')
    }
  })

  it('says that a stretch must not be interrupted, and what a cancel would wait for', async () => {
    const record = run.state((state) => isIn('bios-push', 'Writing')(state) && state.steps[4]!.critical !== undefined)
    await expectGolden('run-in-bios-push', record)
    expect(seenIn(runMessage(record, LIVE).blocks)).toContain('must not be interrupted now')
  })

  it('ends with durations, what was read back, and nothing to click but Details', async () => {
    await expectGolden('run-completed', run.end)
    expect(cards(run.end).map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 'complete'))
    expect(cards(run.end)[4]!.says).toMatch(/4 of 4 changed settings are in force\n\d+ min/)
    expect(buttons(run.end)).toEqual(['Details'])
  })

  it('has a plainer form that says the same without young blocks', async () => {
    const { plain } = runMessage(run.end, LIVE)
    expect(plain!.map(({ type }) => type)).toEqual(['header', 'section', 'actions', 'context'])
    await expect(golden(plain)).toMatchFileSnapshot('golden/run-completed-plain.json')
  })

  it('says how many follow it, which batch it is of and when it is expected to be ready', () => {
    const record = run.state(isIn('bios-push'))
    const seen = seenIn(
      runMessage(record, {
        ...LIVE,
        now: Date.parse(record.startedAt!),
        followers: ['U1', 'U2'],
        batch: { label: 'srv[001-040] a1.c5.large' },
      }).blocks,
    )
    expect(seen).toContain('2 people follow it')
    expect(seen).toContain('part of srv[001-040] a1.c5.large')
    expect(seen).toMatch(/ready about <!date\^\d+\^\{time\}\|/)
  })

  it('says when a step takes longer than usual, and promises no end then', () => {
    const record = run.state(isIn('bios-pull'))
    const began = Date.parse(record.steps[2]!.startedAt!)
    const at = (now: number) => seenIn(runMessage(record, { ...LIVE, now }).blocks)
    expect(at(began + 1_000)).toContain('ready about')
    expect(at(began + 1_000)).toBe(at(began + 30_000))
    expect(at(began + 3_600_000)).toMatch(/longer than usual, which is \d+ (min|s)/)
    expect(at(began + 3_600_000)).not.toContain('ready about')
  })

  it('says why it stands still while the switches are thrown, or nobody works on it', () => {
    const record = run.state(isIn('bios-pull'))
    const wish = { by: 'grace', reason: 'smoke', via: 'cli', at: '2026-11-23T13:00:00.000Z' }
    const off = seenIn(
      runMessage(record, { ...LIVE, state: { hardwareOff: wish, intake: { ...wish, is: 'paused' } } }).blocks,
    )
    expect(off).toMatch(/Hardware is off[\s\S]*grace[\s\S]*smoke/)
    expect(off).toMatch(/All runs are paused[\s\S]*grace/)
    const parked = runMessage(record, { ...LIVE, working: false })
    expect(parked.text).toContain('waits until somebody resumes it')
    expect(seenIn(parked.blocks)).toContain('hwautomation resume run_')
  })
})

describe('runs that do not go well', () => {
  it('shows a retry with the attempt and why, and the failure with its hint and what was left behind', async () => {
    const run = await realRun({
      fault: (lab) => void lab.faults.always({ server: 'srv001', call: 'ilorest commit', mode: 'ack-no-effect' }),
    })
    const again = run.state((record) => isIn('bios-push')(record) && record.steps[4]!.attempt === 2)
    expect(cards(again)[4]!.says).toMatch(/attempt 2, after: ilorest reported success/)
    await expectGolden('run-retrying', again)
    await expectGolden('run-failed', run.end)
    expect(cards(run.end)[4]).toMatchObject({ status: 'error' })
    expect(buttons(run.end)).toEqual(['Retry', 'Details'])
    const seen = seenIn(runMessage(run.end, LIVE).blocks)
    for (const words of ['bios.not-staged', 'What to do: ', '1 thing left behind', 'Ready, off'])
      expect(seen).toContain(words)
  })

  it('goes from Cancel to Cancelling…, with the safe point it waits for, to who cancelled it', async () => {
    const run = await realRun({
      act: {
        when: (record) => isIn('bios-push', 'Writing')(record) && record.steps[4]!.critical !== undefined,
        does: (handle) => void handle.cancel({ by: 'grace', reason: 'wrong rack', via: 'slack' }),
      },
    })
    const asked = run.state(({ cancel, status }) => cancel !== undefined && status === 'RUNNING')
    await expectGolden('run-cancelling', asked)
    expect(buttons(asked)).toEqual(['Cancelling…', 'Follow', 'Details'])
    const seen = seenIn(runMessage(asked, LIVE).blocks)
    expect(seen).toMatch(/Cancel asked for by grace \(slack\)/)
    expect(seen).toContain('waits for a safe point')
    expect(run.end.status).toBe('CANCELLED')
    await expectGolden('run-cancelled', run.end)
    expect(buttons(run.end)).toEqual(['Retry', 'Details'])
    expect(seenIn(runMessage(run.end, LIVE).blocks)).toMatch(/Cancelled by grace \(slack\): wrong rack/)
  })
})

describe('a longer definition', () => {
  it('has a card for each of its twelve steps and stays a valid message', async () => {
    await using manager = await openManager()
    const doors = new Doors(['firmware-bios'])
    const run = await manager.start(firmwareFirstWorkflow(doors), { requestedBy: 'ada', via: 'slack' })
    await expect.poll(() => doors.at.has('firmware-bios')).toBe(true)
    await expect.poll(() => isIn('firmware-bios')(run.record())).toBe(true)
    await expectGolden('firmware-first-running', run.record())
    expect(cards(run.record())).toHaveLength(12)
    doors.open('firmware-bios')
    const { record } = await run.outcome()
    await expectGolden('firmware-first-completed', record)
    expect(JSON.stringify(runMessage(record, LIVE))).not.toContain(SECRET)
  })

  it('shows the steps around the one at work where there are more than a message holds', async () => {
    await using manager = await openManager()
    const { record } = await (await manager.start(firmwareFirstWorkflow(new Doors()))).outcome()
    const steps = Array.from({ length: 120 }, (_, index) => ({
      ...record.steps[0]!,
      id: `step-${index}`,
      title: `Step ${index}`,
      status: index < 60 ? ('completed' as const) : index === 60 ? ('running' as const) : ('pending' as const),
    }))
    const long: WorkflowRecord = { ...record, status: 'RUNNING', steps }
    expect(faultsOf(runMessage(long, LIVE))).toEqual([])
    const titles = cards(long).map(({ title }) => title)
    expect(titles).toHaveLength(24)
    expect(titles).toContain('Step 60')
    expect([titles[0], titles.at(-1)]).toEqual(['49 earlier steps', '49 further steps'])
  })

  it('waits for a second person with Approve and Refuse, and says who approved it', async () => {
    await using manager = await openManager()
    const doors = new Doors(['commission'])
    const run = await manager.start(firmwareFirstWorkflow(doors), {
      requestedBy: 'ada',
      via: 'slack',
      approval: { reason: 'production rack', expiresIn: '2h' },
    })
    await expect.poll(() => run.record().waitingFor?.kind).toBe('approval')
    await expectGolden('run-waits-for-approval', run.record())
    expect(buttons(run.record())).toEqual(['Approve', 'Refuse', 'Cancel', 'Follow', 'Details'])
    expect(runMessage(run.record(), LIVE).text).toContain('waits for approval')
    await manager.approve(run.id, { by: 'grace', via: 'slack' })
    await expect.poll(() => run.record().status).toBe('RUNNING')
    expect(buttons(run.record())).toEqual(['Cancel', 'Follow', 'Details'])
    expect(seenIn(runMessage(run.record(), LIVE).blocks)).toContain('Approved by grace (slack)')
    doors.open('commission')
    await run.outcome()
  })

  it('says what it waits for while it has no slot, and who holds it', async () => {
    await using manager = await openManager({ concurrency: 1 })
    const doors = new Doors(['commission'])
    const first = await manager.start(firmwareFirstWorkflow(doors, 'srv001'), { requestedBy: 'ada', via: 'slack' })
    const second = await manager.start(firmwareFirstWorkflow(doors, 'srv002'), { requestedBy: 'ada', via: 'slack' })
    await expect.poll(() => second.record().waitingFor?.kind).toBe('slot')
    await expectGolden('run-pending', second.record())
    expect(cards(second.record()).every(({ status }) => status === 'pending')).toBe(true)
    expect(buttons(second.record())).toEqual(['Cancel', 'Follow', 'Details'])
    expect(seenIn(runMessage(second.record(), LIVE).blocks)).toContain('Waits for its turn: ')
    await manager.hold(first.id, { by: 'grace', reason: 'looking at the fan', via: 'slack' })
    expect(seenIn(runMessage(first.record(), LIVE).blocks)).toMatch(/Held before its next step by grace \(slack\)/)
    doors.open('commission')
    await expect.poll(() => first.record().waitingFor?.kind).toBe('hold')
    await expectGolden('run-held', first.record())
    await first.cancel({ by: 'ada' })
    await second.cancel({ by: 'ada' })
    await second.outcome()
  })

  it('says that it went on after its process had ended', async () => {
    const store = new MemoryStore()
    const doors = new Doors(['firmware-nic'])
    const before = await openManager({ store })
    const { id } = await before.start(firmwareFirstWorkflow(doors))
    await expect.poll(() => doors.at.has('firmware-nic')).toBe(true)
    await before.close({ mode: 'detach' })
    await using after = await openManagerWith(store, doors)
    const run = (await after.get(id))!
    await expect.poll(() => run.record().resumptions?.length).toBe(1)
    expect(seenIn(runMessage(run.record(), LIVE).blocks)).toContain('Went on after its process had ended')
    await run.cancel({ by: 'ada' })
  })
})

/** A later process that knows the definition before it opens, and so goes on with what it finds. */
async function openManagerWith(store: MemoryStore, doors: Doors): Promise<WorkflowManager> {
  const manager = new WorkflowManager({ store })
  const workflow = firmwareFirstWorkflow(doors)
  manager.register(workflow.definition, (view) => workflow.capabilities(view))
  await manager.open()
  return manager
}
