import { HwError, type BatchRecord } from 'hwautomation'
import type { Act } from '../access/access.ts'
import { isAllowed, wishOf, type Bot } from '../bot.ts'
import { alreadyDone, done } from '../views/notices.ts'
import { runsOfBatch } from '../commands/look.ts'
import { batchDetailsModal } from '../views/batch-details-modal.ts'
import type { Delivered } from './delivered.ts'
import { openModal } from './modal.ts'

/** What a button on a batch's message does. */
export type BatchAction = (bot: Bot, delivered: Delivered, id: string) => Promise<void>

export const pauseBatch: BatchAction = (bot, delivered, id) =>
  ordered(bot, delivered, id, { is: 'batch' }, async ({ status, label, paused }, wish) => {
    if (status !== 'running')
      return alreadyDone(
        `The batch \`${label}\` is ${status}${paused === undefined ? '' : `: ${paused.by} paused it`}.`,
      )
    await bot.hw.manager.pauseBatch(id, wish)
    return done(`The batch \`${label}\` is paused: what runs goes on, nothing more is begun.`)
  })

/** Of a batch that waits for a second person this is the yes, and authorised as one. */
export const proceedBatch: BatchAction = async (bot, delivered, id) => {
  const { approval } = await batchOf(bot, id)
  const requester = (await bot.state.links.get(id))?.requester
  const isYes = approval !== undefined && approval.granted === undefined
  const act: Act = isYes ? { is: 'approve', ...(requester === undefined ? {} : { requester }) } : { is: 'batch' }
  await ordered(bot, delivered, id, act, async ({ status, label, approval: now }, wish) => {
    if (status !== 'paused') {
      const who = now?.granted === undefined ? '' : `: ${now.granted.by} has approved it`
      return alreadyDone(`The batch \`${label}\` is ${status}, not paused${who}.`)
    }
    await bot.hw.manager.proceedBatch(id, wish)
    return done(isYes ? `The batch \`${label}\`: approved.` : `The batch \`${label}\` goes on.`)
  })
}

/** Who may approve may refuse. */
export const refuseBatch: BatchAction = async (bot, delivered, id) => {
  const requester = (await bot.state.links.get(id))?.requester
  const act: Act = { is: 'refuse', ...(requester === undefined ? {} : { requester }) }
  await ordered(bot, delivered, id, act, async ({ label, approval, status }, wish) => {
    if (status !== 'paused' || approval === undefined || approval.granted !== undefined)
      return alreadyDone(`The batch \`${label}\` waits for no approval any more.`)
    await bot.hw.manager.cancelBatch(id, { ...wish, reason: 'refused' })
    return done(`The batch \`${label}\`: refused.`)
  })
}

export const cancelBatch: BatchAction = async (bot, delivered, id) => {
  const requester = (await bot.state.links.get(id))?.requester
  const act: Act = { is: 'cancel', ...(requester === undefined ? {} : { requester }) }
  await ordered(bot, delivered, id, act, async ({ status, label, cancel }, wish) => {
    if (status === 'ended') return alreadyDone(`Too late: the batch \`${label}\` has ended.`)
    if (status === 'cancelling')
      return alreadyDone(`${cancel?.by ?? 'Somebody'} has asked for it already: \`${label}\` is being cancelled.`)
    await bot.hw.manager.cancelBatch(id, wish)
    return done(
      `The batch \`${label}\`: cancel requested. What runs is cancelled at its next safe point, nothing more is begun.`,
    )
  })
}

export const showBatch: BatchAction = async (bot, delivered, id) => {
  if (!(await isAllowed(bot, delivered, { is: 'look' }))) return
  const batch = await batchOf(bot, id)
  const modal = await openModal(bot, delivered)
  await modal.show(batchDetailsModal(batch, await runsOfBatch(bot, batch), bot.clock.now()))
}

async function ordered(
  bot: Bot,
  delivered: Delivered,
  id: string,
  act: Act,
  order: (batch: BatchRecord, wish: { readonly by: string; readonly via: 'slack' }) => Promise<ReturnType<typeof done>>,
): Promise<void> {
  const batch = await batchOf(bot, id)
  if (!(await isAllowed(bot, delivered, act))) return
  const content = await order(batch, await wishOf(bot, delivered))
  bot.progress.touch(id)
  await delivered.answer.say(content)
}

/** @throws HwError `slack.gone` */
async function batchOf({ hw }: Bot, id: string): Promise<BatchRecord> {
  const batch = await hw.manager.batch(id)
  if (batch !== undefined) return batch
  throw new HwError({
    code: 'slack.gone',
    kind: 'invalid',
    message: 'This batch is not kept any more: there is nothing to be done about it.',
    hint: '`list` shows what there is.',
    context: { batch: id.slice(0, 80) },
  })
}
