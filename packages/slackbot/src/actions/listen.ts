import type { App } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import type { Bot } from '../bot.ts'
import { handleCommand } from '../commands/handle.ts'
import { ACTIONS } from '../views/action-ids.ts'
import { provisionModal } from '../views/provision-modal.ts'
import { answerBy, type Ways } from './answer.ts'
import { BUTTONS, NOT_TWICE } from './buttons.ts'
import { isDirect, type Delivered } from './delivered.ts'
import { formValues } from './form-values.ts'
import { actionBody, commandBody, eventBody, shortcutBody, suggestionBody, viewBody } from './payload.ts'
import type { Reception } from './reception.ts'
import { handleShortcut, sayUnknown } from './shortcuts.ts'
import { isSlackUrl } from './slack-url.ts'
import { submitted } from './submissions.ts'
import { suggest } from './suggest.ts'

/** Events that the bot hears of; the manifest subscribes to them. */
export const EVENTS = ['app_home_opened', 'app_uninstalled', 'tokens_revoked', 'app_mention'] as const

/** The token is of no use any more. */
export type Revoked = (event: 'app_uninstalled' | 'tokens_revoked') => void

/**
 * Listens to everything the app can be sent. Each is written down, then acknowledged, before anything else is done, so that Slack
 * never waits and nothing that was acknowledged is lost; listeners
 * match everything, so that buttons, forms and shortcuts of other releases get an answer too.
 */
export function listen(app: App, bot: Bot, reception: Reception, onRevoked: Revoked): void {
  app.command(/.*/, async ({ body, ack }) => {
    const {
      user_id: user,
      team_id: team,
      channel_id: channel,
      user_name: handle,
      text,
      ...ids
    } = commandBody.parse(body)
    const delivered: Delivered = {
      key: ids.trigger_id,
      what: 'command',
      said: text,
      asker: { user, team, channel, isDirect: isDirect(channel) },
      handle,
      trigger: ids.trigger_id,
      answer: answer(bot, { user, channel, responseUrl: ids.response_url }),
    }
    await reception.attend(
      delivered,
      () => handleCommand(bot, delivered, text),
      () => acknowledged(bot, ack),
    )
  })

  app.action(/.*/, async ({ body, ack }) => {
    const { user, team, channel, container, view, actions, ...ids } = actionBody.parse(body)
    const [{ action_id: action, value = '', url, selected_option: option }] = actions as [(typeof actions)[number]]
    const isModal = view?.type === 'modal'
    const [{ type }] = actions as [(typeof actions)[number]]
    if (action === ACTIONS.formKind && isModal) {
      await acknowledged(bot, ack)
      return showKind(bot, view, option?.value)
    }
    const work = Object.hasOwn(BUTTONS, action) ? BUTTONS[action] : undefined
    // a link was opened; a select remembers what was chosen until the form is submitted
    if (work === undefined && (url !== undefined || (isModal && type !== 'button'))) return acknowledged(bot, ack)
    const delivered: Delivered = {
      key: ids.trigger_id,
      ...(NOT_TWICE.has(action) ? { double: `${user.id} ${action} ${value}` } : {}),
      what: work === undefined ? 'unknown-button' : action,
      said: value,
      asker: asker(user, team, channel),
      handle: user.username ?? user.name ?? '',
      trigger: ids.trigger_id,
      answer: answer(bot, {
        user: user.id,
        channel: channel?.id,
        thread: container?.thread_ts,
        responseUrl: ids.response_url,
        view: isModal ? view.id : undefined,
        trigger: ids.trigger_id,
      }),
    }
    await reception.attend(
      delivered,
      () => (work === undefined ? sayUnknown(delivered) : work(bot, delivered, value)),
      () => acknowledged(bot, ack),
    )
  })

  app.view({ callback_id: /.*/, type: 'view_submission' }, async ({ body, ack }) => {
    const { user, team, view, trigger_id: trigger } = viewBody.parse(body)
    const { response, work } = submitted(bot, view)
    const acknowledge = () => acknowledged(bot, () => (response === undefined ? ack() : ack(response)))
    if (work === undefined) return acknowledge()
    const delivered: Delivered = {
      key: `${view.id} ${view.hash}`,
      what: view.callback_id,
      view: view.id,
      asker: asker(user, team, undefined),
      handle: user.username ?? user.name ?? '',
      ...(trigger === undefined ? {} : { trigger }),
      answer: answer(bot, { user: user.id, view: view.id }),
    }
    await reception.attend(delivered, () => work(delivered), acknowledge)
  })

  app.view({ callback_id: /.*/, type: 'view_closed' }, ({ ack }) => acknowledged(bot, ack))

  app.shortcut(/.*/, async ({ body, ack }) => {
    const read = shortcutBody.parse(body)
    const { user, team, channel, trigger_id: trigger, response_url: responseUrl } = read
    const delivered: Delivered = {
      key: trigger,
      what: read.callback_id,
      asker: asker(user, team, channel),
      handle: user.username ?? user.name ?? '',
      trigger,
      answer: answer(bot, { user: user.id, channel: channel?.id, responseUrl, trigger }),
    }
    await reception.attend(
      delivered,
      () => handleShortcut(bot, delivered, read),
      () => acknowledged(bot, ack),
    )
  })

  app.options(/.*/, async ({ body, ack }) => {
    const { user, team, action_id: input, value } = suggestionBody.parse(body)
    const options = await suggest(bot, asker(user, team, undefined), input, value)
    await acknowledged(bot, () => ack({ options }))
  })

  for (const event of EVENTS) app.event(event, ({ body }) => handleEvent(bot, reception, body, onRevoked))
}

