import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import type { LabClock } from '../../clock.ts'
import type { SlackJson } from '../workspace.ts'

/** A request as it was sent, for sending it again. */
export interface SignedRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: SlackJson | undefined
}

/** How the next request differs from an honest one. */
export interface Tampering {
  readonly skewSeconds?: number
  readonly badSignature?: boolean
}

/** Signs a body (docs.slack.dev/authentication/verifying-requests-from-slack). The time is the wall's: the app compares it with its own clock. */
export function sign(
  parts: {
    readonly url: string
    readonly contentType: string
    readonly body: string
    readonly secret: string
    readonly now: number
  },
  tampering: Tampering = {},
): SignedRequest {
  const timestamp = String(Math.floor(parts.now / 1_000) + (tampering.skewSeconds ?? 0))
  const secret = tampering.badSignature === true ? `${parts.secret}-not` : parts.secret
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${parts.body}`).digest('hex')
  return {
    url: parts.url,
    headers: {
      'Content-Type': parts.contentType,
      'User-Agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      Accept: 'application/json,*/*',
      'X-Slack-Request-Timestamp': timestamp,
      'X-Slack-Signature': `v0=${signature}`,
    },
    body: parts.body,
  }
}

/** Sends it. Undefined: nothing answered. Rejects with the signal's reason when `patience` aborts. */
export function post(
  signed: SignedRequest,
  patience: AbortSignal,
  clock: Pick<LabClock, 'activity'>,
): Promise<HttpAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(signed.url, {
      method: 'POST',
      headers: { ...signed.headers, 'Content-Length': Buffer.byteLength(signed.body) },
      signal: patience,
      agent: false,
    })
    const failed = () => (patience.aborted ? reject(patience.reason as Error) : resolve(undefined))
    outgoing.on('error', failed)
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('error', failed)
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        clock.activity()
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: bodyOf(Buffer.concat(chunks).toString(), response.headers['content-type'] ?? ''),
        })
      })
    })
    outgoing.end(signed.body)
  })
}

function bodyOf(text: string, contentType: string): SlackJson | undefined {
  if (text === '') return undefined
  if (!contentType.includes('json')) return text
  try {
    return JSON.parse(text) as SlackJson
  } catch {
    return text
  }
}
