import { describe, expect, it } from 'vitest'
import { createLabClock } from '../../src/clock.ts'
import { dmiOf } from '../../src/world/dmi.ts'
import type { BiosValue } from '../../src/world/model.ts'
import { modelById } from '../../src/world/models.ts'
import { largestSetup } from '../../src/world/models/supermicro-largest.ts'
import { attributesOf } from '../../src/world/supermicro/attributes.ts'
import { enabled, menu, option } from '../../src/world/supermicro/menu.ts'
import { placeSettings } from '../../src/world/supermicro/place.ts'
import { condition } from '../../src/world/supermicro/work-if.ts'
import { createWorld } from '../../src/world/world.ts'

const MODELS = ['supermicro-x11dpt-b', 'supermicro-x11sce-f', 'supermicro-x13det-b']

describe('a setup', () => {
  it.each(MODELS)('of %s has at least 150 settings, each with a path of its own and a default it takes', (id) => {
    const { biosAttributes } = modelById(id)
    expect(biosAttributes.length).toBeGreaterThanOrEqual(150)
    expect(new Set(biosAttributes.map(({ name }) => name)).size).toBe(biosAttributes.length)
    const values = new Map(biosAttributes.map(({ name, default: preset }) => [name, preset]))
    for (const { name, values: texts, default: preset, settable } of biosAttributes) {
      if (texts !== undefined) expect([name, texts]).toEqual([name, expect.arrayContaining([preset])])
      // A condition that names no setting would throw.
      expect(() => settable?.(values)).not.toThrow()
    }
  })

  it('can be had with more than 700 settings', () => {
    const paths = placeSettings(largestSetup()).map(({ path }) => path)
    expect(paths.length).toBeGreaterThan(700)
    expect(new Set(paths).size).toBe(paths.length)
  })

  it('counts names over the whole document, menus and settings together, and gives no order to a name that is unique', () => {
    const paths = placeSettings([
      menu('A', [menu('Same', [enabled('Same', 'Enabled'), enabled('Once', 'Enabled')])]),
      menu('B', [enabled('  Same', 'Enabled'), enabled('Same', 'Enabled')]),
    ]).map(({ path }) => path)
    expect(paths).toEqual(['A > Same#1 > Same#2', 'A > Same#1 > Once', 'B > Same', 'B > Same#3'])
  })

  it('of an X11DPT-B has the repetitions of the real ones', () => {
    const names = new Set(modelById('supermicro-x11dpt-b').biosAttributes.map(({ name }) => name))
    const vtd = 'Intel® VT for Directed I/O (VT-d)'
    for (const path of [
      `Advanced > Chipset Configuration > North Bridge > IIO Configuration > ${vtd}#1 > ${vtd}#2`,
      'Advanced > Serial Port Console Redirection > Console Redirection#3',
      'Advanced > Serial Port Console Redirection > Console Redirection Settings#2 > Terminal Type#2',
      'Advanced > Trusted Computing > Security Device Support',
      'Boot > Boot Option #1#1',
      'Boot > NETWORK Drive BBS Priorities > Boot Option #1#6',
    ])
      expect(names).toContain(path)
  })
})

describe('a condition', () => {
  const codes = new Map([
    ['C states', 1n],
    ['SpeedStep (P-States)', 0n],
    ['Security Device Support', 1n],
    ['Boot mode select', 2n],
    ['Console Redirection$2', 1n],
  ])
  const ask = (text: string) => condition(text)((name) => codes.get(name))
  it.each([
    [' 0 != SpeedStep (P-States) ', false],
    [' 0 !=   Security Device Support ', true],
    ['( C states != 0 )', true],
    ['( 0 != 1 )  &&  ( 0 != C states )', true],
    ['(  ( 0 != 1 )  &&  ( 0 != C states )  )  and  ( 0 != SpeedStep (P-States) )', false],
    ['( 0 != SpeedStep (P-States) )  ||  ( 1 == C states )  &&  ( 1 == 1 )', true],
    [' Boot mode select is not in 0 1 3 4 5 ', true],
    [' ( Boot mode select is not in 2  ) ', false],
    [' ( 0 != Console Redirection$2 ) ', true],
    ['( Boot mode select <= 1 )', false],
  ])('%s', (text, met) => expect(ask(text)).toBe(met))

  it('that names no setting, or is none, is a fault of the data', () => {
    expect(() => ask(' 0 != Nonsense ')).toThrow("'Nonsense', which is no setting")
    expect(() => condition('( 0 != 1 ')).toThrow('A bracket is open')
    expect(() => condition('perhaps')).toThrow('No comparison')
  })

  it('of a menu holds for every setting on it', () => {
    const [, inside] = attributesOf([
      option('Gate', '0=Off|1=On'),
      menu('Page', [enabled('Inside', 'Enabled')], { workIf: ' 1 == Gate ' }),
    ])
    const settable = (gate: BiosValue) => inside?.settable?.(new Map([['Gate', gate]]))
    expect([settable('Off'), settable('On')]).toEqual([false, true])
  })
})

describe('POST of a Supermicro', () => {
  const POWER = 'Advanced > CPU Configuration > Advanced Power Management Configuration > Power Technology'
  const PACKAGE =
    'Advanced > CPU Configuration > Advanced Power Management Configuration > Package C State Control > Package C State'
  const after = async (staged: Readonly<Record<string, BiosValue>>) => {
    const clock = createLabClock('stepped')
    const machine = createWorld(clock, [{ hostname: 'a', model: 'supermicro-x11dpt-b' }]).machine('a')
    for (const [path, value] of Object.entries(staged)) machine.bios.pending.set(path, value)
    machine.powerOn()
    await clock.advance(900_000)
    clock.close()
    return [machine.bios.current.get(POWER), machine.bios.current.get(PACKAGE), machine.bios.pending.size]
  }

  it('ignores what its condition does not allow, and takes it together with what does', async () => {
    expect(await after({ [PACKAGE]: 'No Limit' })).toEqual(['Energy Efficient', 'Auto', 0])
    expect(await after({ [PACKAGE]: 'No Limit', [POWER]: 'Custom' })).toEqual(['Custom', 'No Limit', 0])
  })
})

describe('the identity of a Supermicro', () => {
  it('is its UUID, whose end is the MAC of its first port, and its board where nobody filled in the rest', () => {
    const clock = createLabClock('stepped')
    const machine = createWorld(clock, [{ hostname: 'a', model: 'supermicro-x11dpt-b' }]).machine('a')
    clock.close()
    expect(machine.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-11ea-8000-[0-9a-f]{12}$/)
    expect(machine.uuid.slice(-12)).toBe(machine.nics[0]?.mac.replaceAll(':', ''))
    expect(dmiOf(machine)).toMatchObject({
      biosVendor: 'American Megatrends Inc.',
      systemManufacturer: 'Supermicro',
      systemProduct: 'Super Server',
      systemSerial: '0123456789',
      boardProduct: 'X11DPT-B',
      chassisSerial: '0123456789',
    })
    expect(machine.bmc.users.map(({ id, name }) => [id, name])).toEqual([
      [2, 'ADMIN'],
      [3, 'maas'],
    ])
  })
})
