import { describe, expect, it } from 'vitest'
import type { RunSummary } from '../../src/control/run-summary.ts'
import { nextAfterRefusal, nextCommands } from '../../src/report/next-commands.ts'
import { heldWords, releasedWords } from '../../src/report/order-words.ts'
import { waitingText } from '../../src/report/waiting-text.ts'
import type { WorkflowRecord } from '../../src/workflow/record.ts'

const intent = { effect: 'bios.write', key: '', class: 'marked', marker: null, at: '', sent: 1, state: 'intended' }

function ended(status: string, more: object = {}): WorkflowRecord {
  const record = { id: 'run_1', status, definition: { name: 'server-provisioning', version: 1 }, steps: [], ...more }
  return record as unknown as WorkflowRecord
}
const steps = [
  { id: 'bios-pull', intents: [], output: { pulled: {} } },
  { id: 'bios-push', intents: [intent] },
]
const commandsOf = (lines: readonly string[]) => lines.filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim())

describe('the next commands', () => {
  it('of a failed run are a retry and the bundle', () => {
    expect(commandsOf(nextCommands(ended('FAILED')))).toEqual(['hwautomation retry run_1', 'hwautomation export run_1'])
  })

  it('where an outcome is unknown ask for an assumption', () => {
    const error = { code: 'workflow.unknown-outcome' }
    expect(commandsOf(nextCommands(ended('FAILED', { error })))[0]).toBe(
      'hwautomation retry run_1 --assume done|not-done',
    )
  })

  it.each(['FAILED', 'CANCELLED'])('of a %s run that wrote the BIOS bring it back', (status) => {
    expect(commandsOf(nextCommands(ended(status, { steps })))).toContain('hwautomation restore-bios run_1')
  })

  it('name no restore where nothing was sent, or nothing of before is kept', () => {
    const refused = [steps[0], { id: 'bios-push', intents: [{ ...intent, sent: 0 }] }]
    for (const none of [refused, [steps[1]]]) expect(nextCommands(ended('CANCELLED', { steps: none }))).toEqual([])
  })

  it('are none of a run that is well, or goes on', () => {
    for (const status of ['COMPLETED', 'RUNNING', 'PENDING']) expect(nextCommands(ended(status, { steps }))).toEqual([])
  })

  it('of a refusal lead to the run that holds the machine', () => {
    const refused = nextAfterRefusal({ code: 'workflow.resource-busy', context: { run: 'run_2' } })
    expect(commandsOf(refused)).toEqual(['hwautomation follow run_2', 'hwautomation cancel run_2'])
    expect(nextAfterRefusal({ code: 'workflow.has-ended', context: { run: 'run_2' } })).toEqual([])
  })
})

describe('what an order comes to', () => {
  const run = { id: 'run_1', status: 'RUNNING', working: true } as RunSummary
  const wish = { by: 'ada', reason: '', via: 'cli', at: '' }

  it('a released run goes on, unless something else keeps it', () => {
    expect(releasedWords(run, {})).toBe('It goes on.')
    expect(releasedWords(run, { intake: { is: 'draining', ...wish } })).toBe('It goes on.')
    expect(releasedWords(run, { hardwareOff: wish })).toMatch(/but hardware is off: hwautomation hardware on$/)
    expect(releasedWords(run, { intake: { is: 'paused', ...wish } })).toMatch(/paused: hwautomation proceed$/)
    expect(releasedWords({ ...run, working: false }, {})).toMatch(/hwautomation resume run_1$/)
  })

  it('a hold in the last step is none', () => {
    const step = {
      id: 'x',
      title: 'Finalize',
      number: 7,
      of: 7,
      status: 'running',
      attempt: 1,
      undoing: false,
    } as const
    expect(heldWords({ ...run, step: { ...step, number: 6 } })).toBe('It stops before its next step.')
    expect(heldWords({ ...run, step })).toMatch(/last step, Finalize: .* goes on to its end/)
  })

  it('a run that waits for hardware names the command that ends it', () => {
    const detail = 'no device is touched until it is allowed again (bob: upgrade)'
    expect(waitingText({ kind: 'hold', detail }, 'run_x')).toBe(`${detail}. To go on: hwautomation hardware on`)
    expect(waitingText({ kind: 'device', detail: 'POST' }, 'run_x')).toBe('POST')
  })
})
