import type { IncomingMessage } from 'node:http'
import type { RefusalMode } from '../../../call.ts'
import type { Dialect } from '../dialect.ts'
import type { RedfishReply } from '../reply.ts'
import { envelope, methodNotAllowed, missing } from './message.ts'
import { resourcesOf } from './resources.ts'
import { hpeSessionRules } from './sessions.ts'

/**
 * HPE iLO 6. Headers as HPE's reference shows them: always chunked, weak ETags, OData-Version. It answers both cases of a path.
 * Links lose their trailing slash when the request had none (iLO 5 since 1.40), except in the BIOS tree.
 */
export const hpeDialect: Dialect = {
  resourcesOf,
  sessions: hpeSessionRules,
  samePath: (one, other) => one.toLowerCase() === other.toLowerCase(),
  redirect: (pathname) =>
    pathname.startsWith('/rest/v1')
      ? { status: 308, headers: { Location: `/redfish${pathname.slice(5)}` } }
      : undefined,
  headers: {
    'Content-Type': 'application/json; charset=utf-8',
    'Transfer-Encoding': 'chunked',
    'OData-Version': '4.0',
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'sameorigin',
    'X-XSS-Protection': '1; mode=block',
    'X_HP-CHRP-Service-Version': '1.0.3',
  },
  shape: (body, pathname) => (pathname.endsWith('/') ? body : withoutTrailingSlashes(body)),
  words: {
    noCredentials: () => envelope(401, 'Base.1.12.NoValidSession'),
    missing,
    methodNotAllowed,
    // Assumed: DMTF's Base registry has the id, no answer of an iLO was found.
    insufficientPrivilege: () => envelope(403, 'Base.1.12.InsufficientPrivilege'),
    // Assumed: 415 is HTTP's own; that iLO says UnsupportedMediaType with it was not seen.
    notJson: () => envelope(415, 'iLO.2.15.UnsupportedMediaType'),
    malformed: () => envelope(400, 'Base.1.12.MalformedJSON'),
    refusal,
  },
  garbage: '<html><head><title>iLO',
}

/** Ids from HPE's registries; the statuses 503 and 403 are assumed. */
function refusal(mode: RefusalMode, status: number | undefined, request: IncomingMessage): RedfishReply {
  switch (mode) {
    case 'auth-failure': {
      const loggingIn = request.method === 'POST' && /\/sessions\/?$/i.test(request.url ?? '')
      return envelope(status ?? 401, loggingIn ? 'iLO.2.15.UnauthorizedLoginAttempt' : 'Base.1.12.NoValidSession')
    }
    case 'session-limit':
      return envelope(status ?? 503, 'Base.1.12.SessionLimitExceeded')
    case 'licence-missing':
      return envelope(status ?? 403, 'iLO.2.15.LicenseKeyRequired')
    default:
      return envelope(status ?? 503, 'iLO.2.15.ResourceNotReadyRetry', '30')
  }
}

function withoutTrailingSlashes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTrailingSlashes)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isLink =
        (key === '@odata.id' || key === 'target') &&
        typeof item === 'string' &&
        !item.startsWith('/redfish/v1/systems/1/bios')
      return [key, isLink ? item.replace(/\/$/, '') : withoutTrailingSlashes(item)]
    }),
  )
}
