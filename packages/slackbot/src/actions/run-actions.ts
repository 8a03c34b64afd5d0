import { HwError, isHwError, type WorkflowRecord } from 'hwautomation'
import { isAllowed, wishOf, type Bot } from '../bot.ts'
import { placeRetry } from '../commands/place-order.ts'
import { detailsModal } from '../views/details-modal.ts'
import { alreadyDone, done } from '../views/notices.ts'
import { assumeModal } from './assume-modal.ts'
import { proceedBatch, refuseBatch } from './batch-actions.ts'
import type { Delivered } from './delivered.ts'
import { openModal } from './modal.ts'

/** What a button on a run's message does. `id` is what the button carries: looked up anew, whatever the message shows. */
export type RunAction = (bot: Bot, delivered: Delivered, id: string) => Promise<void>

export const cancelRun: RunAction = async (bot, delivered, id) => {
  const { hw, progress } = bot
  const before = await runOf(bot, id)
  if (!(await isAllowed(bot, delivered, { is: 'cancel', ...(await requesterOf(bot, id)) }, { run: id }))) return
  const answer = await hw.manager.cancel(id, await wishOf(bot, delivered))
  progress.touch(id)
  const record = await runOf(bot, id)
  await delivered.answer.say(
    answer === 'requested'
      ? done(requestedWords(record))
      : alreadyDone(notCancelledWords(answer, before, record), record),
  )
}

function requestedWords({ status, waitingFor, resourceLabel }: WorkflowRecord): string {
  const server = `\`${resourceLabel}\``
  if (status === 'CANCELLED') return `${server}: cancelled.`
  if (waitingFor?.kind === 'safe-point')
    return `${server}: cancel requested. It waits for a safe point: ${waitingFor.detail}.`
  return `${server}: cancel requested. The machine is taken to a known state first.`
}

function notCancelledWords(
  answer: string,
  before: WorkflowRecord,
  { status, cancel, waitingFor, resourceLabel }: WorkflowRecord,
): string {
  const server = `\`${resourceLabel}\``
  const asked = (before.cancel ?? cancel)?.by
  if (answer === 'already-requested') {
    const waits = waitingFor?.kind === 'safe-point' ? ` It waits for a safe point: ${waitingFor.detail}.` : ''
    return `${server}: ${asked ?? 'somebody'} has asked for it already.${waits}`
  }
  if (status === 'CANCELLED') return `${server} is CANCELLED already${asked === undefined ? '' : `, by ${asked}`}.`
  return `${server}: too late, the run has ended ${status}.`
}

export const retryRun: RunAction = async (bot, delivered, id) => {
  const record = await runOf(bot, id)
  if (!(await isAllowed(bot, delivered, { is: 'retry' }, { run: id }))) return
  try {
    await placeRetry(bot, delivered, { of: id, ...(await channelOf(bot, id)) })
  } catch (error) {
    if (!isHwError(error) || error.code !== 'workflow.assume-needed') throw error
    await openModal(bot, delivered, assumeModal(record))
  }
}

export const followRun: RunAction = async (bot, delivered, id) => {
  const { status, resourceLabel } = await runOf(bot, id)
  if (!(await isAllowed(bot, delivered, { is: 'look' }, { run: id }))) return
  if (status !== 'PENDING' && status !== 'RUNNING')
    return delivered.answer.say(alreadyDone(`\`${resourceLabel}\` has ended ${status}: there is nothing to follow.`))
  const follows = await bot.progress.toggleFollow(id, delivered.asker.user)
  const words = follows ? 'You follow' : 'You no longer follow'
  await delivered.answer.say(done(`${words} \`${resourceLabel}\`.`))
}

export const showDetails: RunAction = async (bot, delivered, id) => {
  if (!(await isAllowed(bot, delivered, { is: 'look' }, { run: id }))) return
  const record = await runOf(bot, id)
  const modal = await openModal(bot, delivered)
  await modal.show(detailsModal(record, bot.clock.now()))
}

export const approveRun: RunAction = async (bot, delivered, id) => {
  if (isBatch(id)) return proceedBatch(bot, delivered, id)
  const { resourceLabel, approval } = await runOf(bot, id)
  if (!(await isAllowed(bot, delivered, { is: 'approve', ...(await requesterOf(bot, id)) }, { run: id }))) return
  if (approval?.granted !== undefined)
    return delivered.answer.say(
      alreadyDone(`\`${resourceLabel}\` has been approved already, by ${approval.granted.by}.`),
    )
  await bot.hw.manager.approve(id, await wishOf(bot, delivered))
  bot.progress.touch(id)
  await delivered.answer.say(done(`\`${resourceLabel}\`: approved.`))
}

/** Who may approve may refuse; who asked for it takes it back by cancelling. */
export const refuseRun: RunAction = async (bot, delivered, id) => {
  if (isBatch(id)) return refuseBatch(bot, delivered, id)
  const { resourceLabel, approval, status, cancel } = await runOf(bot, id)
  if (!(await isAllowed(bot, delivered, { is: 'refuse', ...(await requesterOf(bot, id)) }, { run: id }))) return
  // not `waitingFor`: just after a restart the run is not back at its waiting yet
  const waits = approval !== undefined && approval.granted === undefined && cancel === undefined
  if (!waits || (status !== 'PENDING' && status !== 'RUNNING'))
    return delivered.answer.say(
      alreadyDone(`\`${resourceLabel}\` waits for no approval any more.`, await runOf(bot, id)),
    )
  await bot.hw.manager.cancel(id, { ...(await wishOf(bot, delivered)), reason: 'refused' })
  bot.progress.touch(id)
  await delivered.answer.say(done(`\`${resourceLabel}\`: refused.`))
}

/** @throws HwError `slack.gone` for a run that is in the store no more: its message is older than what is kept */
export async function runOf({ hw }: Pick<Bot, 'hw'>, id: string): Promise<WorkflowRecord> {
  const run = await hw.manager.get(id)
  if (run !== undefined) return run.record()
  throw new HwError({
    code: 'slack.gone',
    kind: 'invalid',
    message: 'The run of this message is not kept any more: there is nothing to be done about it.',
    hint: '`list` shows the runs there are.',
    context: { run: id.slice(0, 80) },
  })
}

function isBatch(id: string): boolean {
  return id.startsWith('batch_')
}

async function requesterOf({ state }: Bot, id: string): Promise<{ readonly requester?: string }> {
  const requester = (await state.links.get(id))?.requester
  return requester === undefined ? {} : { requester }
}

/** A retry shows where the first run did. */
async function channelOf({ state }: Bot, id: string): Promise<{ readonly channel?: string }> {
  const channel = (await state.links.get(id))?.channel
  return channel === undefined ? {} : { channel }
}
