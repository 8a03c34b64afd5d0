import { isAllowed, type Bot } from '../bot.ts'
import { sayNewest, sayStatus } from '../commands/look.ts'
import { CALLBACKS } from '../views/action-ids.ts'
import { wrong } from '../views/notices.ts'
import type { Delivered } from './delivered.ts'
import { openForm } from './form.ts'
import { idInButtons, type ShortcutBody } from './payload.ts'

/** A global or message shortcut. */
export async function handleShortcut(
  bot: Bot,
  delivered: Delivered,
  { callback_id: id, message }: ShortcutBody,
): Promise<void> {
  if (id === CALLBACKS.globalProvision) return openForm(bot, delivered)
  if (id !== CALLBACKS.globalStatus && id !== CALLBACKS.messageStatus) return sayUnknown(delivered)
  if (!(await isAllowed(bot, delivered, { is: 'look' }))) return
  if (id === CALLBACKS.globalStatus) return sayNewest(bot, delivered)
  const meant =
    message === undefined
      ? undefined
      : (idInButtons(message.blocks) ?? (await idOfMessage(bot, message.thread_ts ?? message.ts)))
  if (meant === undefined) return delivered.answer.say(wrong(['This message shows no run of mine.']))
  await sayStatus(bot, delivered, meant)
}

/** A button or shortcut that this release does not have. */
export function sayUnknown({ answer }: Delivered): Promise<void> {
  return answer.say(
    wrong(['This button is of another release of the bot: nothing was done. See `status` for how things are.']),
  )
}

/** A message in the thread of a run's message means the run too. */
async function idOfMessage({ state }: Bot, ts: string): Promise<string | undefined> {
  for await (const [id, link] of state.links.entries()) if (link.ts === ts && /^(run|batch)_/.test(id)) return id
  return undefined
}
