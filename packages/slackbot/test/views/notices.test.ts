import { HwError } from 'hwautomation'
import { expect, it } from 'vitest'
import { helpLines } from '../../src/commands/grammar.ts'
import { ACTIONS } from '../../src/views/action-ids.ts'
import * as notices from '../../src/views/notices.ts'
import { Doors, firmwareFirstWorkflow, openManager } from './firmware-first.ts'
import { faultsOf, golden, seenIn } from './judge.ts'

const NOW = Date.parse('2026-11-23T14:00:00Z')

it('help has every line of the grammar, and what was wrong first', async () => {
  const content = notices.help(helpLines(), ['There is no `stats`. Did you mean `/provision status`?'])
  expect(faultsOf(content)).toEqual([])
  const seen = seenIn(content.blocks)
  expect(seen.startsWith('There is no stats')).toBe(true)
  for (const line of helpLines()) expect(seen).toContain(line.replaceAll(/[`*]/g, ''))
  await expect(golden(notices.help(helpLines()))).toMatchFileSnapshot('golden/help.json')
})

it('a refusal says what, why, what to do and the code, and no stack', () => {
  const error = new HwError({
    code: 'request.invalid',
    kind: 'invalid',
    message: 'The request cannot be run: serverId: wrong; deviceType: `x y` is none.',
    hint: 'Correct the named fields and ask again; nothing was changed.',
    context: { problems: ['serverId: wrong', 'deviceType: `x y` is none'] },
  })
  const content = notices.refused(error)
  expect(faultsOf(content)).toEqual([])
  const seen = seenIn(content.blocks)
  for (const words of [
    'The request cannot be run:',
    'serverId: wrong',
    'deviceType: x y is none',
    'request.invalid',
    'What to do: Correct',
  ])
    expect(seen).toContain(words)
  expect(JSON.stringify(content)).not.toContain('.ts:')
})

it('a busy server says who has it, and offers to follow', async () => {
  await using manager = await openManager()
  const doors = new Doors(['commission'])
  const run = await manager.start(firmwareFirstWorkflow(doors), { requestedBy: 'grace', via: 'slack' })
  await expect.poll(() => run.record().status).toBe('RUNNING')
  const content = notices.busy(run.record(), NOW)
  expect(faultsOf(content)).toEqual([])
  expect(content.text).toBe('srv001.maas is being provisioned by grace')
  expect(JSON.stringify(content)).toContain(`"action_id":"${ACTIONS.follow}"`)
  for (const each of [
    notices.statusText(run.record(), NOW),
    notices.listText([run.record()], { now: NOW }),
    notices.historyText('srv001', [run.record()], NOW),
    notices.alreadyDone('It is cancelled already.', run.record()),
  ]) {
    expect(faultsOf(each)).toEqual([])
    expect(seenIn(each.blocks)).toContain('srv001.maas → a1.c5.large: under way')
  }
  expect(seenIn(notices.statusText(run.record(), NOW).blocks)).toContain('step 1 of 12: Commission')
  await run.cancel({ by: 'ada' })
})

it.each([
  [notices.listText([], { now: NOW }), 'Nothing is running, nothing waits.'],
  [notices.historyText('srv009', [], NOW), 'srv009 has had no run.'],
  [
    notices.denied('You may not cancel this run.', 'The one who asked for it may, and `operators`.'),
    'You may not cancel this run.\nThe one who asked for it may, and operators.',
  ],
  [
    notices.unknown('server', 'srv1O1', ['srv101', 'srv110']),
    'There is no server srv1O1. Did you mean srv101 or srv110?',
  ],
  [notices.unknown('run', 'run_1'), 'There is no run run_1.'],
  [notices.done('You follow `srv001` now.'), 'You follow srv001 now.'],
  [notices.wrong(['`--canry` is none.', 'Which server?']), '--canry is none.\nWhich server?\nhelp says what there is.'],
  [notices.wrong([]), 'That was not understood.\nhelp says what there is.'],
])('says it in a valid message: %#', (content, words) => {
  expect(faultsOf(content)).toEqual([])
  expect(seenIn(content.blocks)).toBe(words)
})
