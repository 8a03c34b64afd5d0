import { randomBytes } from 'node:crypto'
import type { SessionRules } from '../sessions.ts'
import { base, fault, missing, success } from './message.ts'

const SESSIONS = '/redfish/v1/SessionService/Sessions'
/** `SessionTimeout` as captured on an X10. */
export const IDLE_SECONDS = 300

/**
 * Sixteen sessions; five wrong passwords lock everybody out for 30 s (Supermicro Redfish reference guide; captured X10 tree).
 * Assumed: the statuses 401 of a wrong password and of a lock-out, 503 when all sessions are taken, and numbers as ids.
 */
export const supermicroSessionRules: SessionRules = {
  idleMs: IDLE_SECONDS * 1000,
  most: 16,
  failuresBeforeLock: 5,
  lockMs: 30_000,
  newId(_user, taken) {
    let id = 1
    while (taken.has(String(id))) id += 1
    return String(id)
  },
  // 32 lower-case letters and digits.
  newToken: () => Array.from(randomBytes(32), (byte) => 'abcdefghijklmnopqrstuvwxyz0123456789'[byte % 36]).join(''),
  location: (id) => `${SESSIONS}/${id}`,
  words: {
    locked: () => fault(401, base.accessDenied()),
    wrongPassword: () => fault(401, base.accessDenied()),
    missingProperty: (name) => fault(400, base.propertyMissing(name)),
    full: () => fault(503, base.sessionLimitExceeded()),
    closed: success,
    noSuchSession: missing,
  },
  collection: (ids) => ({
    '@odata.type': '#SessionCollection.SessionCollection',
    '@odata.id': SESSIONS,
    Name: 'Session Collection',
    Members: ids.map((id) => ({ '@odata.id': `${SESSIONS}/${id}` })),
    'Members@odata.count': ids.length,
  }),
  body: (id, session) => ({
    '@odata.type': '#Session.v1_3_0.Session',
    '@odata.id': `${SESSIONS}/${id}`,
    Id: id,
    Name: 'User Session',
    Description: 'Manager User Session',
    UserName: session.user,
  }),
}
