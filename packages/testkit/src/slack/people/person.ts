import { isObject, objectsOf, wordOf } from '../json.ts'
import { openDirect } from '../api/channel-checks.ts'
import type { Courier, Parcel } from '../delivery/courier.ts'
import { respond } from '../delivery/response-url-post.ts'
import { SlackFailure } from '../failure.ts'
import { newMessage, shown } from '../messages.ts'
import { findChannel, findMessage, type Channel, type StoredMessage, type TeamUser } from '../model.ts'
import type { Site } from '../site.ts'
import type { SlackDelivery, SlackJson, SlackMessage, SlackObject, SlackPerson } from '../workspace.ts'
import { actionOf, findElement, hold, valueFor, type Found } from './elements.ts'
import { openView } from './modal.ts'
import { commandPayload, globalShortcut, messageAction, messageShortcut, viewAction } from './payloads.ts'

/** What a person at their Slack client can do. */
export function createPerson(site: Site, user: TeamUser, courier: Courier): SlackPerson {
  const { team } = site
  let last: Parcel | undefined

  const send = (parcel: Parcel): Promise<SlackDelivery> => {
    last = parcel
    return courier.deliver(parcel)
  }
  const interact = (payload: SlackObject) => send({ kind: 'interactive', payload, answers: false })
  const direct = (): Channel => {
    const channel = openDirect(site, user.id)
    team.channels.set(channel.id, channel)
    return channel
  }
  const conversation = (name: string): Channel => {
    const channel = name === team.botUserId ? direct() : findChannel(team, name)
    if (channel === undefined) throw new Error(`No channel '${name}'`)
    if (!channel.members.has(user.id)) throw new Error(`${user.name} is not in ${name}`)
    return channel
  }
  const messageAt = (place: Pick<SlackMessage, 'channel' | 'ts'>) => {
    const channel = conversation(place.channel)
    const message = findMessage(channel, place.ts)
    if (message === undefined) throw new Error(`No message ${place.ts} in ${channel.name}`)
    if (message.ephemeralTo !== undefined && message.ephemeralTo !== user.id)
      throw new Error(`${user.name} does not see message ${place.ts}`)
    return { channel, message }
  }
  const press = (channel: Channel, message: StoredMessage, found: Found, value: string | undefined) => {
    const actionId = wordOf(found.element['action_id'])
    if (value !== undefined && message.values.get(found.blockId)?.has(actionId) === true)
      hold(message.values, found.blockId, actionId, valueFor(found.element, value))
    return interact(messageAction(site, user, channel, message, actionOf(found, value, `${site.ids.seconds()}.000000`)))
  }

  return {
    id: user.id,
    name: user.name,
    async command(text, channelName) {
      const channel = conversation(channelName)
      const [, command = '', rest = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(text.trim()) ?? []
      if (command === '') throw new Error(`A command begins with a slash: '${text}'`)
      const { commands } = site.installation
      const known = commands?.get(command)
      if (commands !== undefined && known === undefined)
        return notDelivered(site, user, channel, `${command} is not a valid command`)
      const typed = known?.escapes === true ? escaped(site, rest) : rest
      const payload = commandPayload(site, user, channel, command, typed)
      const delivery = await send({ kind: 'slash_commands', payload, answers: true })
      showAnswer(site, user, channel, command, delivery)
      return delivery
    },
    click(place, actionId, value) {
      const { channel, message } = messageAt(place)
      const found = findElement(message.blocks, actionId, value)
      if (found === undefined)
        throw new Error(
          `Message ${place.ts} has no '${actionId}'${value === undefined ? '' : ` with value '${value}'`}`,
        )
      return press(channel, message, found, value)
    },
    clickAnyway(place, actionId, value) {
      const { channel, message } = messageAt(place)
      const element: SlackObject = {
        type: 'button',
        action_id: actionId,
        text: { type: 'plain_text', text: actionId, emoji: true },
        value,
      }
      return press(channel, message, { element, blockId: site.ids.next('').slice(-5) }, undefined)
    },
    async shortcut(callbackId) {
      checkShortcut(site, 'global', callbackId)
      return interact(globalShortcut(site, user, callbackId))
    },
    async messageShortcut(callbackId, place) {
      checkShortcut(site, 'message', callbackId)
      const { channel, message } = messageAt(place)
      return interact(messageShortcut(site, user, callbackId, channel, message))
    },
    async openHome() {
      const channel = direct()
      const view = team.homes.get(user.id)
      const delivery = await site.event({
        type: 'app_home_opened',
        user: user.id,
        channel: channel.id,
        tab: 'home',
        event_ts: site.ids.ts(),
        ...(view === undefined ? {} : { view: { ...view.payload, id: view.id, hash: view.hash } }),
      })
      return delivery ?? { outcome: 'unreachable', milliseconds: 0 }
    },
    home: () => team.homes.get(user.id)?.payload,
    homeClick(actionId, value) {
      const view = team.homes.get(user.id)
      if (view === undefined) throw new Error(`${user.name} has been shown no home tab`)
      const found = findElement(objectsOf(view.payload['blocks']), actionId, value)
      if (found === undefined)
        throw new Error(`The home tab has no '${actionId}'${value === undefined ? '' : ` with value '${value}'`}`)
      return interact(viewAction(site, user, view, actionOf(found, value, `${site.ids.seconds()}.000000`)))
    },
    say(text, channelName, threadTs) {
      const channel = conversation(channelName)
      const message = newMessage({
        ts: site.ids.ts(),
        channel: channel.id,
        user: user.id,
        byApp: false,
        text: asTyped(site, text),
        threadTs,
      })
      channel.messages.push(message)
      site.changed({ what: 'message', channel: channel.id, ts: message.ts })
      return said(site, user, channel, message)
    },
    modal() {
      const view = team.modals.get(user.id)?.at(-1)
      return view === undefined ? undefined : openView(site, user, view, send)
    },
    sees: (name) =>
      conversation(name)
        .messages.filter((message) => !message.deleted && (message.ephemeralTo ?? user.id) === user.id)
        .map(shown),
    directMessages: () =>
      [...team.channels.values()]
        .filter((channel) => channel.kind === 'im' && channel.person === user.id)
        .flatMap((channel) => channel.messages.filter((message) => !message.deleted).map(shown)),
    repeatLast() {
      if (last === undefined) throw new Error(`${user.name} has done nothing yet`)
      return courier.repeat(last)
    },
  }
}

/** What Slack says instead of delivering; only the user sees it. The words are assumed. */
function notDelivered(site: Site, user: TeamUser, channel: Channel, text: string): SlackDelivery {
  const message = newMessage({
    ts: site.ids.ts(),
    channel: channel.id,
    user: 'USLACKBOT',
    byApp: false,
    text,
    ephemeralTo: user.id,
  })
  channel.messages.push(message)
  site.changed({ what: 'message', channel: channel.id, ts: message.ts })
  return { outcome: 'unreachable', milliseconds: 0 }
}

/** The immediate answer to a command, or the error in its place (docs: `operation_timeout`, `dispatch_failed`, `app_error`). */
function showAnswer(site: Site, user: TeamUser, channel: Channel, command: string, delivery: SlackDelivery): void {
  if (delivery.outcome !== 'acked') {
    const error = delivery.outcome === 'timeout' ? 'operation_timeout' : 'dispatch_failed'
    notDelivered(site, user, channel, `${command} failed with the error "${error}"`)
    return
  }
  const body: SlackJson | undefined = typeof delivery.body === 'string' ? { text: delivery.body } : delivery.body
  if (body === undefined || !isObject(body) || Object.keys(body).length === 0) return
  if (body['text'] === '' && body['blocks'] === undefined) return
  try {
    respond(site, { user: user.id, channel: channel.id }, body)()
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error
    notDelivered(site, user, channel, `${command} failed with the error "${error.error}"`)
  }
}

function checkShortcut(site: Site, kind: 'global' | 'message', callbackId: string): void {
  const { shortcuts } = site.installation
  if (shortcuts === undefined || shortcuts.some((each) => each.kind === kind && each.callbackId === callbackId)) return
  throw new Error(`The app has no ${kind} shortcut '${callbackId}'`)
}

/** docs.slack.dev/interactivity/implementing-slash-commands: with `should_escape`, `@name` and `#name` become ids. */
function escaped(site: Site, text: string): string {
  const user = (name: string) => [...site.team.users.values()].find((each) => each.name === name)
  return text
    .replaceAll(/(^|\s)@([\w.-]+)/g, (all, before: string, name: string) => {
      const found = user(name)
      return found === undefined ? all : `${before}<@${found.id}|${name}>`
    })
    .replaceAll(/(^|\s)#([\w-]+)/g, (all, before: string, name: string) => {
      const found = findChannel(site.team, name)
      return found === undefined ? all : `${before}<#${found.id}|${name}>`
    })
}

