import type { LeftBehind, WorkflowRecord } from './record.ts'

/** What a run was at when nobody went on with it: the step, and every call whose effect was not seen. */
export function unfinishedWork(record: WorkflowRecord, why: string): LeftBehind[] {
  const begun = record.steps.filter(({ status }) => status === 'running')
  const sent = record.steps.flatMap(({ id, intents }) =>
    intents
      .filter((intent) => intent.sent > 0 && intent.state === 'intended')
      .map(({ effect, key }) => ({ step: id, call: key === '' ? effect : `${effect} (${key})` })),
  )
  const remedy = 'Look at the device in MAAS and at its BMC; put it right, or retry the run: it looks before it acts.'
  return [
    ...begun.map(({ id, title }) => ({ what: `"${title}" had begun. ${why}.`, remedy, step: id })),
    ...sent.map(({ step, call }) => ({ what: `${call} had been sent, and its effect was not seen.`, remedy, step })),
  ]
}
