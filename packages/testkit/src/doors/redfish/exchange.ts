import type { IncomingMessage } from 'node:http'
import type { Answer, Call } from '../../call.ts'
import type { LabClock } from '../../clock.ts'
import type { Machine } from '../../world/machine.ts'
import { dialectOf } from './dialects.ts'
import type { RedfishReply } from './reply.ts'
import { allowedMethods, findResource, methodOf, type Resource } from './resource.ts'
import type { Sessions } from './sessions.ts'

/** Name and detail for the log: the path in the lab's spelling, ids replaced, values left out. */
export function callOf(machine: Machine, resources: readonly Resource[], request: IncomingMessage): Call {
  const { pathname, search } = urlOf(request)
  const found = findResource(resources, pathname, dialectOf(machine).samePath)
  const method = request.method ?? ''
  return {
    door: 'redfish',
    server: machine.hostname,
    call: `redfish ${method} ${found?.resource.path.replace(registryFile, '$1{registry}') ?? '(unknown resource)'}`,
    mutating: !['GET', 'HEAD', 'OPTIONS'].includes(method),
    detail: `${pathname}${search}`,
  }
}

const registryFile = /(\/(?:Registries|registries\/en)\/)[^/]+$/

/**
 * What a BMC makes of a request: pointed away, 401, 404, 405, what the resource itself is kept by, 403, 4xx for a bad body, then the resource.
 * The order of these checks is assumed.
 */
export function answerTo(asked: {
  machine: Machine
  clock: LabClock
  sessions: Sessions
  resources: readonly Resource[]
  request: IncomingMessage
  text: string
}): Answer<RedfishReply> {
  const { machine, clock, sessions, request, text } = asked
  const { pathname } = urlOf(request)
  const method = methodOf(request.method)
  const dialect = dialectOf(machine)
  const { words } = dialect
  const elsewhere = dialect.redirect?.(pathname)
  if (elsewhere !== undefined) return only(elsewhere)

  const found = findResource(asked.resources, pathname, dialect.samePath)
  const open = method !== undefined && found?.resource.open?.includes(method) === true
  const identity = open
    ? undefined
    : sessions.identify({
        token: single(request.headers['x-auth-token']),
        authorization: request.headers.authorization,
      })
  if (identity !== undefined && 'status' in identity) return only(identity)
  if (!open && identity === undefined) return only(words.noCredentials())

  if (found === undefined) return only(words.missing(pathname))
  const { resource, id } = found
  const allow = allowedMethods(resource)
  if (method === undefined || !allow.includes(method)) return only(words.methodNotAllowed(allow))
  const common = {
    machine,
    clock,
    sessions,
    caller: identity,
    id,
    host: request.headers.host ?? '',
    ifMatch: request.headers['if-match'],
  }

  const closed = resource.gate?.({ ...common, body: {} })
  if (closed !== undefined) return only(closed)

  if (method === 'GET') {
    const body = resource.GET?.({ ...common, body: {} })
    if (body === undefined) return only(words.missing(pathname))
    if (resource.compressed !== true) return only({ status: 200, headers: { Allow: allow.join(', ') }, body })
    // As ProLiant Gen10 Plus does with the registries it keeps compressed (sushy).
    if (/^\s*identity\s*$/i.test(single(request.headers['accept-encoding']) ?? '')) return only({ status: 406 })
    return only({ status: 200, headers: { 'Content-Encoding': 'gzip' }, body })
  }
  if (identity?.user.privilege === 'ReadOnly') return only(words.insufficientPrivilege())
  if (method === 'DELETE') return resource.DELETE?.({ ...common, body: {} }) ?? only(words.methodNotAllowed(allow))

  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return only(words.notJson())
  const body = parse(text)
  if (body === undefined) return only(words.malformed(text))
  return resource[method]?.({ ...common, body }) ?? only(words.methodNotAllowed(allow))
}

function only(reply: RedfishReply): Answer<RedfishReply> {
  return { reply: () => reply }
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'https://bmc')
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

/** An object, or undefined for anything else. */
function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
