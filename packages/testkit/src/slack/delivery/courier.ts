import { isObject, wordOf } from '../json.ts'
import type { Site } from '../site.ts'
import type { SlackDelivery, SlackJson, SlackObject } from '../workspace.ts'
import { wallNow } from './wall.ts'
import { post, sign, type SignedRequest, type Tampering } from './signed-http.ts'
import type { EnvelopeKind, SocketMode } from './socket-mode.ts'

/** docs.slack.dev/interactivity/handling-user-interaction: "you have 3 seconds to respond". Wall time: it is a time-out on the wire. */
const PATIENCE_MS = 3_000

/** One thing on its way to the app. */
export interface Parcel {
  readonly kind: EnvelopeKind
  readonly payload: SlackObject
  /** Whether the acknowledgement may carry a payload. */
  readonly answers: boolean
  /** Of the Events API: which retry, and why. */
  readonly retry?: { readonly number: number; readonly reason: string }
  readonly envelopeId?: string
}

/** A delivery, and whether the app asked for no retries (`X-Slack-No-Retry: 1`). */
export type Carried = SlackDelivery & { readonly isLast?: boolean }

export interface Courier {
  deliver(parcel: Parcel): Promise<Carried>
  /** The last parcel once more, the same in every id. */
  repeat(parcel: Parcel): Promise<SlackDelivery>
  /** The last signed request, byte by byte. */
  replayLast(): Promise<SlackDelivery>
  /** docs.slack.dev/reference/events/url_verification. */
  verifyUrl(): Promise<SlackDelivery>
  /** The next signed request is not an honest one. */
  tamperNext(tampering: Tampering): void
  /** Things that are on their way. */
  readonly underWay: number
}

