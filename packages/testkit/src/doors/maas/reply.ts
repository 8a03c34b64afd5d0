/**
 * An answer of the region controller, before it is put on the wire.
 *
 * `kind` decides the headers around it (MAAS 3.3 recorded):
 * - `ordinary`: `X-MAAS-API-Hash`, `Vary: Authorization, Cookie`
 * - `public`: the same with `Vary: Authorization` (version/)
 * - `raised`: an error raised as an exception: no hash, `Vary: Cookie`
 * - `after-transaction`: raised when the transaction is over: chunked, and nothing but Content-Type and Retry-After
 */
export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly body: string | Buffer
  readonly kind: 'ordinary' | 'public' | 'raised' | 'after-transaction'
  readonly headers?: Readonly<Record<string, string>>
}

/** Messages of a form error, by field; `__all__` is the form itself. */
export type FormErrors = Readonly<Record<string, readonly string[]>>

const PLAIN = 'text/plain; charset=utf-8'

/** 200 with a JSON body. */
export function json(value: unknown, status = 200): Reply {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value), kind: 'ordinary' }
}

/** 204: empty, `text/plain`. */
export function deleted(): Reply {
  return { status: 204, contentType: 'text/plain', body: '', kind: 'ordinary' }
}

/** 404 of an object: `No Machine matches the given query.` */
export function notFound(what: 'Machine' | 'Node' | 'Tag' | 'ScriptSet' | 'User' | 'SSHKey'): Reply {
  return { status: 404, contentType: 'text/plain', body: `No ${what} matches the given query.`, kind: 'ordinary' }
}

/** 404 of a path that is no endpoint, a missing trailing slash included. */
export function unknownEndpoint(path: string): Reply {
  return { status: 404, contentType: 'text/plain', body: `Unknown API endpoint: ${path}.`, kind: 'raised' }
}

/** An error raised with a plain sentence as body. */
export function refused(status: number, sentence: string): Reply {
  return { status, contentType: PLAIN, body: sentence, kind: 'raised' }
}

/** 403; mostly with an empty body. */
export function forbidden(sentence = ''): Reply {
  return refused(403, sentence)
}

/** 400 with the form's messages. */
export function formErrors(errors: FormErrors): Reply {
  return { ...json(errors, 400), kind: 'raised' }
}

/** 405: empty `text/html` with the methods that exist. */
export function notAllowed(allow: string): Reply {
  return { status: 405, contentType: 'text/html', body: '', kind: 'ordinary', headers: { Allow: allow } }
}

/** 503 while another power action runs on the node; chunked, without Retry-After. */
export function powerBusy(hostname: string, action: 'on' | 'off' | 'cycle'): Reply {
  const sentence = `Unable to change power state to '${action}' for node ${hostname}: another action is already in progress for that node.`
  return { status: 503, contentType: 'text/plain', body: sentence, kind: 'after-transaction' }
}

/** 409 of a database conflict: a small HTML page, the only answer that carries Retry-After. */
export function databaseConflict(): Reply {
  const sentence = 'Conflict error. Try your request again, as it will most likely succeed.'
  const body = `<html><head><title>Error: Conflict Error</title></head><body><h1>Conflict Error</h1><p>${sentence}</p></body></html>`
  return { status: 409, contentType: 'text/html', body, kind: 'after-transaction', headers: { 'Retry-After': '5' } }
}

/** 401 of a failed OAuth check: `text/html`, although it is one plain line. */
export function authorizationError(reason: string): Reply {
  return {
    status: 401,
    contentType: 'text/html',
    body: `Authorization Error: ${reason}`,
    kind: 'raised',
    headers: { 'WWW-Authenticate': 'OAuth realm="OAuth"' },
  }
}

/** 401 of absent credentials. */
export function credentialsAbsent(): Reply {
  return { status: 401, contentType: 'text/plain', body: 'Forbidden', kind: 'raised' }
}
