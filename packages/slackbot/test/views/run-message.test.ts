import { beforeAll, describe, expect, it } from 'vitest'
import { runMessage } from '../../src/views/run-message.ts'
import { faultsOf, golden, seenIn } from './judge.ts'
import { isIn, realRun, type RealRun } from './real-runs.ts'
import { buttons, cards, expectGolden, LIVE } from './run-reader.ts'

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