/** Brings commands, interactions and events to the app: by socket if its manifest says so or one is connected, else by signed HTTP. */
export function createCourier(site: Site, sockets: SocketMode): Courier {
  const envelopeIds = new WeakMap<SlackObject, string>()
  let tampering: Tampering | undefined
  let last: SignedRequest | undefined
  let underWay = 0

  const overHttp = async (signed: SignedRequest, patience: AbortSignal): Promise<Omit<Carried, 'milliseconds'>> => {
    last = signed
    try {
      const answer = await post(signed, patience, site.clock)
      if (answer === undefined) return { outcome: 'unreachable' }
      const isGood = answer.status >= 200 && answer.status < 300
      const isLast = answer.headers['x-slack-no-retry'] === '1' ? { isLast: true } : {}
      return {
        outcome: isGood ? 'acked' : 'error',
        ...(answer.body === undefined ? {} : { body: answer.body }),
        ...isLast,
      }
    } catch {
      return { outcome: 'timeout' }
    }
  }

  const overSocket = async (parcel: Parcel, patience: AbortSignal): Promise<Omit<Carried, 'milliseconds'>> => {
    const envelopeId = parcel.envelopeId ?? envelopeIds.get(parcel.payload)
    const sent = sockets.send(parcel.kind, parcel.payload, {
      answers: parcel.answers,
      patience,
      ...(envelopeId === undefined ? {} : { envelopeId }),
      ...(parcel.kind === 'events_api'
        ? { more: { retry_attempt: parcel.retry?.number ?? 0, retry_reason: parcel.retry?.reason ?? '' } }
        : {}),
      sent: (id) => void envelopeIds.set(parcel.payload, id),
    })
    if (sent === undefined) return { outcome: 'unreachable' }
    const answer = await sent
    if (!answer.acked) return { outcome: 'timeout' }
    return { outcome: 'acked', ...(answer.payload === undefined || !parcel.answers ? {} : { body: answer.payload }) }
  }

  const carry = (parcel: Parcel, patience: AbortSignal): Promise<Omit<Carried, 'milliseconds'>> => {
    const { installation, tokens } = site
    const isOff = parcel.kind === 'interactive' && !installation.interactivity
    if (tokens.state === 'uninstalled' || isOff) return Promise.resolve({ outcome: 'unreachable' })
    const bySocket = installation.socketMode ?? (sockets.connections > 0 || installation.requestUrl === undefined)
    if (bySocket) return overSocket(parcel, patience)
    if (installation.requestUrl === undefined) return Promise.resolve({ outcome: 'unreachable' })
    const [contentType, body] = bodyOf(parcel)
    const signed = sign(
      { url: installation.requestUrl, contentType, body, secret: tokens.signingSecret, now: wallNow() },
      tampering,
    )
    tampering = undefined
    const retry = parcel.retry
    const headers: Record<string, string> =
      retry === undefined ? {} : { 'X-Slack-Retry-Num': String(retry.number), 'X-Slack-Retry-Reason': retry.reason }
    return overHttp({ ...signed, headers: { ...signed.headers, ...headers } }, patience)
  }

  /** Under the faults of `slack deliver`: lost on the way there, late, or its acknowledgement lost. */
  const timed = async (
    how: (patience: AbortSignal) => Promise<Omit<Carried, 'milliseconds'>>,
    detail: string,
  ): Promise<Carried> => {
    const begun = site.begin({ door: 'slack', call: 'slack deliver', mutating: false, detail })
    const over = new AbortController()
    const started = performance.now()
    underWay += 1
    const late = site.clock.wall(PATIENCE_MS, over.signal)
    const timeout = late.then(() => ({ outcome: 'timeout' as const }))
    const attempt = async (): Promise<Omit<Carried, 'milliseconds'>> => {
      const mode = begun.fault?.mode
      if (mode === 'refuse') return { outcome: 'unreachable' }
      if (mode === 'hang' || mode === 'drop-before-effect') return timeout
      if (mode === 'slow') await site.clock.wall(begun.delayMs, over.signal)
      const result = await how(over.signal)
      return mode === 'reply-lost-after-effect' ? timeout : result
    }
    try {
      const result = await Promise.race([attempt(), timeout])
      begun.end(result.outcome === 'acked' ? 'ok' : result.outcome, 'none')
      return { ...result, milliseconds: Math.round(performance.now() - started) }
    } finally {
      over.abort(new Error('Slack waits no longer'))
      underWay -= 1
    }
  }

  const deliver = (parcel: Parcel) => timed((patience) => carry(parcel, patience), detailOf(parcel))
  return {
    get underWay() {
      return underWay
    },
    deliver,
    repeat: deliver,
    replayLast: () => {
      const signed = last
      if (signed === undefined) throw new Error('Nothing has been delivered by HTTP yet')
      return timed((patience) => overHttp(signed, patience), 'replay')
    },
    async verifyUrl() {
      const challenge = site.ids.next('').toLowerCase()
      const payload = { token: site.tokens.verification, challenge, type: 'url_verification' }
      const delivery = await deliver({ kind: 'events_api', payload, answers: true })
      const said = delivery.body !== undefined && isObject(delivery.body) ? delivery.body['challenge'] : delivery.body
      return said === challenge || delivery.outcome !== 'acked' ? delivery : { ...delivery, outcome: 'error' }
    },
    tamperNext(how) {
      tampering = how
    },
  }
}

/** What Slack posts: commands as a form, interactions as a form with one field, events as JSON. */
function bodyOf(parcel: Parcel): readonly [contentType: string, body: string] {
  switch (parcel.kind) {
    case 'slash_commands':
      return [
        FORM,
        new URLSearchParams(
          Object.entries(parcel.payload).map(([name, value]): [string, string] => [name, asText(value)]),
        ).toString(),
      ]
    case 'interactive':
      return [FORM, new URLSearchParams({ payload: JSON.stringify(parcel.payload) }).toString()]
    case 'events_api':
      return ['application/json', JSON.stringify(parcel.payload)]
  }
}

const FORM = 'application/x-www-form-urlencoded'

function asText(value: SlackJson): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function detailOf(parcel: Parcel): string {
  const { payload } = parcel
  const event = payload['event']
  const eventType = event !== null && typeof event === 'object' && !Array.isArray(event) ? event['type'] : undefined
  return `${wordOf(payload['type'] ?? payload['command'])} ${wordOf(eventType)}`.trim()
}
