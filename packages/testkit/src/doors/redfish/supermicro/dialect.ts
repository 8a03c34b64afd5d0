import type { RefusalMode } from '../../../call.ts'
import type { Dialect } from '../dialect.ts'
import type { RedfishReply } from '../reply.ts'
import { base, fault, licenceMissing, missing } from './message.ts'
import { resourcesOf } from './resources.ts'
import { supermicroSessionRules } from './sessions.ts'

/**
 * Supermicro X11 to X13. Letter case of a path counts. Assumed: the headers, and the answers 401, 403, 405, 415 and 400 of requests
 * that don't get as far as a resource.
 */
export const supermicroDialect: Dialect = {
  resourcesOf,
  sessions: supermicroSessionRules,
  samePath: (one, other) => one === other,
  headers: { 'Content-Type': 'application/json', 'OData-Version': '4.0', 'Cache-Control': 'no-cache' },
  words: {
    noCredentials: () => fault(401, base.accessDenied()),
    missing,
    methodNotAllowed: (allow) => ({
      status: 405,
      headers: { Allow: allow.join(', '), 'Content-Type': 'text/html' },
      body: '<html><head><title>405 - Method Not Allowed</title></head></html>\n',
    }),
    insufficientPrivilege: () => fault(403, base.insufficientPrivilege()),
    notJson: () => fault(415, base.malformedJson()),
    malformed: () => fault(400, base.malformedJson()),
    refusal,
  },
  garbage: '<html><head><title>ATEN International',
}

/** Statuses of what is no licence are assumed. */
function refusal(mode: RefusalMode, status: number | undefined): RedfishReply {
  switch (mode) {
    case 'auth-failure':
      return fault(status ?? 401, base.accessDenied())
    case 'session-limit':
      return fault(status ?? 503, base.sessionLimitExceeded())
    case 'licence-missing':
      return licenceMissing(status)
    default:
      return fault(status ?? 503, base.unavailable())
  }
}
