import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  biosConfigurationOf,
  parseIlorestFile,
  printIlorestFile,
  printLoadFile,
} from '../../../src/bios/hpe/ilorest-file.ts'
import type { IlorestFile } from '../../../src/bios/hpe/ilorest-file.ts'

/** As `ilorest save --selector Bios.` of 7.x writes it: the settings resource only. */
const saved = `[
  {
    "Comments": {
      "BIOSDate": "03/07/2024",
      "BIOSFamily": "R11",
      "Manufacturer": "HPE",
      "Model": "ProLiant RL300 Gen11",
      "SerialNumber": "5UF3250ABC",
      "iLOVersion": "iLO 6 v1.62"
    }
  },
  {
    "#Bios.v1_0_4.Bios": {
      "/redfish/v1/systems/1/bios/settings/": {
        "@odata.context": "/redfish/v1/$metadata#Bios.Bios",
        "AttributeRegistry": "BiosAttributeRegistryR11.v1_1_60",
        "Attributes": {
          "NetworkBootRetryCount": 20,
          "ServerName": "",
          "WorkloadProfile": "GeneralPowerEfficientCompute"
        },
        "Id": "settings"
      }
    }
  }
]
`

describe('a file of `ilorest save`', () => {
  it('becomes a configuration with the board it came from', () => {
    expect(biosConfigurationOf(parseIlorestFile(saved))).toEqual({
      vendor: 'hpe',
      board: {
        manufacturer: 'HPE',
        product: 'ProLiant RL300 Gen11',
        romFamily: 'R11',
        romDate: '03/07/2024',
        serial: '5UF3250ABC',
        bmcVersion: 'iLO 6 v1.62',
      },
      resource: { type: '#Bios.v1_0_4.Bios', path: '/redfish/v1/systems/1/bios/settings/' },
      registryId: 'BiosAttributeRegistryR11.v1_1_60',
      attributes: { NetworkBootRetryCount: 20, ServerName: '', WorkloadProfile: 'GeneralPowerEfficientCompute' },
    })
  })

  it('is printed byte for byte as it was', () => {
    expect(printIlorestFile(parseIlorestFile(saved))).toBe(saved)
  })

  it('of 3.6 holds both resources under one type: the current one counts', () => {
    const both = JSON.stringify([
      { Comments: { Model: 'X' } },
      {
        'Bios.v1_0_0.Bios': {
          '/redfish/v1/systems/1/bios/settings/': { Attributes: { A: 'staged' } },
          '/redfish/v1/systems/1/bios/': { Attributes: { A: 'now' } },
        },
      },
      { '#Thermal.v1.Thermal': { '/x': {} } },
    ])
    const file = parseIlorestFile(both)
    expect(biosConfigurationOf(file)).toMatchObject({
      attributes: { A: 'now' },
      resource: { path: '/redfish/v1/systems/1/bios/' },
    })
    expect(parseIlorestFile(printLoadFile(file, [{ name: 'A', from: 'now', to: 'B' }])).resources).toEqual([
      { type: 'Bios.v1_0_0.Bios', path: '/redfish/v1/systems/1/bios/settings/', body: { Attributes: { A: 'B' } } },
    ])
  })

  it('gives a load file with the changes only, for the settings resource, and the comments of the machine', () => {
    const load = printLoadFile(parseIlorestFile(saved), [
      { name: 'WorkloadProfile', from: 'GeneralPowerEfficientCompute', to: 'Custom' },
      { name: 'NetworkBootRetryCount', from: 20, to: 5 },
    ])
    const parsed = parseIlorestFile(load)
    expect(parsed.comments).toEqual(parseIlorestFile(saved).comments)
    expect(parsed.resources).toEqual([
      {
        type: '#Bios.v1_0_4.Bios',
        path: '/redfish/v1/systems/1/bios/settings/',
        body: { Attributes: { NetworkBootRetryCount: 5, WorkloadProfile: 'Custom' } },
      },
    ])
  })

  it('goes to the settings resource even where only the current one was saved', () => {
    const file: IlorestFile = {
      comments: {},
      resources: [{ type: '#Bios.v1.Bios', path: '/redfish/v1/Systems/1/Bios', body: {} }],
    }
    expect(printLoadFile(file, [])).toContain('"/redfish/v1/Systems/1/Bios/settings/"')
  })

  it.each([
    ['nothing', ''],
    ['a file cut off in the middle', saved.slice(0, 300)],
    ['an object', '{}'],
    ['a list of texts', '["x"]'],
    ['a type that is no object', '[{"#Bios.v1.Bios": 1}]'],
    ['a resource that is no object', '[{"#Bios.v1.Bios": {"/x": []}}]'],
    ['binary', '\u0000\u0001\u001b[2J'],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parseIlorestFile(text)).toThrow(
      expect.objectContaining({ code: 'bios.file-invalid', kind: 'invalid' }),
    )
  })

  it('without BIOS attributes gives no configuration', () => {
    expect(() =>
      biosConfigurationOf(parseIlorestFile('[{"Comments":{}},{"#Bios.v1.Bios":{"/x":{"Attributes":[]}}}]')),
    ).toThrow(expect.objectContaining({ code: 'bios.file-invalid' }))
  })

  it('keeps odd attributes as data: nested ones are no settings, `__proto__` is a name', () => {
    const odd = '[{"#Bios.v1.Bios":{"/x":{"Attributes":{"__proto__":"x","Nested":{"a":1},"Null":null,"Bool":true}}}}]'
    const { attributes } = biosConfigurationOf(parseIlorestFile(odd))
    expect(Object.keys(attributes)).toEqual(['__proto__', 'Null', 'Bool'])
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['Nested']).toBeUndefined()
  })

  it('survives printing and parsing whatever is in it', () => {
    const body = fc.dictionary(fc.string(), fc.jsonValue())
    const file = fc.record({
      comments: body,
      resources: fc.array(
        fc.record({ type: fc.string().filter((type) => type !== 'Comments'), path: fc.string(), body }),
        { maxLength: 4 },
      ),
    })
    fc.assert(
      fc.property(file, (original) => {
        const text = printIlorestFile(original)
        expect(parseIlorestFile(text)).toEqual(JSON.parse(JSON.stringify(original)))
        expect(printIlorestFile(parseIlorestFile(text))).toBe(text)
      }),
    )
  })
})
