import { expect, it } from 'vitest'
import { errorLog } from '../../src/cli/error-log.ts'

function heard(): { readonly lines: string[]; readonly log: ReturnType<typeof errorLog> } {
  const lines: string[] = []
  return { lines, log: errorLog((line) => lines.push(line)) }
}

it('an error that a run logs again and again is said once, and for another run again', () => {
  const { lines, log } = heard()
  for (const workflowId of ['run_1', 'run_1', 'run_2'])
    log.error({ workflowId, error: `No space is left (${lines.length}).` }, 'the run waits for room in its store')
  log.error({ workflowId: 'run_1', error: 'No space is left.' }, 'the run cannot go on')
  expect(lines).toEqual([
    'the run waits for room in its store: No space is left (0).',
    'the run waits for room in its store: No space is left (1).',
    'the run cannot go on: No space is left.',
  ])
})

it('errors of no run are told apart by their cause', () => {
  const { lines, log } = heard()
  for (const error of ['a', 'b', 'a']) log.error({ error }, 'the workflow store failed')
  log.error({ file: 'x', error: 'x: it cannot be read' }, 'the state directory is damaged')
  expect(lines).toEqual([
    'the workflow store failed: a',
    'the workflow store failed: b',
    'the state directory is damaged: x: it cannot be read',
  ])
})

it('nothing but errors is said, and nothing that a terminal would obey', () => {
  const { lines, log } = heard()
  log.warn({}, 'a warning')
  log.info({}, 'a word')
  log.debug({}, 'a detail')
  log.error({ error: '\u001B[2Jgone\n\u202E' }, 'it failed')
  expect(lines).toEqual(['it failed:  [2Jgone'])
})
