import { describe, expect, it } from 'vitest'
import { known, knownUuid, parseIdentity, sameSerial, sameUuid } from '../../src/ssh/identity.ts'

const BOOT = 'f8daedbe-db9c-468f-916b-5c7c22c5585c'
const answerOf = (fields: Record<string, string>) =>
  Object.entries({
    vendor: '',
    product: '',
    board: '',
    serial: '',
    uuid: '',
    architecture: 'aarch64',
    boot: BOOT,
    ...fields,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

describe('who a host says it is', () => {
  it('is read from the answer, blanks removed', () => {
    const text = answerOf({
      vendor: 'HPE',
      product: 'ProLiant RL300 Gen11 ',
      serial: 'CZ2D1X0GQ7',
      uuid: '35383350-3030-5A43-3244-315830475137',
    })
    expect(parseIdentity(text)).toEqual({
      vendor: 'HPE',
      product: 'ProLiant RL300 Gen11',
      board: undefined,
      serial: 'CZ2D1X0GQ7',
      uuid: '35383350-3030-5a43-3244-315830475137',
      architecture: 'aarch64',
      bootId: BOOT,
    })
  })

  it('is not misread where dmidecode prints comments before a value', () => {
    const comment =
      '# SMBIOS implementations newer than version 3.5.0 are not\n# fully supported by this version of dmidecode.\n'
    expect(parseIdentity(answerOf({ serial: `${comment}CZ2D1X0GQ7` }))?.serial).toBe('CZ2D1X0GQ7')
  })

  it('is nothing without a boot id or an architecture', () => {
    expect(parseIdentity(answerOf({ boot: '' }))).toBeUndefined()
    expect(parseIdentity(answerOf({ architecture: '' }))).toBeUndefined()
    expect(parseIdentity('Permission denied')).toBeUndefined()
  })

  it('is unknown where the maker left a placeholder', () => {
    const left = [
      'Not Specified',
      'To be filled by O.E.M.',
      'To Be Filled By O.E.M.',
      'Default string',
      '0123456789',
      '123456789',
      'System Serial Number',
      '',
      '  ',
      '...',
      '0000000000',
      'XXXXXXXX',
      'Unknown',
      'None',
      'N/A',
    ]
    expect(left.filter((value) => known(value) !== undefined)).toEqual([])
    expect(['CZ2D1X0GQ7', 'S123456X'].map(known)).toEqual(['CZ2D1X0GQ7', 'S123456X'])
  })

  it('has no UUID where the firmware has none, or one that thousands share', () => {
    const none = [
      'Not Settable',
      'Not Present',
      '00000000-0000-0000-0000-000000000000',
      'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      '03000200-0400-0500-0006-000700080009',
      'no-uuid',
    ]
    expect(none.filter((value) => knownUuid(value) !== undefined)).toEqual([])
  })
})

describe('comparing identities', () => {
  it('knows a UUID in either byte order of its first three groups', () => {
    const uuid = '30353837-3133-4d32-3239-303130314a41'
    expect(sameUuid(uuid, uuid.toUpperCase())).toBe(true)
    expect(sameUuid(uuid, '37383530-3331-324d-3239-303130314a41')).toBe(true)
    expect(sameUuid(uuid, '37383530-3331-324d-3239-303130314a42')).toBe(false)
  })

  it('takes an unknown value for no proof, even when both sides have the same', () => {
    expect(sameSerial('Not Specified', 'Not Specified')).toBe(false)
    expect(sameSerial(undefined, undefined)).toBe(false)
    expect(sameUuid('03000200-0400-0500-0006-000700080009', '03000200-0400-0500-0006-000700080009')).toBe(false)
    expect(sameSerial('CZ2D1X0GQ7', ' cz2d1x0gq7\n')).toBe(true)
    expect(sameSerial('CZ2D1X0GQ7', 'CZ2D1X0GQ8')).toBe(false)
  })
})
