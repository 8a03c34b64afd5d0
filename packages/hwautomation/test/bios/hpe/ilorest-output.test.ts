import { describe, expect, it } from 'vitest'
import {
  configurationOfResource,
  parseBiosResource,
  parseBootOrder,
  pendingSettings,
} from '../../../src/bios/hpe/bios-resource.ts'
import { parseIlorestJson } from '../../../src/bios/hpe/ilorest-output.ts'
import { parseBiosRegistry } from '../../../src/bios/hpe/registry.ts'
import { ilorestError, ilorestReturnCodes } from '../../../src/bios/hpe/return-codes.ts'
import { biosVerdict } from '../../../src/bios/hpe/verdict.ts'
import { planBiosChange } from '../../../src/bios/resolve.ts'
import { template } from '../boards.ts'

const banner = `iLOrest : RESTful Interface Tool version 3.6.0.0
Copyright (c) 2014-2022 Hewlett Packard Enterprise Development LP
${'-'.repeat(80)}
`

describe('the JSON in the output of iLOrest', () => {
  it.each([
    ['bare', '{"A": 1}'],
    ['behind the banner', `${banner}{\n  "A": 1\n}\n`],
    ['behind progress dots', '....{"A": 1}'],
    ['behind discovery', 'Discovering data............................Done\n{"A": 1}'],
    ['behind discovery on one line', 'Discovering data...Done{"A": 1}'],
    ['behind a status line', '[200] The operation completed successfully.\n{"A": 1}'],
    ['in front of the line of -v', '{"A": 1}\nILOREST return code: 0\n'],
    ['with Windows line ends', `${banner.replaceAll('\n', '\r\n')}{"A": 1}\r\n`],
  ])('is found %s', (_, output) => {
    expect(parseIlorestJson(output)).toEqual({ A: 1 })
  })

  it('may be a list, which a tool that sees two BIOS resources prints', () => {
    expect(parseIlorestJson('....[{"A": 1}, {"A": 2}]')).toEqual([{ A: 1 }, { A: 2 }])
  })

  it.each([
    ['nothing', ''],
    ['only a banner', banner],
    ['only a status', '[200] The operation completed successfully.'],
    ['a message', 'Error: No get contents found for selected type.'],
    ['JSON cut off', `${banner}{"Attributes": {"A": "B`],
    ['a number', '5'],
    ['many brackets', '[\n{\n'.repeat(50_000)],
    ['many brackets on one line', '{['.repeat(100_000)],
    ['a very long line of dots', '.'.repeat(200_000)],
  ])('is missed in %s, with the end of what was printed', (_, output) => {
    expect(() => parseIlorestJson(output)).toThrow(
      expect.objectContaining({ code: 'bios.tool-output', retryable: true }),
    )
  })
})

const current = JSON.stringify({
  '@Redfish.Settings': {
    Messages: [
      { MessageId: 'Base.1.0.Success' },
      { MessageId: 'Base.1.0.PropertyUnknown', MessageArgs: ['Dhcpv8'], RelatedProperties: ['#/Dhcpv8'] },
    ],
    SettingsObject: { '@odata.id': '/redfish/v1/systems/1/bios/settings/' },
    Time: '2023-01-23T14:05:50+00:00',
  },
  '@odata.type': '#Bios.v1_0_4.Bios',
  '@odata.id': '/redfish/v1/systems/1/bios/',
  AttributeRegistry: 'BiosAttributeRegistryR11.v1_1_60',
  Attributes: { Sriov: 'Enabled', Retries: 20 },
  Oem: { Hpe: { SettingsObject: { UnmodifiedETag: 'W/"AA"' } } },
})
const settings = (etag: string, sriov: string) =>
  JSON.stringify({ '@odata.etag': etag, Attributes: { Sriov: sriov, Retries: 20 } })

