import { randomBytes } from 'node:crypto'
import type { SessionRules } from '../sessions.ts'
import { envelope, missing, success } from './message.ts'

/** `Managers/1 .Oem.Hpe.IdleConnectionTimeoutMinutes` as captured. */
export const IDLE_MINUTES = 30
/** Assumed: HPE publishes no number, only the message. */
const MOST_SESSIONS = 20
/** `AccountService.Oem.Hpe.AuthFailureDelayTimeSeconds` as captured. */
const FAILURE_DELAY_SECONDS = 10
const SESSIONS = '/redfish/v1/SessionService/Sessions/'

/** HPE iLO's session service (iLO RESTful API reference, "Managing sessions"). Status 401 of a wrong password is assumed. */
export const hpeSessionRules: SessionRules = {
  idleMs: IDLE_MINUTES * 60_000,
  most: MOST_SESSIONS,
  // `AuthFailuresBeforeDelay` as captured.
  failuresBeforeLock: 5,
  lockMs: FAILURE_DELAY_SECONDS * 1000,
  newId: (user) => `${user}${randomBytes(8).toString('hex')}`,
  newToken: () => randomBytes(16).toString('hex'),
  location: (id, host) => `https://${host}${SESSIONS}${id}/`,
  words: {
    locked: () => envelope(401, 'iLO.2.15.LoginAttemptDelayedSeconds', String(FAILURE_DELAY_SECONDS)),
    wrongPassword: () => envelope(401, 'iLO.2.15.UnauthorizedLoginAttempt'),
    missingProperty: (name) => envelope(400, 'Base.1.12.PropertyMissing', name),
    // Status 503 is assumed.
    full: () => envelope(503, 'Base.1.12.SessionLimitExceeded'),
    closed: success,
    noSuchSession: (id) => missing(`${SESSIONS}${id}/`),
  },

  collection: (ids, mine) => ({
    '@odata.context': '/redfish/v1/$metadata#SessionCollection.SessionCollection',
    '@odata.id': SESSIONS,
    '@odata.type': '#SessionCollection.SessionCollection',
    Name: 'Sessions',
    Description: 'Manager User Sessions',
    Members: ids.map((id) => ({ '@odata.id': `${SESSIONS}${id}/` })),
    'Members@odata.count': ids.length,
    ...(mine === undefined ? {} : { Oem: { Hpe: { Links: { MySession: { '@odata.id': `${SESSIONS}${mine}/` } } } } }),
  }),

  body(id, session, mine) {
    const at = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
    return {
      '@odata.context': '/redfish/v1/$metadata#Session.Session',
      '@odata.id': `${SESSIONS}${id}/`,
      '@odata.type': '#Session.v1_0_0.Session',
      Id: id,
      Name: 'User Session',
      Description: 'Manager User Session',
      UserName: session.user,
      Oem: {
        Hpe: {
          AccessTime: at(session.lastUsedAt),
          LoginTime: at(session.openedAt),
          MySession: mine,
          UserExpires: at(session.lastUsedAt + IDLE_MINUTES * 60_000),
          UserTag: 'REST',
          UserType: 'Local',
        },
      },
    }
  },
}
