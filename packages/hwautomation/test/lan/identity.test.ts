import { describe, expect, test } from 'vitest'
import { compareBmcIdentity, normaliseFingerprint } from '../../src/lan/identity.ts'

const pin = 'ab'.repeat(32)
const colons = pin.toUpperCase().match(/../g)?.join(':')

describe('a BMC after an address change', () => {
  test('is proved by its certificate, however the fingerprint is written', () => {
    const verdict = compareBmcIdentity({ certificateSha256: pin }, { certificateSha256: colons })
    expect(verdict).toMatchObject({ proved: true, by: [{ trait: 'certificate' }], against: [] })
  })

  test('is not proved by what is unknown on either side', () => {
    expect(compareBmcIdentity({}, {})).toEqual({ proved: false, by: [], against: [] })
    expect(compareBmcIdentity({ certificateSha256: pin }, { systemSerial: 'ABC' })).toEqual({
      proved: false,
      by: [],
      against: [],
    })
  })

  test.each([
    '',
    ' ',
    'Not Specified',
    'Unknown',
    'To be filled by O.E.M.',
    'Default string',
    '0123456789',
    '0',
    'xxxxxxxx',
    'N/A',
  ])('is not proved by the placeholder serial %j', (systemSerial) => {
    expect(compareBmcIdentity({ systemSerial }, { systemSerial })).toMatchObject({ proved: false, by: [], against: [] })
  })

  test.each([
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '03000200-0400-0500-0006-000700080009',
    'Not Settable',
    'garbage',
  ])('is not proved by the placeholder UUID %j', (systemUuid) => {
    expect(compareBmcIdentity({ systemUuid }, { systemUuid }).proved).toBe(false)
  })

  test('is refuted by one trait that differs, though others agree', () => {
    const before = {
      certificateSha256: pin,
      systemSerial: 'CZ1',
      serviceRootUuid: '11111111-2222-3333-4444-555555555556',
    }
    expect(compareBmcIdentity(before, { ...before, systemSerial: 'CZ2' })).toMatchObject({
      proved: false,
      by: [{ trait: 'certificate' }, { trait: 'service-root-uuid' }],
      against: [{ trait: 'system-serial', before: 'CZ1', after: 'CZ2' }],
    })
  })

  // Printed by ipmitool 1.8.19 for the raw bytes 33313934373134335830303030303031: as it guesses, and on request smbios, ipmi, dump.
  test.each([
    '34393133-3137-3334-5830-303030303031',
    '31303030-3030-3058-3334-313734393133',
    '33313934373134335830303030303031',
    '33313934-3731-3433-5830-303030303031',
  ])('is recognised by the GUID %s whatever byte order it was printed in', (guid) => {
    expect(compareBmcIdentity({ guid: '34393133-3137-3334-5830-303030303031' }, { guid }).proved).toBe(true)
    expect(compareBmcIdentity({ guid }, { guid: '34393133-3137-3334-5830-303030303031' }).proved).toBe(true)
  })

  test('is not recognised by a GUID that differs in one digit', () => {
    const verdict = compareBmcIdentity(
      { guid: '34393133-3137-3334-5830-303030303031' },
      { guid: '34393133-3137-3334-5830-303030303032' },
    )
    expect(verdict).toMatchObject({ proved: false, against: [{ trait: 'guid' }] })
  })

  test('is proved by the IPMI GUID that equals the SMBIOS UUID, while different traits that differ say nothing', () => {
    const guid = '34393133-3137-3334-5830-303030303031'
    expect(compareBmcIdentity({ guid }, { systemUuid: '33313934-3731-3433-5830-303030303031' })).toMatchObject({
      proved: true,
      by: [{ trait: 'guid', with: 'system-uuid' }],
    })
    expect(compareBmcIdentity({ guid }, { serviceRootUuid: '11111111-2222-3333-4444-555555555556' })).toEqual({
      proved: false,
      by: [],
      against: [],
    })
  })
})

test('a fingerprint is read with colons and a prefix, and nothing else is one', () => {
  expect(normaliseFingerprint(`SHA256:${colons}`)).toBe(pin)
  expect(normaliseFingerprint('ab'.repeat(20))).toBeUndefined()
  expect(normaliseFingerprint(undefined)).toBeUndefined()
})
