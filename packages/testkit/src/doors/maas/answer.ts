import { endedByClosing } from './lab-closed.ts'
import { one } from './fields.ts'
import { authorizationError, credentialsAbsent, notAllowed, refused, unknownEndpoint } from './reply.ts'
import { rehearsalOf } from './region.ts'
import { route } from './router.ts'
import type { Answer } from '../../call.ts'
import type { Body, Fields } from './fields.ts'
import type { OAuthCheck } from './oauth.ts'
import type { Operation, Request } from './endpoints.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Route } from './router.ts'
import type { Account } from './users.ts'

/** A request as it came in, its body read. */
export interface Incoming {
  readonly method: string
  /** Absolute URL. */
  readonly url: URL
  readonly authorization: string | undefined
  readonly query: Fields
  /** `malformed`: 400 `Bad Request`. */
  readonly body: Body | 'malformed'
}

/** A request and where it leads. */
export interface Routed {
  readonly incoming: Incoming
  readonly route: Route
  /** Of the query, or of the form. */
  readonly op: string | undefined
  readonly operation: Operation | undefined
}

/** Who asks without credentials, where that is served. */
const NOBODY: Account = { name: '', email: '', admin: false, key: { consumer: '', token: '', secret: '' }, sshKeys: [] }
const NO_FIELDS: Fields = new Map()

/** Finds endpoint and operation. `op` may stand in the query or in a POST's form (MAAS 3.3 recorded). */
export function locate(incoming: Incoming): Routed {
  const found = route(incoming.url.pathname)
  const inForm =
    incoming.method === 'POST' && incoming.body !== 'malformed' ? one(incoming.body.fields, 'op') : undefined
  const op = one(incoming.query, 'op') ?? inForm
  const key = op === undefined ? incoming.method : `${incoming.method}?op=${op}`
  const operations = 'endpoint' in found ? found.endpoint.operations : {}
  return { incoming, route: found, op, operation: Object.hasOwn(operations, key) ? operations[key] : undefined }
}

/**
 * What becomes of a request. A mutating operation is tried on a copy of the region first: that tells whether it is refused,
 * and gives the answer of a call that is acknowledged and not done, or done later.
 */
export async function answer(region: Region, oauth: OAuthCheck, routed: Routed): Promise<Answer<Reply>> {
  const checked = check(oauth, routed)
  if ('reply' in checked) return { reply: () => checked.reply }
  const { operation, request } = checked
  if (!operation.mutating) return { reply: () => operation.serve(region, request) }

  const rehearsed = await operation.serve(rehearsalOf(region), request)
  if (rehearsed.status >= 400 && !leavesResidue(rehearsed)) return { reply: () => rehearsed }
  let done: Reply | undefined
  return {
    effect: async () => {
      done = await Promise.resolve(operation.serve(region, request)).catch(endedByClosing)
    },
    reply: () => done ?? rehearsed,
  }
}

/** Refusals that cost time or leave something behind: power that is busy or out of reach, a database conflict. */
function leavesResidue(refused: Reply): boolean {
  return refused.status === 503 || refused.kind === 'after-transaction'
}

function check(oauth: OAuthCheck, routed: Routed): { reply: Reply } | { operation: Operation; request: Request } {
  const { incoming, route: found, op, operation } = routed
  if (!('endpoint' in found)) return { reply: nowhere(found.nowhere, incoming.url.pathname) }
  const { endpoint, params } = found
  const { method, query, body } = incoming

  const verdict = oauth.check({ method, url: incoming.url.href, authorization: incoming.authorization })
  const anonymous = operation?.anonymous === true
  if (!verdict.user && !(anonymous && (verdict.absent || !operation.mutating))) {
    const other = verdict.absent && endpoint.anonymousHandler === true && endpoint.allow.includes(method)
    return { reply: other ? unrecognised(method, op) : verdict.reply }
  }
  if (!endpoint.allow.split(', ').includes(method)) return { reply: notAllowed(endpoint.allow) }
  if (!operation) return { reply: unrecognised(method, op) }
  if (body === 'malformed') return { reply: { ...refused(400, 'Bad Request'), contentType: 'text/plain' } }
  const format = one(query, 'format')
  if (format !== undefined && format !== 'json')
    return { reply: refused(400, `Invalid output format specified '${format}'.`) }
  const form = body.json && operation.acceptsJson !== true ? NO_FIELDS : body.fields
  return { operation, request: { user: verdict.user ?? NOBODY, query, form, params } }
}

function unrecognised(method: string, op: string | undefined): Reply {
  return refused(400, `Unrecognised signature: method=${method} op=${op ?? 'None'}`)
}

function nowhere(why: 'unknown endpoint' | 'old api' | 'outside', path: string): Reply {
  if (why === 'unknown endpoint') return unknownEndpoint(path)
  if (why === 'outside')
    return { ...refused(404, '<html><body><h1>404 - No Such Resource</h1></body></html>'), contentType: 'text/html' }
  return {
    ...refused(410, 'The 1.0 API is no longer available. Please use API version 2.0.'),
    contentType: 'text/plain',
  }
}

/** Faults in MAAS's own words. Texts of 5xx are assumed: whatever stands in front of a region makes them up. */
export function refusal(
  mode: 'wrong-status' | 'auth-failure' | 'session-limit' | 'licence-missing',
  status: number | undefined,
): Reply {
  if (mode === 'auth-failure') return authorizationError('Invalid API key.')
  if (status === 401) return credentialsAbsent()
  return refused(status ?? 500, FAULT_WORDS[status ?? 500] ?? 'An unexpected error occurred.')
}

const FAULT_WORDS: Readonly<Record<number, string>> = {
  502: 'Bad Gateway',
  503: 'The service is temporarily unavailable.',
  504: 'Gateway Time-out',
}
