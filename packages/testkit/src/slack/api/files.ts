import { objectsOf, wordOf } from '../json.ts'
import { SlackFailure } from '../failure.ts'
import { newMessage } from '../messages.ts'
import type { StoredFile } from '../model.ts'
import type { Site } from '../site.ts'
import type { SlackObject } from '../workspace.ts'
import { postable } from './channel-checks.ts'
import type { ApiMethod } from './method.ts'

/** docs.slack.dev/reference/methods/files.getUploadURLExternal. */
export const getUploadUrl: ApiMethod = {
  token: 'bot',
  scopes: ['files:write'],
  tier: 4,
  mutating: true,
  run(site, args) {
    const name = args.required('filename')
    const length = args.number('length', Number.NaN)
    if (!(length > 0)) throw new SlackFailure('invalid_arguments')
    const id = site.ids.next('F')
    return {
      effect: () => void site.uploads.set(id, { name, length, content: undefined }),
      reply: { upload_url: `${site.origin}/files/upload/${id}`, file_id: id },
    }
  },
}

/** docs.slack.dev/reference/methods/files.completeUploadExternal: shares them in a channel or thread, as a message of the app. The error for a thread that is not there is assumed. */
export const completeUpload: ApiMethod = {
  token: 'bot',
  scopes: ['files:write'],
  tier: 4,
  mutating: true,
  run(site, args) {
    const wanted = objectsOf(args.json('files'))
    if (wanted.length === 0) throw new SlackFailure('invalid_arguments')
    const uploads = wanted.map(({ id, title }) => ({ id: wordOf(id), title, upload: site.uploads.get(wordOf(id)) }))
    if (uploads.some(({ upload }) => upload?.content === undefined)) throw new SlackFailure('file_not_found')
    const channel = args.has('channel_id') ? postable(site, args.required('channel_id')) : undefined
    const threadTs = args.text('thread_ts')
    if (channel !== undefined && threadTs !== undefined && !channel.messages.some(({ ts }) => ts === threadTs))
      throw new SlackFailure('invalid_thread_ts')
    const files = uploads.map(({ id, title, upload }) =>
      storedFile(
        site,
        id,
        upload?.name ?? '',
        upload?.content ?? Buffer.of(),
        title === undefined ? undefined : wordOf(title),
      ),
    )
    return {
      effect() {
        for (const { id } of uploads) site.uploads.delete(id)
        if (channel === undefined) return
        const message = newMessage({
          ts: site.ids.ts(),
          channel: channel.id,
          user: site.team.botUserId,
          byApp: true,
          text: args.text('initial_comment') ?? '',
          threadTs,
          files,
        })
        channel.messages.push(message)
        site.changed({ what: 'message', channel: channel.id, ts: message.ts })
      },
      reply: { files: files.map((file) => wireFile(site, file)) },
    }
  },
}

function storedFile(site: Site, id: string, name: string, content: Buffer, title: string | undefined): StoredFile {
  return {
    id,
    name,
    title: title ?? name,
    mimetype: MIME.get(name.split('.').at(-1) ?? '') ?? 'application/octet-stream',
    content: content.toString(),
    user: site.team.botUserId,
    created: site.ids.seconds(),
    size: content.length,
  }
}

const MIME: ReadonlyMap<string, string> = new Map([
  ['txt', 'text/plain'],
  ['log', 'text/plain'],
  ['json', 'application/json'],
  ['csv', 'text/csv'],
  ['md', 'text/markdown'],
])

function wireFile(site: Site, file: StoredFile): SlackObject {
  const url = `https://files.slack.com/files-pri/${site.team.id}-${file.id}/${file.name}`
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    user: file.user,
    size: file.size,
    mode: 'hosted',
    url_private: url,
    permalink: `https://${site.team.domain}.slack.com/files/${file.user}/${file.id}/${file.name}`,
  }
}
