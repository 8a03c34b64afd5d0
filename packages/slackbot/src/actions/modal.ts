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
  const { view: opened } = await bot.outbox.now<{ readonly view?: { readonly id?: string } }>('views.open', {
    trigger_id: trigger,
    view,
  })
  return modalOf(bot, opened?.id)
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