describe('a BIOS resource', () => {
  it('is read with its registry, verdict and settings resource', () => {
    const resource = parseBiosResource(current)
    expect(resource).toMatchObject({
      registryId: 'BiosAttributeRegistryR11.v1_1_60',
      settingsPath: '/redfish/v1/systems/1/bios/settings/',
      unmodifiedEtag: 'W/"AA"',
      appliedAt: '2023-01-23T14:05:50+00:00',
      attributes: { Sriov: 'Enabled', Retries: 20 },
    })
    expect(configurationOfResource(resource, { product: 'X' }, ['NIC.1'])).toMatchObject({
      vendor: 'hpe',
      board: { product: 'X' },
      bootOrder: ['NIC.1'],
    })
  })

  it.each([
    ['W/"AA"', 'Enabled', false, []],
    ['W/"BB"', 'Enabled', true, []],
    ['W/"BB"', 'Disabled', true, [{ name: 'Sriov', current: 'Enabled', staged: 'Disabled' }]],
  ])('with settings %s and Sriov %s: touched is %s', (etag, sriov, touched, pending) => {
    expect(pendingSettings(parseBiosResource(current), parseBiosResource(settings(etag, sriov)))).toEqual({
      touched,
      pending,
    })
  })

  it('is not taken for one without attributes, as iLO answers while the BIOS starts', () => {
    expect(() => parseBiosResource('{"error": {}}')).toThrow(expect.objectContaining({ code: 'bios.tool-output' }))
  })

  it('the boot order is the persistent one', () => {
    expect(parseBootOrder('{"PersistentBootConfigOrder": ["NIC.Slot.1.1.IPv4", "HD.1"]}')).toEqual([
      'NIC.Slot.1.1.IPv4',
      'HD.1',
    ])
    expect(parseBootOrder('{}')).toEqual([])
  })
})

describe('the verdict of POST', () => {
  const message = (id: string, args: string[] = [], related: string[] = []) => ({ id, args, related })
  it.each([
    ['nothing', [], { verdict: 'none' }],
    ['one success', [message('Base.1.0.Success')], { verdict: 'ok' }],
    [
      'an unknown attribute behind the success',
      [message('Base.1.0.Success'), message('Base.1.0.PropertyUnknown', ['Dhcpv8'], ['#/Dhcpv8'])],
      {
        verdict: 'rejected',
        problems: [{ attribute: 'Dhcpv8', key: 'PropertyUnknown', message: 'Dhcpv8: the board has no such attribute' }],
      },
    ],
    [
      'a wrong value, without a pointer',
      [message('Base.1.18.PropertyValueNotInList', ['Maybe', 'Sriov'])],
      { verdict: 'rejected', problems: [{ attribute: 'Sriov', value: 'Maybe', key: 'PropertyValueNotInList' }] },
    ],
    [
      'a pointer through Attributes',
      [message('Base.v1_0.PropertyNotWritable', [], ['#/Attributes/SerialNumber'])],
      { verdict: 'rejected', problems: [{ attribute: 'SerialNumber' }] },
    ],
    [
      'something never seen',
      [message('iLO.2.15.BiosActionTBD', ['x\u001b[2J'])],
      { verdict: 'rejected', problems: [{ message: 'x\\u{1b}[2J: iLO says iLO.2.15.BiosActionTBD (x\\u{1b}[2J)' }] },
    ],
    ['a reset still to come', [message('iLO.2.15.SystemResetRequired')], { verdict: 'ok' }],
  ])('%s', (_, messages, verdict) => {
    expect(biosVerdict(messages)).toMatchObject(verdict)
  })

  it('is read from the resource', () => {
    expect(biosVerdict(parseBiosResource(current).messages)).toMatchObject({
      verdict: 'rejected',
      problems: [{ attribute: 'Dhcpv8' }],
    })
  })
})

