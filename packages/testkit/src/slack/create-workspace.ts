import { randomBytes } from 'node:crypto'
import { createCalls } from '../call.ts'
import { createLabClock, type LabClock } from '../clock.ts'
import { createFaults, type FaultBook, type FaultMode } from '../faults.ts'
import { createRequestLog, type RequestRecorder } from '../log.ts'
import { openDirect } from './api/channel-checks.ts'
import { METHODS } from './api/methods.ts'
import { createRateLimits } from './api/rate-limits.ts'
import { createSlackServer } from './api/server.ts'
import { createCourier } from './delivery/courier.ts'
import { createEvents } from './delivery/events.ts'
import { createResponseUrls } from './delivery/response-urls.ts'
import { createSocketMode } from './delivery/socket-mode.ts'
import { createTriggers } from './delivery/triggers.ts'
import { createIdentifiers } from './identifiers.ts'
import { readManifest } from './manifest.ts'
import { repliesTo, shown } from './messages.ts'
import { findChannel, findMessage, type Channel } from './model.ts'
import { newTeam } from './new-team.ts'
import { createPage } from './page/page-door.ts'
import { createPerson } from './people/person.ts'
import type { Site } from './site.ts'
import { liveIn } from './text/parsed-texts.ts'
import type { SlackChange, SlackPerson, SlackWorkspace, SlackWorkspaceOptions } from './workspace.ts'

/** What a lab shares with its Slack workspace. */
export interface SlackHost {
  readonly clock: LabClock
  readonly faults: FaultBook
  readonly log: RequestRecorder
}

/**
 * Starts a simulated Slack workspace on a free loopback port: Web API, Socket Mode, signed HTTP delivery, and a page in the browser.
 * A Bolt app lives in it with nothing but `slackApiUrl`.
 *
 * @param host the lab it is part of; without one it has a clock, faults and a log of its own
 * @example
 * await using slack = await createSlackWorkspace({ users: [{ name: 'ada' }] })
 * const app = new App({ token: slack.botToken, appToken: slack.appToken, socketMode: true, clientOptions: { slackApiUrl: slack.apiUrl } })
 * await app.start()
 * await slack.user('ada').command('/provision srv001 a1.c5.large', 'provisioning')
 */
