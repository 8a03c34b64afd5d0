import type { LeftBehind, WorkflowRecord } from './record.ts'

/** A blind call whose answer never came, in a step that was neither verified nor undone. */
export function openQuestions(record: WorkflowRecord): LeftBehind[] {
  return record.steps
    .filter((step) => step.status !== 'completed' && step.undo?.status !== 'completed')
    .flatMap((step) =>
      step.intents
        .filter((intent) => intent.class === 'blind' && intent.sent > 0 && intent.state === 'intended')
        .map(({ effect, key }) => ({
          what: `It is not known whether ${key === '' ? effect : `${effect} (${key})`} took effect`,
          remedy: 'Look at the device before it is sent again.',
          step: step.id,
        })),
    )
}
