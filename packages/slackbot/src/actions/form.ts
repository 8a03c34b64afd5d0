import type { Bot } from '../bot.ts'
import { isAllowed } from '../bot.ts'
import { loadingModal, noticeModal } from '../views/modals.ts'
import { provisionModal, type ProvisionModalState } from '../views/provision-modal.ts'
import type { MessageContent } from '../views/content.ts'
import type { Delivered } from './delivered.ts'
import { openModal } from './modal.ts'

/** The form: `/provision` alone, the shortcut, the button of App Home. It opens at once; whether they may is looked up meanwhile. */
export async function openForm(bot: Bot, delivered: Delivered, filled: ProvisionModalState = {}): Promise<void> {
  const modal = await openModal(bot, delivered, loadingModal())
  const answer = { say: (content: MessageContent) => modal.show(noticeModal(content)) }
  if (!(await isAllowed(bot, { ...delivered, answer }, { is: 'start' }))) return
  // the channel is not a secret, and it is checked again when the order comes
  await modal.show(provisionModal(filled, delivered.asker.channel ?? ''))
}
