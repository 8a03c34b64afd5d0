import { hardwareModels } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import type { BiosConfiguration, BiosRegistry, BiosVendorName } from '../../src/bios/configuration.ts'
import { protectingGlob } from '../../src/bios/preserve.ts'
import { configurationAfter, planBiosChange } from '../../src/bios/resolve.ts'
import { boardingReport } from '../../src/boarding/report.ts'
import { loadCatalogue } from '../../src/devices/load-catalogue.ts'
import { tagOf } from '../../src/devices/device-type.ts'

const catalogue = await loadCatalogue()
const types = catalogue.names().map((name) => catalogue.get(name))
const models = hardwareModels.map((model) => ({ model, fresh: freshFrom(model) }))

/** A machine of the lab as it leaves the factory, with what each attribute takes. */
function freshFrom(model: (typeof hardwareModels)[number]): { current: BiosConfiguration; registry: BiosRegistry } {
  return {
    current: {
      vendor: model.vendor.toLowerCase() as BiosVendorName,
      board: { manufacturer: model.manufacturer, product: model.vendor === 'Supermicro' ? model.board : model.product },
      resource: { type: 'test', path: model.id },
      attributes: Object.fromEntries(model.biosAttributes.map((attribute) => [attribute.name, attribute.default])),
    },
    registry: {
      attributes: Object.fromEntries(
        model.biosAttributes.map((attribute) => [
          attribute.name,
          { ...attribute, readOnly: attribute.readOnly ?? false, grayOut: false },
        ]),
      ),
      dependencies: [],
    },
  }
}

describe('the shipped device types', () => {
  it('are the 44 of the list they come from, and four of Dell', () => {
    const of = (vendor: string) => types.filter((type) => type.vendor === vendor).length
    expect([of('supermicro'), of('hpe'), of('dell')]).toEqual([37, 7, 4])
    expect(types.filter(({ incomplete }) => incomplete !== undefined).map(({ name }) => name)).toEqual([
      'flex-6448Y.g.c.medium',
      'flex-6767P.c.large',
      'flex-6767P.c.medium',
      'flex-6767P.m',
      'flex-8452Y.m.xxlarge',
      's0.d1.medium',
      's0.d1.small',
    ])
  })

  it('say the same of themselves in words and in numbers', () => {
    for (const { name, description, hardware } of types) {
      const { cores = 0, memoryGiB = 0 } = hardware
      expect(description, name).toContain(`${cores} cores`)
      expect(description, name).toContain(memoryGiB === 1024 ? '1 TiB' : `${memoryGiB} GiB`)
    }
  })

  it('have tags of their own, and name no boot NIC that their own rules protect', () => {
    expect(new Set(types.map(({ tag }) => tag.toLowerCase())).size).toBe(types.length)
    for (const { name, tag, bios } of types) {
      expect(tag).toBe(tagOf(name))
      const wanted = [...Object.keys(bios.native), ...Object.keys(bios.settings), bios.bootNic ?? 'pxe']
      for (const each of wanted) expect(protectingGlob([each], bios.preserve), `${name} ${each}`).toBeUndefined()
    }
  })

  it('are not for machines that say nothing of themselves', () => {
    for (const says of ['unknown', '', 'To Be Filled By O.E.M.', 'Default string'])
      for (const { match } of types)
        expect(catalogue.candidates({ ...match, product: says, board: says }), `${match.manufacturer} ${says}`).toEqual(
          [],
        )
  })

  it('are there for every machine of the lab', () => {
    for (const { model } of models)
      expect(typesOf(model).length, `${model.id} is of no shipped type`).toBeGreaterThan(0)
  })
})

describe.each(models)('on a new $model.id', ({ model, fresh }) => {
  it.each(typesOf(model).map((type) => [type.name, type] as const))('%s can be applied', (_, type) => {
    const plan = planBiosChange({ template: type.bios, ...fresh })
    expect(plan.problems).toEqual([])
    expect(plan.changes.length).toBeGreaterThan(0)
    expect(plan.preserved).toEqual([])

    const after = configurationAfter(plan, fresh.current)
    const values = new Map(Object.entries(after.attributes)) as Parameters<
      NonNullable<(typeof model.biosAttributes)[number]['settable']>
    >[0]
    for (const { name, to } of plan.changes) {
      const attribute = model.biosAttributes.find((each) => each.name === name)
      expect(attribute?.settable?.(values) ?? true, `${name} is greyed out`).toBe(true)
      if (attribute?.values !== undefined) expect(attribute.values).toContain(to)
    }
    const again = planBiosChange({ template: type.bios, ...fresh, current: after })
    expect({ problems: again.problems, changes: again.changes }).toEqual({ problems: [], changes: [] })

    // A run may end well: what cannot be read, or is not brought about, is only advised.
    const findings = boardingReport(type.boarding, {
      bios: { configuration: after, registry: fresh.registry, bootNic: type.bios.bootNic },
      why: {},
    })
    expect(findings.filter(({ verdict, advised }) => verdict !== 'met' && !advised)).toEqual([])
  })
})

function typesOf({ manufacturer, product, board, machine }: (typeof hardwareModels)[number]) {
  return catalogue
    .candidates({ manufacturer, product, board, architecture: machine })
    .map((name) => catalogue.get(name))
}
