import { HwError, toHwError, type ErrorContext, type ErrorKind } from '../errors.ts'

/** How an error looks on the wire: the fields of an HwError, in one place. */
export interface ErrorBody {
  readonly error: {
    readonly code: string
    readonly kind: ErrorKind
    readonly message: string
    readonly hint?: string
    readonly retryable: boolean
    readonly context: ErrorContext
  }
}

/** RFC 9110 statuses. 400 is kept for a request that cannot be read: 422 is one that can, and is wrong. */
const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  transient: 503,
  busy: 503,
  auth: 502,
  conflict: 409,
  invalid: 422,
  licence: 409,
  'lost-contact-after-effect': 502,
  'unknown-outcome': 502,
  timeout: 504,
  cancelled: 503,
  internal: 500,
}

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  'request.invalid': 400,
  'control.invalid-request': 400,
  'control.nobody': 400,
  'control.no-such-route': 404,
  'control.too-large': 413,
  'control.not-json': 415,
  'control.read-only': 409,
  'workflow.no-such-run': 404,
  'workflow.no-such-step': 404,
  'batch.no-such-batch': 404,
  'workflow.manager-closed': 503,
  'maas.no-such-machine': 404,
  'inventory.unknown-server': 404,
  'store.full': 507,
}

/** The answer to a request that could not be served. */
export function errorAnswer(thrown: unknown, redact: (text: string) => string): Response {
  const error = toHwError(thrown)
  const status = STATUS_OF_CODE[error.code] ?? STATUS_OF_KIND[error.kind]
  const { code, kind, message, hint, retryable, context } = error
  const body: ErrorBody = {
    error: { code, kind, message, ...(hint === undefined ? {} : { hint }), retryable, context },
  }
  const headers = new Headers({ 'content-type': 'application/json; charset=utf-8' })
  if (error.retryAfterMs !== undefined) headers.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)))
  return new Response(redact(JSON.stringify(body)), { status, headers })
}

/** A request with several wrong fields names them all. */
export function invalidRequest(problems: readonly string[]): HwError {
  return new HwError({
    code: 'control.invalid-request',
    kind: 'invalid',
    message: `The request cannot be served: ${problems.join('; ')}.`,
    hint: 'Correct the named fields and ask again; nothing was changed.',
    context: { problems },
  })
}
