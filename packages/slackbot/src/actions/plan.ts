import { randomUUID } from 'node:crypto'
import { ServerProvisioningWorkflow, type BatchOrder, type ProvisioningRequest } from 'hwautomation'
import { isAllowed, type Bot } from '../bot.ts'
import { asShown, placeOrder, type Wanted } from '../commands/place-order.ts'
import { refused, wrong } from '../views/notices.ts'
import { loadingModal, noticeModal } from '../views/modals.ts'
import { planModal } from '../views/plan-modal.ts'
import type { MessageContent } from '../views/content.ts'
import type { Delivered } from './delivered.ts'
import { openModal, type OpenModal } from './modal.ts'

/** A plan may ask BMC, MAAS and host; nobody looks at a modal for longer. */
const PATIENCE_MS = 120_000

/** `--plan`: what would be done, in a modal from which it can be started. */
export async function showPlan(bot: Bot, delivered: Delivered, wanted: Wanted): Promise<void> {
  const modal = await openModal(bot, delivered, loadingModal('Looking at everything; nothing is changed…'))
  const answer = { say: (content: MessageContent) => modal.show(noticeModal(content)) }
  if (!(await isAllowed(bot, { ...delivered, answer }, { is: 'start' }))) return
  await planInto(bot, delivered, wanted, modal)
}

/** Fills an open modal with the plan of what is wanted, or with why there is none. */
export async function planInto(bot: Bot, { asker }: Delivered, wanted: Wanted, modal: OpenModal): Promise<void> {
  const id = randomUUID()
  try {
    const plan = await planOf(bot, wanted)
    await bot.drafts.keep(id, {
      is: wanted.is,
      user: asker.user,
      channel: wanted.channel ?? asker.channel ?? bot.announceChannel ?? asker.user,
      request: wanted.request,
      tellMe: wanted.tellMe,
    })
    await modal.show(planModal(bot.redactor.value(plan), id))
  } catch (error) {
    bot.logger.info({ user: asker.user, error: bot.redactor.text(String(error)) }, 'there is no plan')
    await modal.show(noticeModal(refused(asShown(bot, error))))
  }
}

function planOf({ hw }: Bot, { is, request }: Wanted) {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  if (is === 'batch') return hw.checkBatch(request as unknown as BatchOrder, signal)
  return new ServerProvisioningWorkflow(request as unknown as ProvisioningRequest, hw).plan({ signal })
}

/** Start was clicked under a plan: what the plan was made for is ordered, whatever the modal says. */
export async function startDraft(bot: Bot, delivered: Delivered, draft: string): Promise<void> {
  const kept = await bot.drafts.of(draft, delivered.asker.user)
  if (kept === undefined) return delivered.answer.say(wrong(['This plan is too old to be started. Make a new one.']))
  const { is, channel, request, tellMe } = kept
  // the channel for announcements is where it is shown, not where somebody asked
  const place = channel === bot.announceChannel ? {} : { channel, isDirect: !/^[CG]/.test(channel) }
  const asker = { ...delivered.asker, ...place }
  await placeOrder(bot, { ...delivered, asker }, { is, channel, request, tellMe })
}
