import { MemoryStore, WorkflowManager, type WorkflowRecord } from 'hwautomation'
import { describe, expect, it } from 'vitest'
import { runMessage } from '../../src/views/run-message.ts'
import { Doors, firmwareFirstWorkflow, openManager, SECRET } from './firmware-first.ts'
import { faultsOf, seenIn } from './judge.ts'
import { isIn } from './real-runs.ts'
import { buttons, cards, expectGolden, LIVE } from './run-reader.ts'

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
