import type { RefusalMode } from '../../../call.ts'
import type { Dialect } from '../dialect.ts'
import type { RedfishReply } from '../reply.ts'
import { accessDenied, baseFault, fault, missing, unsupportedMediaType } from './message.ts'
import { resourcesOf } from './resources.ts'
import { dellSessionRules } from './sessions.ts'

/** Dell iDRAC9. Headers as recorded (iDRAC-Redfish-Scripting#249). Assumed: statuses and words of the fault modes. */
export const dellDialect: Dialect = {
  resourcesOf,
  sessions: dellSessionRules,
  samePath: (one, other) => one === other,
  headers: {
    'Content-Type': 'application/json;odata.metadata=minimal;charset=utf-8',
    'OData-Version': '4.0',
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': 'no-cache',
    Server: 'Apache',
    'Strict-Transport-Security': 'max-age=63072000; includeSubDomains; preload',
    'X-Frame-Options': 'DENY',
  },
  words: {
    noCredentials: () => accessDenied(),
    missing,
    methodNotAllowed: (allow) => ({
      ...fault(405, 'SYS402', 'Unable to complete the operation because the HTTP method is not supported.'),
      headers: { Allow: allow.join(', ') },
    }),
    insufficientPrivilege: () =>
      baseFault(
        403,
        'InsufficientPrivilege',
        'There are insufficient privileges for the account or credentials associated with the current session to perform the requested operation.',
      ),
    notJson: unsupportedMediaType,
    malformed: () =>
      fault(400, 'SYS405', 'Unable to complete the operation because the JSON data format entered is invalid.'),
    refusal,
  },
  garbage: '<html><head><title>iDRAC',
}

function refusal(mode: RefusalMode, status: number | undefined): RedfishReply {
  switch (mode) {
    case 'auth-failure':
      return accessDenied(status)
    case 'session-limit':
      return fault(status ?? 503, 'RAC0218', 'The maximum number of user sessions is reached.')
    case 'licence-missing':
      return fault(status ?? 403, 'LIC501', 'A required license is missing or expired.')
    default:
      return fault(
        status ?? 503,
        'SYS518',
        'iDRAC is currently unable to display any information because data sources are unavailable.',
      )
  }
}
