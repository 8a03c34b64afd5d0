import type { Command } from './commands.ts'

const far = { do: 'go', count: 150, picks: [] } as const
const start = (flow: number, more: { readonly key?: number } = {}): Command => ({
  do: 'start',
  machine: 0,
  flow,
  ...more,
})
const goes = (count: number): Command => ({ do: 'go', count, picks: [] })
const breaks = (call: string): Command => ({ do: 'break', machine: 0, call, fault: 'forbidden' })
const retry: Command = { do: 'retry', run: 0 }
const cancel: Command = { do: 'cancel', run: 0 }

/** Programs that found something once, or that are rarely drawn: they are played each time, before any other. */
export const stories: readonly (readonly Command[])[] = [
  // a critical section began, and sent, while no hardware was to be touched
  [{ do: 'forbidHardware' }, start(3), goes(14), goes(5)],
  // a key that joined a run under way was forgotten, and stood for a second run later
  [start(1), start(1, { key: 1 }), { do: 'start', machine: 1, flow: 0, key: 1 }, far],
  // a retry that ended before it took over what was found lost it: a blind call went out twice
  [start(2), breaks('extra'), far, { do: 'pause' }, far, retry, far, cancel, far, { do: 'proceed' }, far, retry, far],
  // a blind call whose undo had failed was sent again by a retry of a retry
  [start(2), breaks('extra'), breaks('shot-off'), goes(19), cancel, far, breaks('lamp'), retry, far, retry, far],
  // rarely drawn: a run waits for its approval through a crash, expires, and is retried and approved
  [
    { ...start(1), approval: '10m' } as Command,
    far,
    { do: 'crash', policy: 'continue', concurrency: 1 },
    far,
    { do: 'wait', seconds: 700 },
    far,
    retry,
    far,
    { do: 'approve', run: 0 },
    far,
  ],
  // a call went out after the switch was answered: it was turned while the intent was written
  [start(0), goes(7), { do: 'forbidHardware' }, goes(1), far],
]