describe('a BIOS attribute registry', () => {
  const registry = parseBiosRegistry(
    JSON.stringify({
      Id: 'BiosAttributeRegistryR11.v1_1_60',
      RegistryEntries: {
        Attributes: [
          {
            AttributeName: 'Sriov',
            Type: 'Enumeration',
            ReadOnly: false,
            GrayOut: false,
            Value: [{ ValueName: 'Enabled' }, { ValueName: 'Disabled' }],
          },
          {
            AttributeName: 'AdminName',
            Type: 'String',
            MinLength: 0,
            MaxLength: 28,
            DefaultValue: '',
            ValueExpression: '^(a+)+$',
          },
          { AttributeName: 'Retries', Type: 'Integer', LowerBound: 0, UpperBound: 20, ScalarIncrement: 5 },
          { AttributeName: 'Odd', Type: 'Blob' },
          { Type: 'String' },
          { AttributeName: '__proto__', Type: 'String' },
          null,
        ],
        Dependencies: [
          {
            DependencyFor: 'Sriov',
            Type: 'Map',
            Dependency: {
              MapFrom: [
                {
                  MapFromAttribute: 'Retries',
                  MapFromProperty: 'CurrentValue',
                  MapFromCondition: 'EQU',
                  MapFromValue: 0,
                },
              ],
              MapToAttribute: 'Sriov',
              MapToProperty: 'GrayOut',
              MapToValue: true,
            },
          },
          { DependencyFor: 'Sriov', Type: 'Warn', Dependency: {} },
          {
            DependencyFor: 'Sriov',
            Type: 'Map',
            Dependency: { MapFrom: [{}], MapToProperty: 'GrayOut', MapToValue: true },
          },
        ],
      },
    }),
  )

  it('is read with bounds, values and dependencies; what cannot be understood is left out', () => {
    expect(Object.keys(registry.attributes)).toEqual(['Sriov', 'AdminName', 'Retries', '__proto__'])
    expect(registry.attributes['Retries']).toEqual({
      name: 'Retries',
      type: 'Integer',
      lower: 0,
      upper: 20,
      step: 5,
      readOnly: false,
      grayOut: false,
    })
    expect(registry.dependencies).toHaveLength(1)
    expect(registry.id).toBe('BiosAttributeRegistryR11.v1_1_60')
  })

  it('decides what a plan may do', () => {
    const { attributes, resource, ...rest } = configurationOfResource(parseBiosResource(current), {})
    const board = { ...rest, resource, attributes: { ...attributes, AdminName: '' } }
    const plan = (native: Record<string, string | number>) =>
      planBiosChange({ current: board, registry, template: template({ native }) })
    expect(plan({ Retries: 12 }).problems).toMatchObject([{ code: 'out-of-range' }])
    expect(plan({ Retries: 0, Sriov: 'Disabled' }).problems).toMatchObject([{ code: 'grayed-out', name: 'Sriov' }])
    expect(plan({ AdminName: 'a'.repeat(28) }).problems).toEqual([])
  })

  it('is refused when there is none', () => {
    expect(() => parseBiosRegistry('{"Attributes": {}}')).toThrow(expect.objectContaining({ code: 'bios.tool-output' }))
  })
})

describe('a return code', () => {
  it.each([0, 8, 22, 40])('%i is no failure, and no proof either', (code) => {
    expect(ilorestError({ verb: 'load', code, stdout: '', stderr: '' })).toBeUndefined()
  })

  it.each([
    [32, 'auth', false],
    [75, 'auth', false],
    [31, 'transient', true],
    [85, 'busy', true],
    [100, 'busy', true],
    [59, 'licence', false],
    [61, 'conflict', false],
    [35, 'invalid', false],
    [41, 'unknown-outcome', false],
    [3, 'internal', false],
    [253, 'transient', true],
  ])('%i is an error of kind %s', (code, kind, retryable) => {
    const error = ilorestError({ verb: 'load', code, stdout: '', stderr: '' })
    expect(error).toMatchObject({ code: 'bios.tool-failed', kind, retryable, context: { exitCode: code } })
    expect(error?.hint).not.toBe('')
  })

  it.each([
    ['Error: Could not authenticate. Invalid credentials.\n', '', '(Could not authenticate. Invalid credentials.)'],
    ["ERROR\t: Nothing changed for attribute 'x'.\nPlease check\n", '', "(Nothing changed for attribute 'x'.)"],
    [
      '',
      'Authenticating to iLO...\nInvalid credentials. Unable to authenticate to iLO. \niLOrest return code: 32\n',
      '(Invalid credentials. Unable to authenticate to iLO.)',
    ],
    ['\u001b[31mError\n', '', '(\\u{1b}[31mError)'],
    ['', '', 'wrong'],
  ])('carries the last words of the tool: %j %j', (stderr, stdout, words) => {
    const message = ilorestError({ verb: 'login', code: 32, stdout, stderr })?.message
    expect(message).toContain(words)
    expect(message?.endsWith(words)).toBe(true)
  })

  it('has a meaning, and a hint where it is a failure', () => {
    for (const [code, { meaning, kind, hint }] of ilorestReturnCodes) {
      expect(meaning, String(code)).not.toBe('')
      if (kind !== 'ok' && kind !== 'nothing-to-do') expect(hint, String(code)).toMatch(/\.$/)
    }
  })
})
