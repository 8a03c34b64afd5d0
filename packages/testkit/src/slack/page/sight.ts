import type { SlackFile, SlackMessage, SlackObject, SlackPerson, SlackWorkspace } from '../workspace.ts'

/** What the page must know of the workspace beyond `SlackWorkspace`: who and what there is. */
export interface PageDirectory {
  readonly teamName: string
  /** Handles, in the order of the user switcher. */
  readonly users: readonly string[]
  readonly channels: readonly { readonly id: string; readonly name: string; readonly private: boolean }[]
  readonly userGroups: readonly { readonly id: string; readonly handle: string }[]
  /** The conversation between this user and the app. */
  directChannel(user: string): string
  /** The app as installed, for its name, its commands and their hints. */
  manifest(): SlackObject | undefined
}

/** The conversation with the app, whatever its id: each user has one. */
export const DIRECT = 'direct'

/** A message as the page gets it. */
export interface PageMessage {
  readonly conversation: string
  readonly channel: string
  readonly ts: string
  readonly user: string
  readonly threadTs?: string
  readonly text: string
  readonly blocks: readonly SlackObject[]
  readonly ephemeral: boolean
  readonly broadcast: boolean
  /** Slack marks text changed by text only; a change of blocks leaves no mark. */
  readonly edited: boolean
  readonly edits: number
  readonly files: readonly PageFile[]
}

export interface PageFile {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly mimetype: string
  readonly size: number
  /** The first lines. */
  readonly preview: string
}

/** Everything one person has before them. */
export function everything(workspace: SlackWorkspace, directory: PageDirectory, person: SlackPerson) {
  const conversations = conversationsOf(directory, person)
  return {
    team: { id: workspace.teamId, name: directory.teamName },
    me: { id: person.id, name: person.name },
    people: directory.users.map((name) => ({ name, id: workspace.user(name).id })),
    channels: directory.channels.filter(({ id }) => conversations.has(id)),
    userGroups: directory.userGroups,
    app: appOf(workspace, directory),
    messages: [...conversations].flatMap(([channel, conversation]) => messagesIn(person, channel, conversation)),
    modal: modalOf(person),
    home: person.home() ?? null,
  }
}

/** The app by the name and the commands of its manifest. */
export function appOf(workspace: SlackWorkspace, directory: PageDirectory) {
  const manifest = directory.manifest() ?? {}
  const features = objectAt(manifest, 'features')
  const display = objectAt(features, 'bot_user')['display_name'] ?? objectAt(manifest, 'display_information')['name']
  return {
    id: workspace.botUserId,
    name: typeof display === 'string' ? display : 'app',
    commands: listAt(features, 'slash_commands').map((command) => ({
      command: textAt(command, 'command'),
      description: textAt(command, 'description'),
      usage: textAt(command, 'usage_hint'),
    })),
    shortcuts: listAt(features, 'shortcuts').map((shortcut) => ({
      name: textAt(shortcut, 'name'),
      description: textAt(shortcut, 'description'),
      callbackId: textAt(shortcut, 'callback_id'),
      onMessage: shortcut['type'] === 'message',
    })),
  }
}

/** The conversations this person is in: id of the channel, and what the page calls it. */
export function conversationsOf(directory: PageDirectory, person: SlackPerson): ReadonlyMap<string, string> {
  const channels = directory.channels
    .filter(({ id }) => isMember(person, id))
    .map(({ id }): [string, string] => [id, id])
  return new Map([...channels, [directory.directChannel(person.name), DIRECT]])
}

/** A message as this person sees it now, or undefined if they do not. */
export function messageFor(
  workspace: SlackWorkspace,
  conversations: ReadonlyMap<string, string>,
  person: SlackPerson,
  place: Pick<SlackMessage, 'channel' | 'ts'>,
): PageMessage | undefined {
  const conversation = conversations.get(place.channel)
  const message = conversation === undefined ? undefined : workspace.message(place.channel, place.ts)
  if (conversation === undefined || message === undefined || message.deleted === true) return undefined
  return (message.ephemeralTo ?? person.id) === person.id ? toPage(message, conversation) : undefined
}

/** A file of a message that this person sees. */
export function fileFor(directory: PageDirectory, person: SlackPerson, id: string): SlackFile | undefined {
  const files = [...conversationsOf(directory, person).keys()].flatMap((channel) =>
    person.sees(channel).flatMap((message) => message.files),
  )
  return files.find((file) => file.id === id)
}

/** The modal on top, without what a client does not get to see. */
export function modalOf(person: SlackPerson) {
  const open = person.modal()
  return open === undefined ? null : { id: open.id, view: open.view, errors: open.errors }
}

/** More than a screen of history helps nobody here, and each reload sends it whole. */
const MOST_ROOTS = 200

function messagesIn(person: SlackPerson, channel: string, conversation: string): PageMessage[] {
  const seen = person.sees(channel)
  const roots = new Set(
    seen
      .filter(isRoot)
      .map(({ ts }) => ts)
      .slice(-MOST_ROOTS),
  )
  return seen
    .filter((message) => roots.has(isRoot(message) ? message.ts : (message.threadTs ?? '')))
    .map((message) => toPage(message, conversation))
}

function isRoot(message: SlackMessage): boolean {
  return message.threadTs === undefined || message.threadTs === message.ts
}

/** Only members see a channel; the workspace says so by an error. */
function isMember(person: SlackPerson, channel: string): boolean {
  try {
    return person.sees(channel) !== undefined
  } catch {
    return false
  }
}

function toPage(message: SlackMessage, conversation: string): PageMessage {
  return {
    conversation,
    channel: message.channel,
    ts: message.ts,
    user: message.user,
    ...(message.threadTs !== undefined && message.threadTs !== message.ts ? { threadTs: message.threadTs } : {}),
    text: message.text,
    blocks: message.blocks,
    ephemeral: message.ephemeralTo !== undefined,
    broadcast: message.replyBroadcast === true,
    edited: message.edits > 0 && message.blocks.length === 0,
    edits: message.edits,
    files: message.files.map((file) => ({
      id: file.id,
      name: file.name,
      title: file.title,
      mimetype: file.mimetype,
      size: Buffer.byteLength(file.content),
      preview: file.content.split('\n').slice(0, 5).join('\n').slice(0, 600),
    })),
  }
}

function objectAt(object: SlackObject, key: string): SlackObject {
  const value = object[key]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

function listAt(object: SlackObject, key: string): SlackObject[] {
  const value = object[key]
  return Array.isArray(value)
    ? value.filter((one): one is SlackObject => typeof one === 'object' && one !== null && !Array.isArray(one))
    : []
}

function textAt(object: SlackObject, key: string): string {
  const value = object[key]
  return typeof value === 'string' ? value : ''
}
