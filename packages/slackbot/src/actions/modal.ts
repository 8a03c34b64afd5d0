import type { ModalView } from '@slack/types'
import { HwError } from 'hwautomation'
import type { Bot } from '../bot.ts'
import { loadingModal } from '../views/modals.ts'
import type { Delivered } from './delivered.ts'

/** A modal that is before somebody. */
export interface OpenModal {
  /** Shows something else in it. Slack refuses where it was closed: nobody looks any more, and that is no fault. */
  show(view: ModalView): Promise<void>
}

/**
 * Opens a modal at once: a trigger id lives three seconds. What it is to show may come later.
 * @throws HwError `slack.no-modal`, and what the outbox says where Slack refused
 */
export async function openModal(
  bot: Pick<Bot, 'outbox' | 'logger'>,
  { trigger }: Delivered,
  view: ModalView = loadingModal(),
): Promise<OpenModal> {
  if (trigger === undefined)
    throw new HwError({
      code: 'slack.no-modal',
      kind: 'invalid',
      message: 'Slack opens no form from here.',
      hint: 'Use the slash command or a button for it.',
    })
  try {
    const { view: opened } = await bot.outbox.now<Opened>('views.open', { trigger_id: trigger, view })
    return modalOf(bot, opened?.id)
  } catch (error) {
    throw isOver(error) ? tooLate(error) : error
  }
}

interface Opened {
  readonly view?: { readonly id?: string }
}

/** docs.slack.dev/reference/methods/views.open */
function isOver(error: unknown): boolean {
  return (
    error instanceof Error &&
    /\b(expired|exchanged|invalid)_trigger_id\b|\btrigger_(expired|exchanged)\b/.test(error.message)
  )
}

function tooLate(cause: unknown): HwError {
  return new HwError({
    code: 'slack.too-late',
    kind: 'timeout',
    message: 'Slack lets a form be opened within three seconds, and they were over: nothing was done.',
    hint: 'Ask for it again.',
    cause,
  })
}

/** The modal with this id. */
export function modalOf({ outbox, logger }: Pick<Bot, 'outbox' | 'logger'>, id: string | undefined): OpenModal {
  return {
    async show(view) {
      if (id === undefined) return
      try {
        await outbox.now('views.update', { view_id: id, view })
      } catch (error) {
        logger.info({ error: error instanceof Error ? error.message : String(error) }, 'a modal could not be changed')
      }
    },
  }
}
