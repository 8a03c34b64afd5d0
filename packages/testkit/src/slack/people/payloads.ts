import { wireMessage } from '../messages.ts'
import type { Channel, StoredMessage, StoredView, TeamUser } from '../model.ts'
import type { Site } from '../site.ts'
import { stateOf, wireView } from '../view-state.ts'
import type { SlackObject } from '../workspace.ts'

/** docs.slack.dev/interactivity/implementing-slash-commands. */
export function commandPayload(
  site: Site,
  user: TeamUser,
  channel: Channel,
  command: string,
  text: string,
): SlackObject {
  return {
    token: site.tokens.verification,
    team_id: user.team,
    team_domain: site.team.domain,
    channel_id: channel.id,
    channel_name: channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name,
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: site.team.appId,
    is_enterprise_install: 'false',
    response_url: site.responseUrls.create({ user: user.id, channel: channel.id }),
    trigger_id: site.triggers.create({ user: user.id }),
  }
}

/** docs.slack.dev/reference/interaction-payloads/block_actions-payload, of a message. */
export function messageAction(
  site: Site,
  user: TeamUser,
  channel: Channel,
  message: StoredMessage,
  action: SlackObject,
): SlackObject {
  const isEphemeral = message.ephemeralTo !== undefined
  return {
    ...common(site, user, 'block_actions'),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    },
    trigger_id: site.triggers.create({ user: user.id }),
    channel: wireName(channel),
    // Slack sends no message along with an ephemeral one.
    ...(isEphemeral ? {} : { message: wireMessage(site.team, message, true) }),
    state: stateOf(message.values),
    response_url: site.responseUrls.create({
      user: user.id,
      channel: channel.id,
      messageTs: message.ts,
      ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
    }),
    actions: [action],
  }
}

/** The same of a modal or the home tab. */
export function viewAction(site: Site, user: TeamUser, view: StoredView, action: SlackObject): SlackObject {
  return {
    ...common(site, user, 'block_actions'),
    container: { type: 'view', view_id: view.id },
    trigger_id: site.triggers.create({ user: user.id, viewId: view.id }),
    view: wireView(site.team, view),
    actions: [action],
  }
}

/** docs.slack.dev/reference/interaction-payloads/view-interactions-payload. */
export function viewSubmission(
  site: Site,
  user: TeamUser,
  view: StoredView,
  responseUrls: readonly SlackObject[],
): SlackObject {
  return {
    ...common(site, user, 'view_submission'),
    trigger_id: site.triggers.create({ user: user.id, viewId: view.id }),
    view: wireView(site.team, view),
    response_urls: [...responseUrls],
  }
}

export function viewClosed(site: Site, user: TeamUser, view: StoredView, isCleared: boolean): SlackObject {
  return { ...common(site, user, 'view_closed'), view: wireView(site.team, view), is_cleared: isCleared }
}

/** docs.slack.dev/reference/interaction-payloads/block_suggestion-payload. */
export function blockSuggestion(
  site: Site,
  user: TeamUser,
  view: StoredView,
  ids: SlackObject,
  value: string,
): SlackObject {
  return {
    ...common(site, user, 'block_suggestion'),
    container: { type: 'view', view_id: view.id },
    ...ids,
    value,
    view: wireView(site.team, view),
  }
}

/** docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload. */
export function globalShortcut(site: Site, user: TeamUser, callbackId: string): SlackObject {
  return {
    ...common(site, user, 'shortcut'),
    action_ts: `${site.ids.seconds()}.000000`,
    callback_id: callbackId,
    trigger_id: site.triggers.create({ user: user.id }),
  }
}

export function messageShortcut(
  site: Site,
  user: TeamUser,
  callbackId: string,
  channel: Channel,
  message: StoredMessage,
): SlackObject {
  return {
    ...common(site, user, 'message_action'),
    action_ts: `${site.ids.seconds()}.000000`,
    callback_id: callbackId,
    trigger_id: site.triggers.create({ user: user.id }),
    response_url: site.responseUrls.create({ user: user.id, channel: channel.id, messageTs: message.ts }),
    message_ts: message.ts,
    channel: wireName(channel),
    message: wireMessage(site.team, message, true),
  }
}

/** What every interaction begins with. That `team` is the acting user's own in a shared channel is assumed. */
function common(site: Site, user: TeamUser, type: string): SlackObject {
  return {
    type,
    team: { id: user.team, domain: user.team === site.team.id ? site.team.domain : 'elsewhere' },
    user: { id: user.id, username: user.name, name: user.name, team_id: user.team },
    api_app_id: site.team.appId,
    token: site.tokens.verification,
    enterprise: null,
    is_enterprise_install: false,
  }
}

function wireName(channel: Channel): SlackObject {
  return {
    id: channel.id,
    name: channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name,
  }
}
