import { randomBytes } from 'node:crypto'
import type { SessionRules } from '../sessions.ts'
import { accessDenied, fault, missing, missingProperty } from './message.ts'
import { link } from './paths.ts'

export const SESSIONS = '/redfish/v1/SessionService/Sessions'

/**
 * Eight sessions of 1,800 s; three wrong passwords and the address is blocked for 60 s (captured `WebServer.1` and
 * `IPBlocking.1` of an iDRAC 6.10). The lab's clients are one address to it.
 */
export const dellSessionRules: SessionRules = {
  idleMs: 1_800_000,
  most: 8,
  failuresBeforeLock: 3,
  failureWindowMs: 60_000,
  lockMs: 60_000,
  newId: (_user, taken) => String(Math.max(0, ...[...taken.keys()].map(Number)) + 1),
  newToken: () => randomBytes(16).toString('hex'),
  location: (id) => `${SESSIONS}/${id}`,
  words: {
    locked: () => accessDenied(),
    wrongPassword: () => accessDenied(),
    missingProperty,
    full: () => fault(503, 'RAC0218', 'The maximum number of user sessions is reached.'),
    closed: () => ({ status: 200 }),
    noSuchSession: (id) => missing(`${SESSIONS}/${id}`),
  },
  collection: (ids) => ({
    '@odata.context': '/redfish/v1/$metadata#SessionCollection.SessionCollection',
    '@odata.id': SESSIONS,
    '@odata.type': '#SessionCollection.SessionCollection',
    Name: 'Session Collection',
    Members: ids.map((id) => ({ '@odata.id': `${SESSIONS}/${id}` })),
    'Members@odata.count': ids.length,
  }),
  body: (id, session) => ({
    '@odata.context': '/redfish/v1/$metadata#Session.Session',
    '@odata.id': `${SESSIONS}/${id}`,
    '@odata.type': '#Session.v1_5_0.Session',
    Id: id,
    Name: 'User Session',
    UserName: session.user,
  }),
}

export function sessionService(): unknown {
  return {
    '@odata.context': '/redfish/v1/$metadata#SessionService.SessionService',
    '@odata.id': '/redfish/v1/SessionService',
    '@odata.type': '#SessionService.v1_1_8.SessionService',
    Id: 'SessionService',
    Name: 'Session Service',
    ServiceEnabled: true,
    SessionTimeout: 1800,
    Sessions: link(SESSIONS),
  }
}
