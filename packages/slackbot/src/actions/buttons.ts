import { isAllowed, type Bot } from '../bot.ts'
import { ACTIONS } from '../views/action-ids.ts'
import { cancelBatch, pauseBatch, proceedBatch, showBatch } from './batch-actions.ts'
import type { Delivered } from './delivered.ts'
import { openForm } from './form.ts'
import { approveRun, cancelRun, followRun, refuseRun, retryRun, showDetails } from './run-actions.ts'

type ById = (bot: Bot, delivered: Delivered, id: string) => Promise<void>

/** What each button does. */
export const BUTTONS: Readonly<Record<string, ById | undefined>> = {
  [ACTIONS.cancel]: cancelRun,
  [ACTIONS.retry]: retryRun,
  [ACTIONS.follow]: followRun,
  [ACTIONS.details]: showDetails,
  [ACTIONS.approve]: approveRun,
  [ACTIONS.refuse]: refuseRun,
  [ACTIONS.batchPause]: pauseBatch,
  [ACTIONS.batchProceed]: proceedBatch,
  [ACTIONS.batchCancel]: cancelBatch,
  [ACTIONS.batchDetails]: showBatch,
  [ACTIONS.provision]: (bot, delivered) => openForm(bot, delivered),
  [ACTIONS.refresh]: async (bot, delivered) => {
    if (await isAllowed(bot, delivered, { is: 'look' })) bot.progress.homeOpened(delivered.asker.user)
  },
}

/**
 * Buttons where a double click is one: it would take back what it did, or open a second modal. The others do nothing the second time, and
 * say what was done.
 */
export const NOT_TWICE: ReadonlySet<string> = new Set([
  ACTIONS.follow,
  ACTIONS.details,
  ACTIONS.batchDetails,
  ACTIONS.provision,
])
