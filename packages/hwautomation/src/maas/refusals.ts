import type { HwError } from '../errors.ts'
import type { Redactor } from '../redaction.ts'
import { callName, type MaasCall } from './calls.ts'
import type { HttpAnswer } from './exchange.ts'
import { maasError, type MaasErrorCode, type Sent } from './maas-errors.ts'
import { answerWords, type AnswerWords } from './answer-words.ts'
import { retryAfterMs } from './retry-after.ts'

/**
 * What an answer outside 200-299 becomes. Decided by status, content type and MAAS's words, in the order of the table below.
 *
 * @param now wall time in milliseconds, to measure the clock skew by
 */
export function refusal(call: MaasCall, answer: HttpAnswer, redactor: Redactor, now: number): HwError {
  const words = answerWords(answer, redactor)
  const rule =
    RULES.find((candidate) => candidate.status(answer.status) && (candidate.when?.(words, call) ?? true)) ?? FALLBACK
  const quoted = rule.quote === false || call.secretAnswer === true ? undefined : words.short
  const sent = typeof rule.sent === 'function' ? rule.sent(call) : rule.sent
  const hint = rule.hint?.(answer, now)
  return maasError(rule.code, {
    sent,
    mutating: call.method !== 'GET',
    message: `Could not ${call.purpose}: MAAS answered ${answer.status}${quoted ? `: ${quoted.replace(/\.$/, '')}` : ''}.`,
    ...(hint === undefined ? {} : { hint }),
    retryAfterMs: retryAfterMs(answer, now) ?? rule.retryAfterMs,
    context: {
      call: callName(call),
      machine: call.machine,
      status: answer.status,
      answer: quoted,
      ...(quoted === undefined || words.fields.length === 0 ? {} : { fields: words.fields }),
    },
  })
}

interface Rule {
  readonly status: (status: number) => boolean
  readonly when?: (words: AnswerWords, call: MaasCall) => boolean
  readonly code: MaasErrorCode
  readonly sent: Sent | ((call: MaasCall) => Sent)
  /** MAAS sends none with its 503s (MAAS 3.3 recorded). */
  readonly retryAfterMs?: number
  /** false: the body is never carried; a 401's can hold the right token secret (MAAS 3.3 recorded). */
  readonly quote?: false
  readonly hint?: (answer: HttpAnswer, now: number) => string | undefined
}

const is =
  (...statuses: readonly number[]) =>
  (status: number) =>
    statuses.includes(status)
const ifMoving = (call: MaasCall): Sent => (call.movesWhenBusy === true ? 'unknown' : 'refused')

/** MAAS 3.3 recorded, unless a line says otherwise. */
const RULES: readonly Rule[] = [
  {
    status: is(401),
    when: ({ full }) => full.includes('Expired timestamp'),
    code: 'maas.clock-skew',
    sent: 'refused',
    quote: false,
    hint: skewHint,
  },
  // A nonce is ours once: a proxy repeated the request, and the first copy was served or tried.
  {
    status: is(401),
    when: ({ full }) => full.includes('Nonce already used'),
    code: 'maas.lost-answer',
    sent: 'unknown',
    quote: false,
  },
  { status: is(401), code: 'maas.auth', sent: 'refused', quote: false },
  { status: is(403), code: 'maas.forbidden', sent: 'refused' },
  {
    status: is(404),
    when: ({ full }) => full.includes('matches the given query'),
    code: 'maas.not-found',
    sent: 'refused',
  },
  { status: is(404, 405, 410), code: 'maas.wrong-url', sent: 'refused' },
  { status: (status) => status >= 300 && status < 400, code: 'maas.wrong-url', sent: 'refused', quote: false },
  {
    status: is(400),
    when: ({ fields }) => fields.some((field) => /^__all__: .*state/.test(field)),
    code: 'maas.wrong-state',
    sent: 'refused',
  },
  {
    status: is(400),
    when: ({ full }) => full.startsWith('Unrecognised signature'),
    code: 'maas.invalid',
    sent: 'refused',
    hint: () => STRIPPED,
  },
  {
    status: is(409),
    when: ({ kind }) => kind === 'html',
    code: 'maas.conflict-page',
    sent: 'refused',
    retryAfterMs: 5000,
  },
  { status: is(409), code: 'maas.wrong-state', sent: 'refused' },
  // From proxies; MAAS itself limits nothing.
  { status: is(429), code: 'maas.busy', sent: 'refused', retryAfterMs: 5000 },
  { status: (status) => status < 500, code: 'maas.invalid', sent: 'refused' },
  {
    status: is(503),
    when: ({ full }) => full.includes('another action is already in progress'),
    code: 'maas.busy',
    sent: ifMoving,
    retryAfterMs: 5000,
  },
  {
    status: is(503),
    when: ({ full }) => full.startsWith('No rack controllers'),
    code: 'maas.bmc-unreachable',
    sent: ifMoving,
  },
  { status: is(504), when: ({ full }) => full.includes('TimeoutError'), code: 'maas.bmc-unreachable', sent: 'unknown' },
  // A proxy's own time-out (nginx, 60 s or 900 s): the action may go on behind it.
  { status: is(502, 504), code: 'maas.lost-answer', sent: 'unknown' },
]

const FALLBACK: Rule = { status: () => true, code: 'maas.server-error', sent: 'unknown' }

const STRIPPED = 'A proxy may have taken the Authorization header off, or this MAAS does not know the operation.'

function skewHint(answer: HttpAnswer, now: number): string | undefined {
  const date = Date.parse(answer.headers['date'] ?? '')
  // Without a Date header: two whole numbers of the text, which hold no secret.
  const told = /given (\d{9,11}) and now (\d{9,11})/.exec(answer.body)
  const seconds = Number.isNaN(date)
    ? told === null
      ? undefined
      : Number(told[2]) - Number(told[1])
    : Math.round((date - now) / 1000)
  if (seconds === undefined) return undefined
  return `MAAS's clock is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} this host's: synchronise both (NTP).`
}
