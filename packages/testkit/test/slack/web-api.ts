import { wordOf } from '../../src/slack/json.ts'
import type { SlackObject, SlackWorkspace } from '../../src/index.ts'

/** An answer of the Web API. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: SlackObject
}

/** Calls a method as WebClient does: a form, structures as JSON text, the token in the header. */
export async function call(
  slack: SlackWorkspace,
  method: string,
  args: Readonly<Record<string, unknown>> = {},
  token: string = slack.botToken,
): Promise<ApiAnswer> {
  const fields = Object.entries(args).map(([name, value]): [string, string] => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : wordOf(value),
  ])
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: new URLSearchParams(fields),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as SlackObject }
}

/** The error of a call that must fail; `ok` if it did not. */
export async function errorOf(...args: Parameters<typeof call>): Promise<string> {
  const { body } = await call(...args)
  return body['ok'] === true ? 'ok' : wordOf(body['error'])
}

/** Posts, and gives the message's `ts`. */
export async function post(slack: SlackWorkspace, args: Readonly<Record<string, unknown>>): Promise<string> {
  const { body } = await call(slack, 'chat.postMessage', { channel: 'provisioning', ...args })
  if (body['ok'] !== true) throw new Error(`chat.postMessage: ${JSON.stringify(body)}`)
  return wordOf(body['ts'])
}

export const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })

export const button = (actionId: string, value = 'run-1') => ({
  type: 'button',
  action_id: actionId,
  value,
  text: { type: 'plain_text', text: actionId },
})
