import { WebSocket } from 'ws'
import { wordOf } from '../../src/slack/json.ts'
import type { SlackObject, SlackWorkspace } from '../../src/index.ts'
import { call } from './web-api.ts'

/** One Socket Mode connection without an SDK: what came, and the means to acknowledge. */
export interface RawConnection extends Disposable {
  readonly messages: readonly SlackObject[]
  readonly hello: SlackObject
  /** The next envelope, after the `seen` ones. */
  envelope(seen?: number): Promise<SlackObject>
  ack(envelope: SlackObject, payload?: unknown): void
  readonly closed: Promise<number>
}

export async function connect(slack: SlackWorkspace, answers = true): Promise<RawConnection> {
  const { body } = await call(slack, 'apps.connections.open', {}, slack.appToken)
  const socket = new WebSocket(wordOf(body['url']))
  const messages: SlackObject[] = []
  const waiting: (() => void)[] = []
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  const ack = (envelope: SlackObject, payload?: unknown) =>
    socket.send(JSON.stringify({ envelope_id: envelope['envelope_id'], ...(payload === undefined ? {} : { payload }) }))
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as SlackObject
    messages.push(message)
    if (answers && message['envelope_id'] !== undefined) ack(message)
    for (const wake of waiting.splice(0)) wake()
  })
  const arrived = async (found: () => SlackObject | undefined): Promise<SlackObject> => {
    for (;;) {
      const message = found()
      if (message !== undefined) return message
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const hello = await arrived(() => messages.find(({ type }) => type === 'hello'))
  return {
    messages,
    hello,
    envelope: (seen = 0) => arrived(() => messages.filter((message) => message['envelope_id'] !== undefined)[seen]),
    ack,
    closed,
    [Symbol.dispose]: () => socket.terminate(),
  }
}
