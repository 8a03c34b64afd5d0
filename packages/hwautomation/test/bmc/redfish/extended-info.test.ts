import { describe, expect, test } from 'vitest'
import { extendedMessages, messageKey, mostSevere } from '../../../src/bmc/redfish/extended-info.ts'
import { replyError } from '../../../src/bmc/redfish/reply-error.ts'
import type { RedfishReply } from '../../../src/bmc/redfish/transport.ts'

function reply(status: number, body: unknown, headers: RedfishReply['headers'] = {}): RedfishReply {
  return {
    host: '10.0.0.9',
    method: 'POST',
    path: '/x',
    status,
    headers,
    body,
    text: '',
    messages: extendedMessages(body),
  }
}
const info = (...entries: object[]): object => ({ error: { '@Message.ExtendedInfo': entries } })

describe('extended info', () => {
  test.each([
    ['iLO.2.15.NoValidSession', 'NoValidSession'],
    ['IDRAC.2.8.SYS403', 'SYS403'],
    ['Base.v1_10_3.Success', 'Success'],
    ['RED001', 'RED001'],
  ])('of %s has the key %s', (id, key) => {
    expect(messageKey(id)).toBe(key)
  })

  test('is found in the error, at the root, below Success and Accepted, as an array or one object', () => {
    const entry = { MessageId: 'Base.1.12.X', Message: 'text' }
    for (const body of [
      info(entry),
      { '@Message.ExtendedInfo': [entry] },
      { Success: { '@Message.ExtendedInfo': [entry] } },
      { Accepted: { '@Message.ExtendedInfo': entry } },
      { error: { '@Message.ExtendedInfo': entry } },
    ])
      expect(extendedMessages(body)).toMatchObject([{ key: 'X', text: 'text' }])
    for (const body of [
      undefined,
      null,
      'text',
      [],
      {},
      { error: 'x' },
      { Messages: [{ MessageId: '', Message: '' }] },
    ])
      expect(extendedMessages(body)).toEqual([])
  })

  test('without a text gets a built-in one with its arguments', () => {
    expect(
      extendedMessages(info({ MessageId: 'iLO.2.15.LoginAttemptDelayedSeconds', MessageArgs: ['10'] }))[0]?.text,
    ).toBe('Logins are delayed for 10 seconds after failed attempts')
    expect(extendedMessages(info({ MessageId: 'iLO.2.15.NeverHeardOf' }))[0]?.text).toBe('iLO.2.15.NeverHeardOf')
  })

  test('shows the most severe message, and a useless one only for want of another', () => {
    const useless = { MessageId: 'Base.1.12.GeneralError', Message: 'See ExtendedInfo', Severity: 'Critical' }
    expect(
      mostSevere(
        extendedMessages(
          info(
            useless,
            { MessageId: 'IDRAC.2.8.SYS1', Severity: 'Critical' },
            { MessageId: 'IDRAC.2.8.SYS2', MessageSeverity: 'Warning' },
          ),
        ),
      )?.key,
    ).toBe('SYS1')
    expect(mostSevere(extendedMessages(info(useless)))?.key).toBe('GeneralError')
  })
})

describe('an answer', () => {
  test.each([
    [200, info({ MessageId: 'iLO.2.15.SystemResetRequired' })],
    [200, info({ MessageId: 'Base.1.12.Success' })],
    [201, info({ MessageID: 'Base.0.10.Created' })],
    [
      202,
      {
        Accepted: {
          '@Message.ExtendedInfo': [{ MessageId: 'SMC.1.0.OemSimpleupdateAcceptedMessage', Severity: 'Ok' }],
        },
      },
    ],
    [204, undefined],
  ])('%i %o is no failure', (status, body) => {
    expect(replyError(reply(status, body))).toBeUndefined()
  })

  test.each([
    [200, info({ MessageId: 'Base.1.12.InternalError', Severity: 'Critical' }), 'bmc.refused', 'invalid'],
    [200, info({ MessageId: 'iLO.2.15.UnableToModifyDuringSystemPOST' }), 'bmc.busy', 'busy'],
    [400, info({ MessageId: 'iLO.2.15.UnableToModifyDuringSystemPOST' }), 'bmc.busy', 'busy'],
    [401, undefined, 'bmc.session-lost', 'transient'],
    [403, info({ MessageId: 'SMC.1.0.OemLicenseNotPassed' }), 'bmc.licence', 'licence'],
    [403, info({ MessageId: 'Base.1.12.InsufficientPrivilege' }), 'bmc.privilege', 'auth'],
    [405, undefined, 'bmc.refused', 'invalid'],
    [429, undefined, 'bmc.busy', 'busy'],
    [500, undefined, 'bmc.server-error', 'transient'],
    [502, undefined, 'bmc.server-error', 'transient'],
  ])('%i %o is %s', (status, body, code, kind) => {
    expect(replyError(reply(status, body))).toMatchObject({ code, kind })
  })

  test('says how long to wait', () => {
    expect(replyError(reply(503, undefined, { 'retry-after': '30' }))?.retryAfterMs).toBe(30_000)
    expect(replyError(reply(503, undefined))?.retryAfterMs).toBeUndefined()
  })
})
