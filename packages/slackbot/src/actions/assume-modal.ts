import type { ModalView, PlainTextElement } from '@slack/types'
import type { WorkflowRecord } from 'hwautomation'
import { CALLBACKS } from '../views/action-ids.ts'
import { plain } from '../views/escape.ts'

/** The one input: block id and action id. */
export const ASSUME = 'assume'

/** Asks what became of a call that must not be sent twice, before the run goes on. `private_metadata` is the id of the run. */
export function assumeModal({ id, resourceLabel, error }: WorkflowRecord): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.assume,
    private_metadata: id,
    title: text('Retry'),
    submit: text('Retry'),
    close: text('Not now'),
    blocks: [
      {
        type: 'section',
        text: text(plain(`${resourceLabel}: ${error?.message ?? 'nobody knows what became of a call.'}`, 2_900)),
      },
      ...(error?.hint === undefined ? [] : [{ type: 'section' as const, text: text(plain(error.hint, 2_900)) }]),
      {
        type: 'input',
        block_id: ASSUME,
        label: text('What you saw on the device'),
        element: {
          type: 'radio_buttons',
          action_id: ASSUME,
          options: [
            { value: 'done', text: text('It was done: go on behind it') },
            { value: 'not-done', text: text('It was not done: send it once more') },
          ],
        },
      },
    ],
  }
}

function text(said: string): PlainTextElement {
  return { type: 'plain_text', text: said, emoji: false }
}
