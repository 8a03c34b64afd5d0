import { z } from 'zod'
import { HwError } from '../errors.ts'
import { invalidRequest } from './error-answer.ts'
import type { Caller } from './site.ts'

const STATUSES = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const

const name = z.string().trim().min(1).max(253)
const reason = z.string().trim().min(1).max(500)
const statuses = z
  .string()
  .transform((text) => text.toUpperCase().split(','))
  .pipe(z.array(z.enum(STATUSES, { error: `expected some of ${STATUSES.join(', ')}, with commas` })))
const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, { error: `expected a whole number from ${least} to ${most}` })
    .transform(Number)
    .pipe(z.int().min(least).max(most))
const time = z
  .string()
  .refine((text) => /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)), {
    error: 'expected an ISO 8601 time, e.g. 2026-03-01T12:00:00Z',
  })
  .transform((text) => new Date(text).toISOString())
const cursor = z.string().min(1).max(200)

/** `GET /api/workflows` */
export const listQuery = z.strictObject({
  status: statuses.exactOptional(),
  server: name.exactOptional(),
  limit: wholeNumber(1, 1000).exactOptional(),
  after: cursor.exactOptional(),
})
/** `GET /api/servers/{name}/history` */
export const historyQuery = listQuery.omit({ server: true, status: true })
/** `GET /api/workflows/{id}/events` */
export const eventsQuery = z.strictObject({ after: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0) })
/** `GET /api/audit` */
export const auditQuery = z.strictObject({
  server: name.exactOptional(),
  from: time.exactOptional(),
  until: time.exactOptional(),
  after: cursor.exactOptional(),
})
/** Bodies of what changes something. */
export const wishBody = z.strictObject({ reason: reason.exactOptional() })
export const cancelBody = wishBody.extend({ withoutUndo: z.boolean().exactOptional() })
export const skipBody = z.strictObject({ step: z.string().min(1).max(80), reason })
export const reasonBody = z.strictObject({ reason })
export const retryBody = wishBody.extend({
  assume: z.enum(['done', 'not-done']).exactOptional(),
  skip: z.array(z.string().min(1).max(80)).max(50).exactOptional(),
})

/** The query as the schema has it. @throws HwError `control.invalid-request` naming every wrong field */
export function queryOf<Schema extends z.ZodType>(schema: Schema, query: Record<string, string[]>): z.output<Schema> {
  const repeated = Object.keys(query).filter((key) => query[key]!.length > 1 && key !== 'status')
  if (repeated.length > 0) throw invalidRequest(repeated.map((key) => `${short(key)}: given more than once`))
  return checked(schema, Object.fromEntries(Object.entries(query).map(([key, values]) => [key, values.join(',')])))
}

/**
 * The JSON body as the schema has it; nothing at all is `{}`.
 * @throws HwError `control.invalid-request`, `control.not-json`
 */
export async function bodyOf<Schema extends z.ZodType>(schema: Schema, request: Request): Promise<z.output<Schema>> {
  return checked(schema, await jsonOf(request))
}

/** The JSON body. A form that a browser sends from another page is no JSON. */
export async function jsonOf(request: Request): Promise<unknown> {
  const text = await request.text()
  if (text.trim() === '') return {}
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    throw new HwError({
      code: 'control.not-json',
      kind: 'invalid',
      message: 'The body of a request must be JSON, with the content type application/json.',
      hint: 'Send the header "content-type: application/json".',
    })
  try {
    return JSON.parse(text)
  } catch {
    throw invalidRequest(['the body is not JSON'])
  }
}

/**
 * Who asks, as the client on the socket says: `hwa-by` (percent-encoded UTF-8) and `hwa-via`. Only the user who owns the state
 * directory gets as far as the socket, so its word is taken.
 */
export function callerOf(headers: Headers): Caller | undefined {
  const by = decoded(headers.get('hwa-by') ?? '').trim()
  if (by === '') return undefined
  const via = headers.get('hwa-via') ?? 'cli'
  if (by.length > 100 || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(by))
    throw invalidRequest(['hwa-by: expected a name of at most 100 printable characters'])
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(via)) throw invalidRequest(['hwa-via: expected a short word such as "cli"'])
  return { by, via }
}

/** The idempotency key of a request, if it has one. */
export function idempotencyKeyOf(headers: Headers): { readonly idempotencyKey?: string } {
  const raw = headers.get('idempotency-key')
  if (raw === null) return {}
  const key = decoded(raw).trim()
  if (key === '' || key.length > 200 || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(key))
    throw invalidRequest(['idempotency-key: expected 1 to 200 printable characters'])
  return { idempotencyKey: key }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidRequest(parsed.error.issues.flatMap(inWords))
}

function inWords(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${short(key)}: there is no such field`)
  if (issue.code === 'invalid_type' && issue.input === undefined && at !== '') return [`${at}: is missing`]
  return [`${at === '' ? 'the body' : at}: ${issue.message}`]
}

function short(key: string): string {
  return key.length > 60 ? `${key.slice(0, 60)}…` : key
}

/** As it is where it is not percent-encoded: `curl -H 'hwa-by: ada'`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
