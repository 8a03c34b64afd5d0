import type { Bot } from '../bot.ts'
import { orderKey } from '../commands/order-key.ts'
import type { OpenWish } from '../state/documents.ts'
import { noticeModal } from '../views/modals.ts'
import { done } from '../views/notices.ts'
import { modalOf } from './modal.ts'
import type { SeenBefore } from './seen.ts'

type Interrupted = Awaited<ReturnType<SeenBefore['interrupted']>>

/**
 * Tells whoever asked an earlier process for something and may have got no answer, by direct message, once. Orders that were written down
 * are begun, and told of, elsewhere. Nothing is done again here: how things are may have changed since, and they decide. Not waited for.
 */
export function tellInterrupted(bot: Bot, seen: SeenBefore, interrupted: Interrupted): void {
  for (const [key, , open] of interrupted)
    void tell(bot, key, open)
      .then((isTold) => (isTold ? seen.done(key) : undefined))
      .catch((error: unknown) =>
        bot.logger.error(
          { key, error: bot.redactor.text(String(error)) },
          'somebody was not told that a restart interrupted their wish',
        ),
      )
}

async function tell(bot: Bot, key: string, open: OpenWish): Promise<boolean> {
  const content = done(await wordsFor(bot, key, open))
  const { outbox } = bot
  if (open.view !== undefined) await modalOf(bot, open.view).show(noticeModal(content))
  const delivery = await outbox.post({ key: `wish/${key}/interrupted`, channel: open.user, content, priority: 'click' })
  return delivery.ok || delivery.because !== 'stopped'
}

async function wordsFor({ state }: Bot, key: string, open: OpenWish): Promise<string> {
  const order = await state.orders.get(orderKey(key))
  const wish = wishWords(open)
  if (order?.refused !== undefined)
    return `I was restarted before I could answer: ${wish} was not done. ${order.refused}`
  if (order !== undefined) return `I was restarted while I was at ${wish}: it goes on, see its message.`
  return `I was restarted while I was at ${wish}: it may not have been done. See how things are, and ask again if it is still wanted.`
}

function wishWords({ what, said }: OpenWish): string {
  const words = what === 'command' || what === 'app_mention' ? said : `${what.split('.').at(-1)} ${said}`
  return `\`${words.replaceAll('`', "'").trim()}\``
}
