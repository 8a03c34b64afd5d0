import type { ServerResponse } from 'node:http'
import type { SlackChange, SlackPerson, SlackWorkspace } from '../workspace.ts'
import { conversationsOf, everything, messageFor, modalOf, type PageDirectory } from './sight.ts'

/**
 * Server-Sent Events for one browser tab: everything once, then what changes. Changes of one turn of the event loop, and those that come
 * while the tab is slow to read, are one: the newest state of a message is sent, never its history. A tab that was away reconnects by
 * itself and gets everything anew.
 */
export function feed(
  workspace: SlackWorkspace,
  directory: PageDirectory,
  person: SlackPerson,
  response: ServerResponse,
): () => void {
  const conversations = conversationsOf(directory, person)
  const changed = new Map<string, SlackChange>()
  let scheduled: NodeJS.Immediate | undefined
  const send = (event: string, data: unknown) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)

  const flush = () => {
    scheduled = undefined
    if (response.writableNeedDrain) return
    for (const [key, change] of changed) {
      changed.delete(key)
      if (change.what === 'message') {
        const message = messageFor(workspace, conversations, person, change)
        send(message === undefined ? 'gone' : 'message', message ?? { channel: change.channel, ts: change.ts })
      } else if (change.what === 'modal') send('modal', modalOf(person))
      else send('home', person.home() ?? null)
      if (response.writableNeedDrain) return
    }
  }

  response.write('retry: 500\n\n')
  send('everything', everything(workspace, directory, person))
  const off = workspace.onChange((change) => {
    if (change.what !== 'message' && change.user !== person.name && change.user !== person.id) return
    changed.set(change.what === 'message' ? `${change.channel} ${change.ts}` : change.what, change)
    scheduled ??= setImmediate(flush)
  })
  response.on('drain', flush)

  const end = () => {
    off()
    if (scheduled !== undefined) clearImmediate(scheduled)
    response.off('drain', flush)
    response.end()
  }
  response.once('close', end)
  return end
}
