import { wordOf } from '../src/slack/json.ts'
import type { SlackJson, SlackObject } from '../src/index.ts'
import type { Side } from './slack-emulate-side.ts'

/** What earlier calls have left for later ones, on each side. */
export interface Memory {
  readonly channel: string
  readonly person: string
  trigger: string
  root: string
  reply: string
  gone: string
  view: string
  hash: string
  file: string
  upload: string
  direct: string
}

/** One call, with what it takes from earlier ones and leaves for later ones. */
export interface Step {
  /** Names it in the list of differences. */
  readonly what: string
  readonly method: string
  readonly args: (memory: Memory) => Readonly<Record<string, unknown>>
  readonly keep?: (answer: SlackObject, memory: Memory) => void
  readonly before?: (side: Side, memory: Memory) => Promise<void>
  readonly token?: string
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const modal = (more: object = {}) => ({
  type: 'modal',
  callback_id: 'start',
  title: { type: 'plain_text', text: 'Start' },
  blocks: [section('x')],
  ...more,
})
const object = (value: SlackJson | undefined) => value as SlackObject
const newTrigger = async (side: Side, memory: Memory) => void (memory.trigger = await side.trigger())

/** The calls, in this order, on each side. */
export const STEPS: readonly Step[] = [
  { what: 'who am I', method: 'auth.test', args: () => ({}) },
  { what: 'without a token', method: 'auth.test', args: () => ({}), token: '' },
  { what: 'with a wrong token', method: 'auth.test', args: () => ({}), token: 'xoxb-wrong' },
  {
    what: 'post with blocks and metadata',
    method: 'chat.postMessage',
    args: ({ channel }) => ({
      channel,
      text: 'root',
      blocks: [section('root')],
      metadata: { event_type: 'run', event_payload: { key: 'k' } },
    }),
    keep: (answer, memory) => void (memory.root = wordOf(answer['ts'])),
  },
  {
    what: 'post by name',
    method: 'chat.postMessage',
    args: () => ({ channel: 'provisioning', text: 'by name' }),
    keep: (answer, memory) => void (memory.gone = wordOf(answer['ts'])),
  },
  {
    what: 'post a reply',
    method: 'chat.postMessage',
    args: ({ channel, root }) => ({ channel, text: 'reply', thread_ts: root }),
    keep: (answer, memory) => void (memory.reply = wordOf(answer['ts'])),
  },
  { what: 'post nothing', method: 'chat.postMessage', args: ({ channel }) => ({ channel }) },
  { what: 'post nowhere', method: 'chat.postMessage', args: () => ({ channel: 'C0NOWHERE', text: 'x' }) },
  {
    what: 'edit text alone',
    method: 'chat.update',
    args: ({ channel, root }) => ({ channel, ts: root, text: 'edited' }),
  },
  {
    what: 'edit with blocks',
    method: 'chat.update',
    args: ({ channel, root }) => ({ channel, ts: root, text: 'edited', blocks: [section('again')] }),
  },
  {
    what: 'edit what is not there',
    method: 'chat.update',
    args: ({ channel }) => ({ channel, ts: '1.000000', text: 'x' }),
  },
  {
    what: 'for one person',
    method: 'chat.postEphemeral',
    args: ({ channel, person }) => ({ channel, user: person, text: 'x' }),
  },
  { what: 'link', method: 'chat.getPermalink', args: ({ channel, root }) => ({ channel, message_ts: root }) },
  {
    what: 'link to nothing',
    method: 'chat.getPermalink',
    args: ({ channel }) => ({ channel, message_ts: '1.000000' }),
  },
  {
    what: 'history',
    method: 'conversations.history',
    args: ({ channel }) => ({ channel, include_all_metadata: true }),
  },
  { what: 'thread', method: 'conversations.replies', args: ({ channel, root }) => ({ channel, ts: root }) },
  { what: 'thread of nothing', method: 'conversations.replies', args: ({ channel }) => ({ channel, ts: '1.000000' }) },
  { what: 'delete', method: 'chat.delete', args: ({ channel, gone }) => ({ channel, ts: gone }) },
  { what: 'delete twice', method: 'chat.delete', args: ({ channel, gone }) => ({ channel, ts: gone }) },
  { what: 'list channels', method: 'conversations.list', args: () => ({ limit: 2 }) },
  { what: 'a channel', method: 'conversations.info', args: ({ channel }) => ({ channel }) },
  { what: 'no channel', method: 'conversations.info', args: () => ({ channel: 'C0NOWHERE' }) },
  { what: 'members', method: 'conversations.members', args: ({ channel }) => ({ channel }) },
  { what: 'join again', method: 'conversations.join', args: ({ channel }) => ({ channel }) },
  {
    what: 'open a conversation',
    method: 'conversations.open',
    args: ({ person }) => ({ users: person }),
    keep: (answer, memory) => void (memory.direct = wordOf(object(answer['channel'])['id'])),
  },
  { what: 'post directly', method: 'chat.postMessage', args: ({ direct }) => ({ channel: direct, text: 'x' }) },
  { what: 'a person', method: 'users.info', args: ({ person }) => ({ user: person }) },
  { what: 'nobody', method: 'users.info', args: () => ({ user: 'U0NOBODY' }) },
  { what: 'people', method: 'users.list', args: () => ({}) },
  {
    what: 'open a view',
    method: 'views.open',
    before: newTrigger,
    args: ({ trigger }) => ({ trigger_id: trigger, view: modal() }),
    keep: (answer, memory) =>
      void Object.assign(memory, { view: object(answer['view'])['id'], hash: object(answer['view'])['hash'] }),
  },
  {
    what: 'open with a spent trigger',
    method: 'views.open',
    args: ({ trigger }) => ({ trigger_id: trigger, view: modal() }),
  },
  { what: 'open with a bogus trigger', method: 'views.open', args: () => ({ trigger_id: '1.2.3', view: modal() }) },
  {
    what: 'open without a view',
    method: 'views.open',
    before: newTrigger,
    args: ({ trigger }) => ({ trigger_id: trigger }),
  },
  { what: 'update a view', method: 'views.update', args: ({ view, hash }) => ({ view_id: view, hash, view: modal() }) },
  {
    what: 'update with an old hash',
    method: 'views.update',
    args: ({ view, hash }) => ({ view_id: view, hash, view: modal() }),
  },
  { what: 'update no view', method: 'views.update', args: () => ({ view_id: 'V0NOTHING', view: modal() }) },
  {
    what: 'publish',
    method: 'views.publish',
    args: ({ person }) => ({ user_id: person, view: { type: 'home', blocks: [section('home')] } }),
  },
  {
    what: 'a file',
    method: 'files.getUploadURLExternal',
    args: () => ({ filename: 'run.log', length: 3 }),
    keep: (answer, memory) => void Object.assign(memory, { file: answer['file_id'], upload: answer['upload_url'] }),
  },
  {
    what: 'complete it',
    method: 'files.completeUploadExternal',
    before: async (_, { upload }) => void (await fetch(upload, { method: 'POST', body: 'abc' })),
    args: ({ file, channel, root }) => ({ files: [{ id: file, title: 'Log' }], channel_id: channel, thread_ts: root }),
  },
  {
    what: 'complete it again',
    method: 'files.completeUploadExternal',
    args: ({ file }) => ({ files: [{ id: file }] }),
  },
  { what: 'an unknown method', method: 'chat.shout', args: () => ({}) },
]
