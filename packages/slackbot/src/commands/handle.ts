import type { Delivered } from '../actions/delivered.ts'
import { cancelBatch } from '../actions/batch-actions.ts'
import { openForm } from '../actions/form.ts'
import { showPlan } from '../actions/plan.ts'
import { cancelRun, followRun, retryRun } from '../actions/run-actions.ts'
import { isAllowed, type Bot } from '../bot.ts'
import { help, wrong } from '../views/notices.ts'
import { findRun } from './find-run.ts'
import { helpLines } from './grammar.ts'
import { sayHistory, sayNewest, sayStatus } from './look.ts'
import { parse } from './parse.ts'
import { placeOrder } from './place-order.ts'
import { requestOf } from './request-of.ts'

/** What was typed behind the slash command, or to the bot in a thread. */
export async function handleCommand(bot: Bot, delivered: Delivered, text: string): Promise<void> {
  const { hw, command } = bot
  const parsed = parse(text, { deviceTypes: hw.devices.names(), command })
  switch (parsed.is) {
    case 'wrong':
      // what is said to it names device types: not to strangers
      if (!(await isAllowed(bot, delivered, { is: 'look' }))) return
      return delivered.answer.say(wrong(parsed.problems))
    case 'help':
      return delivered.answer.say(help(helpLines(command)))
    case 'form':
      return openForm(bot, delivered)
    case 'order': {
      const wanted = {
        is: parsed.of === 'batch' ? 'batch' : 'run',
        request: requestOf(parsed),
        tellMe: parsed.options.tellMe === true,
      } as const
      return parsed.options.plan === true ? showPlan(bot, delivered, wanted) : placeOrder(bot, delivered, wanted)
    }
    case 'status':
    case 'list':
    case 'history':
      if (!(await isAllowed(bot, delivered, { is: 'look' }))) return
      if (parsed.is === 'list') return sayNewest(bot, delivered)
      if (parsed.is === 'history') return sayHistory(bot, delivered, parsed.name)
      return sayStatus(bot, delivered, parsed.name)
    case 'cancel':
    case 'retry':
    case 'follow': {
      if (!(await isAllowed(bot, delivered, { is: 'look' }))) return
      if (parsed.is === 'cancel' && parsed.name.startsWith('batch_')) return cancelBatch(bot, delivered, parsed.name)
      const { id } = await findRun(hw.manager, parsed.name)
      const actions = { cancel: cancelRun, retry: retryRun, follow: followRun }
      return actions[parsed.is](bot, delivered, id)
    }
  }
}