async function handleEvent(bot: Bot, reception: Reception, body: unknown, onRevoked: Revoked): Promise<void> {
  const { event_id: key, team_id: installed, event } = eventBody.parse(body)
  const { type, user, channel, thread_ts: thread, ts } = event
  if (type === 'app_uninstalled' || type === 'tokens_revoked') return onRevoked(type)
  if (user === undefined) return
  const delivered: Delivered = {
    key,
    what: type,
    asker: {
      user,
      team: event.user_team ?? event.team ?? installed ?? '',
      ...(type === 'app_mention' && channel !== undefined ? { channel } : {}),
    },
    handle: '',
    answer: answer(bot, { user, channel, thread: thread ?? ts }),
  }
  if (type === 'app_mention') {
    const text = (event.text ?? '').replace(/^\s*<@[A-Z0-9]+(?:\|[^>]*)?>\s*/, '')
    return reception.attend(delivered, () => handleCommand(bot, delivered, text === '' ? 'help' : text))
  }
  if (event.tab !== undefined && event.tab !== 'home') return
  // to open a tab is no wish: it counts for nothing, and whoever may not look sees an empty tab
  if ((await bot.access.may(delivered.asker, { is: 'look' })).ok) bot.progress.homeOpened(user)
}

/** Another kind of order was chosen: the form again, with what is filled in. */
async function showKind(bot: Bot, view: Parameters<typeof formValues>[0], kind: string | undefined): Promise<void> {
  if (kind !== 'one' && kind !== 'range' && kind !== 'sheet') return
  const form: ModalView = provisionModal({ ...formValues(view), kind }, view.private_metadata)
  try {
    await bot.outbox.now('views.update', { view_id: view.id, hash: view.hash, view: form })
  } catch (error) {
    bot.logger.info({ error: String(error) }, 'a form could not be changed')
  }
}

/** What cannot be acknowledged (the socket went in this moment) is done all the same: it was signed, and Slack does not send it again. */
async function acknowledged({ logger }: Bot, ack: () => Promise<unknown>): Promise<void> {
  try {
    await ack()
  } catch (error) {
    logger.warn({ error: error instanceof Error ? error.message : String(error) }, 'an acknowledgement did not arrive')
  }
}

/** Their own team where Slack tells it: in a shared channel it is not ours. */
function asker(
  user: { readonly id: string; readonly team_id?: string | undefined },
  team: { readonly id: string } | null | undefined,
  channel: { readonly id: string } | undefined,
): Delivered['asker'] {
  const place = channel === undefined ? {} : { channel: channel.id, isDirect: isDirect(channel.id) }
  return { user: user.id, team: user.team_id ?? team?.id ?? '', ...place }
}

function answer(
  { outbox, logger, apiUrl }: Bot,
  ways: { readonly [Key in keyof Ways]: Ways[Key] | undefined } & { readonly user: string },
): Delivered['answer'] {
  const { responseUrl } = ways
  const isForeign = responseUrl !== undefined && !isSlackUrl(responseUrl, apiUrl)
  if (isForeign) logger.warn({ user: ways.user }, 'a response URL is not one of Slack: nothing is sent there')
  const known = Object.entries(ways).filter(
    ([name, way]) => way !== undefined && !(isForeign && name === 'responseUrl'),
  )
  return answerBy(outbox, logger, Object.fromEntries(known) as unknown as Ways)
}
