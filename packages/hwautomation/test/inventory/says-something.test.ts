import { describe, expect, it } from 'vitest'
import { oneLine, said, saidMac, saidNumber, saidSku, saidUuid } from '../../src/inventory/says-something.ts'

describe('a text as a fact', () => {
  it.each([
    'Not Specified',
    'To Be Filled By O.E.M.',
    'to be filled by o.e.m.',
    'Default string',
    '0123456789',
    '123456789012',
    '9876543210',
    '00000000',
    'XXXXXXXX',
    '....',
    '   ',
    'System Serial Number',
    'Chassis Version',
    'DIMM000_SN',
    'P1-DIMMA1_AssetTag',
    'NO DIMM',
    '<OUT OF SPEC>',
    'Unknown',
    '\u0000\u0001',
  ])('%j says nothing', (text) => expect(said(text)).toBeUndefined())

  it.each(['CZ20000001', '1.10', '3.4', 'A00', '.FLX0001.CNFCP0000000B1.', 'X11DPH-T', 'ProLiant', '10', 'B2'])(
    '%j is one',
    (text) => expect(said(text)).toBe(text),
  )

  it('is one printable line, cut between characters', () => {
    expect(said('ProLiant\u001B[31m \n DL360\u202E')).toBe('ProLiant [31m DL360')
    expect(said('\u{1F600}ab'.repeat(100))).toMatch(/^(\u{1F600}ab)+\u{1F600}?a?…$/u)
    expect(Array.from(said('ab'.repeat(5000)) ?? '')).toHaveLength(200)
    expect(said(42)).toBeUndefined()
  })

  it('what somebody chose is a value even where firmware would mean nothing by it', () => {
    expect(oneLine('default')).toBe('default')
    expect(said('default')).toBeUndefined()
  })

  it('numbers, MACs and UUIDs are what they look like, or nothing', () => {
    expect([
      saidNumber(3),
      saidNumber('64'),
      saidNumber(0),
      saidNumber(-1),
      saidNumber(1.5),
      saidNumber('1e3'),
    ]).toEqual([3, 64, undefined, undefined, undefined, undefined])
    expect(saidNumber(5, 4)).toBeUndefined()
    expect(saidMac('AA-BB-CC-00-11-22')).toBe('aa:bb:cc:00:11:22')
    expect([saidMac('00:00:00:00:00:00'), saidMac('aa:bb')]).toEqual([undefined, undefined])
    expect(saidUuid('969EBC00-FC71-11E9-8000-AC1F6BDC19C2')).toBe('969ebc00-fc71-11e9-8000-ac1f6bdc19c2')
    expect(saidUuid('03000200-0400-0500-0006-000700080009')).toBeUndefined()
    const skus = ['SKU=0A1B;ModelName=PowerEdge R640', 'SKU=NotProvided;ModelName=PowerEdge R640', 'P52498-B21']
    expect(skus.map(saidSku)).toEqual(['0A1B', undefined, 'P52498-B21'])
    expect(saidUuid('ffffffff-ffff-ffff-ffff-ffffffffffff')).toBeUndefined()
  })
})