export async function createSlackWorkspace(
  options: SlackWorkspaceOptions = {},
  host?: SlackHost,
): Promise<SlackWorkspace> {
  const clock = host?.clock ?? options.clock ?? createLabClock({ speed: 1 })
  const faults = host?.faults ?? createFaults()
  const log = host?.log ?? createRequestLog(clock)
  const ids = createIdentifiers(clock)
  const team = newTeam(options, ids.seconds())
  const listeners = new Set<(change: SlackChange) => void>()
  declareCalls(faults)

  const site: Site = {
    clock,
    faults,
    log,
    ...createCalls({ clock, faults, log }),
    team,
    ids,
    tokens: newTokens(),
    limits: createRateLimits(clock, options.rateLimits ?? 'published'),
    triggers: createTriggers(clock, ids),
    responseUrls: createResponseUrls(clock, () => site.origin),
    uploads: new Map(),
    refusedBlocks: new Set(options.refusesBlocks),
    installation: readManifest(options.manifest, options.requestUrl),
    origin: '',
    changed(change) {
      for (const listener of listeners) listener(change)
    },
    openSocketUrl: () => sockets.openUrl(),
    event: (event) => event_(event),
  }
  const sockets = createSocketMode(site)
  const courier = createCourier(site, sockets)
  const event_ = createEvents(site, courier)
  const people = new Map<string, SlackPerson>()
  for (const user of team.users.values()) if (!user.isBot) people.set(user.name, createPerson(site, user, courier))

  let page: ReturnType<typeof createPage> | undefined
  const server = await createSlackServer(site, {
    port: options.port,
    page: (request, response) => page?.handle(request, response) ?? false,
    upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
  })
  site.origin = server.origin

  const channel = (name: string): Channel => {
    const found = findChannel(team, name)
    if (found === undefined) throw new Error(`No channel '${name}'`)
    return found
  }
  let closing: Promise<void> | undefined
  const close = () =>
    (closing ??= (async () => {
      page?.close()
      await sockets.close()
      await server.close()
      if (host === undefined && options.clock === undefined) clock.close()
    })())

  const workspace: SlackWorkspace = {
    apiUrl: `${server.origin}/api/`,
    get pageUrl() {
      return `${server.origin}${page?.path ?? '/'}`
    },
    teamId: team.id,
    botUserId: team.botUserId,
    botToken: site.tokens.bot,
    appToken: site.tokens.app,
    signingSecret: site.tokens.signingSecret,
    clock,
    faults,
    log,
    socket: sockets,
    http: {
      replayLast: () => courier.replayLast(),
      next: (how) => courier.tamperNext(how),
      verifyUrl: () => courier.verifyUrl(),
    },
    user(name) {
      const found = people.get(name.replace(/^@/, '')) ?? [...people.values()].find(({ id }) => id === name)
      if (found === undefined) throw new Error(`No user '${name}'; there are ${[...people.keys()].join(', ')}`)
      return found
    },
    channelId: (name) => channel(name).id,
    messages: (name) =>
      channel(name)
        .messages.filter(
          (message) => !message.deleted && message.threadTs === undefined && message.ephemeralTo === undefined,
        )
        .map(shown),
    message(name, ts) {
      const found = findMessage(channel(name), ts)
      return found === undefined ? undefined : shown(found)
    },
    thread: (name, ts) => repliesTo(channel(name), ts).map(shown),
    mentions: (message) => liveIn(message).mentions,
    links: (message) => liveIn(message).links,
    get rateLimited() {
      return site.limits.refused
    },
    install(manifest, requestUrl) {
      site.installation = readManifest(manifest, requestUrl ?? site.installation.requestUrl)
      site.tokens.state = 'good'
      if (site.installation.socketMode === false) sockets.disable()
    },
    deleteMessage(name, ts) {
      const found = findMessage(channel(name), ts)
      if (found === undefined) throw new Error(`No message ${ts} in '${name}'`)
      found.deleted = true
      site.changed({ what: 'message', channel: channel(name).id, ts })
    },
    archiveChannel: (name) => void (channel(name).archived = true),
    removeBot: (name) => void channel(name).members.delete(team.botUserId),
    revokeTokens() {
      site.tokens.state = 'revoked'
      void site.event({ type: 'tokens_revoked', tokens: { oauth: [], bot: [team.botUserId] }, event_ts: ids.ts() })
    },
    async uninstall() {
      // docs.slack.dev/reference/events/app_uninstalled: both come, in no promised order.
      await Promise.all([
        site.event({ type: 'tokens_revoked', tokens: { oauth: [], bot: [team.botUserId] }, event_ts: ids.ts() }),
        site.event({ type: 'app_uninstalled', event_ts: ids.ts() }),
      ])
      site.tokens.state = 'uninstalled'
      for (const each of team.channels.values()) each.members.delete(team.botUserId)
      sockets.disable()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    leftovers: () => [
      ...server.unfinished().map((what) => `Slack: unfinished request ${what}`),
      ...sockets.leftovers(),
      ...[...site.uploads.values()].map(({ name }) => `Slack: the upload of ${name} was never completed`),
      ...(courier.underWay > 0 ? [`Slack: ${courier.underWay} deliveries are not acknowledged yet`] : []),
    ],
    close,
    [Symbol.asyncDispose]: close,
  }
  page = createPage(workspace, {
    teamName: team.name,
    users: [...people.keys()],
    channels: [...team.channels.values()]
      .filter(({ kind }) => kind !== 'im')
      .map(({ id, name, kind }) => ({ id, name, private: kind === 'private' })),
    userGroups: team.groups.map(({ id, handle }) => ({ id, handle })),
    directChannel(user) {
      const direct = openDirect(site, workspace.user(user).id)
      team.channels.set(direct.id, direct)
      return direct.id
    },
    manifest: () => site.installation.manifest,
  })
  return workspace
}

function newTokens(): Site['tokens'] {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex')
  return {
    bot: `xoxb-000000000000-000000000000-${hex(12)}`,
    app: `xapp-1-A00000000-0000000000000-${hex(32)}`,
    signingSecret: hex(16),
    verification: hex(12),
    state: 'good',
  }
}

/** On the way to the app something is refused, lost, late, or its acknowledgement is lost. */
const DELIVERY_MODES: readonly FaultMode[] = ['refuse', 'hang', 'slow', 'drop-before-effect', 'reply-lost-after-effect']
const SOCKET_MODES: readonly FaultMode[] = ['refuse', 'hang', 'drop-before-effect', 'wrong-status']

function declareCalls(faults: FaultBook): void {
  faults.declare([
    { call: 'slack socket', mutating: false, modes: SOCKET_MODES },
    { call: 'slack deliver', mutating: false, modes: DELIVERY_MODES },
    { call: 'slack files.upload', mutating: true, extra: ['rate-limited'] },
    { call: 'slack response_url', mutating: true, extra: ['rate-limited'] },
    ...Object.entries(METHODS).map(([name, { mutating }]) => ({
      call: `slack ${name}`,
      mutating,
      extra: ['rate-limited' as const],
    })),
  ])
}