/** A client sends mentions as ids and escapes the three characters. */
function asTyped(site: Site, text: string): string {
  const plain = text.replaceAll(/&|<(?![@#!])|(?<!<[@#!][^<>]*)>/g, (character) => ENTITIES[character] ?? character)
  return plain.replaceAll(/(^|\s)@([\w.-]+)/g, (all, before: string, name: string) => {
    const found = [...site.team.users.values()].find((each) => each.name === name)
    return found === undefined ? all : `${before}<@${found.id}>`
  })
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** The events of a message: a mention of the app, and the message itself. The first that is delivered is told of. */
async function said(
  site: Site,
  user: TeamUser,
  channel: Channel,
  message: StoredMessage,
): Promise<SlackDelivery | undefined> {
  const { team } = site
  if (!channel.members.has(team.botUserId)) return undefined
  const event: SlackObject = {
    user: user.id,
    ts: message.ts,
    client_msg_id: site.ids.next('').toLowerCase(),
    text: message.text,
    team: user.team,
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    channel: channel.id,
    event_ts: message.ts,
  }
  const isMention = message.text.includes(`<@${team.botUserId}>`) && channel.kind !== 'im'
  const channelType = { public: 'channel', private: 'group', im: 'im' }[channel.kind]
  const deliveries = await Promise.all([
    isMention ? site.event({ type: 'app_mention', ...event }) : undefined,
    site.event({ type: 'message', ...event, channel_type: channelType }),
  ])
  return deliveries.find((delivery) => delivery !== undefined)
}
