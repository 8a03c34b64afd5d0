import { describe, expect, it } from 'vitest'
import { planBiosChange } from '../../src/bios/resolve.ts'
import type { BiosTemplate } from '../../src/bios/template.ts'
import { board, dl360Gen10, rl300, template } from './boards.ts'

const problems = (parts: Partial<BiosTemplate>, current = rl300, consent: BiosTemplate['allow'] = []) =>
  planBiosChange({ current, template: template(parts), consent }).problems.map(({ code, name }) => `${code} ${name}`)

describe('a template keeps the machine reachable', () => {
  it.each([
    ['PXE off on the only NIC that boots', { settings: { pxe: 'disabled' } }, dl360Gen10, 'needs-consent NicBoot1'],
    ['PXE off by native name', { native: { Slot1NicBoot1: 'Disabled' } }, rl300, 'needs-consent Slot1NicBoot1'],
    [
      'PXE off on the named boot NIC',
      { bootNic: 'Slot1NicBoot1', settings: { pxe: 'disabled' } },
      rl300,
      'needs-consent Slot1NicBoot1',
    ],
    ['the NIC itself off', { native: { EmbNicEnable: 'Disabled' } }, dl360Gen10, 'needs-consent EmbNicEnable'],
    ['another boot mode', { settings: { 'boot-mode': 'legacy' } }, dl360Gen10, 'needs-consent BootMode'],
  ] as [string, Partial<BiosTemplate>, typeof rl300, string][])('%s needs consent', (_, parts, current, expected) => {
    expect(problems(parts, current)).toEqual([expected])
  })

  it.each([
    ['in the template', { settings: { pxe: 'disabled' }, allow: ['disable-network-boot'] }, []],
    ['of the request', { settings: { pxe: 'disabled' } }, ['disable-network-boot']],
  ] as [string, Partial<BiosTemplate>, BiosTemplate['allow']][])('consent %s is enough', (_, parts, consent) => {
    expect(problems(parts, dl360Gen10, consent)).toEqual([])
  })

  it('consent to one thing is not consent to another', () => {
    expect(
      problems({ settings: { pxe: 'disabled', 'boot-mode': 'legacy' }, allow: ['change-boot-mode'] }, dl360Gen10),
    ).toEqual(['needs-consent NicBoot1'])
  })

  it('another NIC may be switched off while the boot NIC keeps booting', () => {
    const both = board('ProLiant RL300 Gen11', 'R11', { Slot1NicBoot1: 'NetworkBoot', Slot2NicBoot1: 'NetworkBoot' })
    expect(problems({ bootNic: 'Slot1NicBoot1', native: { Slot2NicBoot1: 'Disabled' } }, both)).toEqual([])
    expect(problems({ native: { Slot2NicBoot1: 'Disabled' } }, both)).toEqual(['needs-consent Slot2NicBoot1'])
  })

  it('network boot may move to another NIC when that one is named', () => {
    const moved = {
      bootNic: 'Slot1NicBoot2',
      settings: { pxe: 'enabled' },
      native: { Slot1NicBoot1: 'Disabled' },
    } as const
    expect(problems(moved)).toEqual([])
  })

  it('a named boot NIC must boot from the network', () => {
    expect(problems({ bootNic: 'Slot1NicBoot2' })).toEqual(['network-boot-lost Slot1NicBoot2'])
    expect(problems({ bootNic: 'Slot1NicBoot2', settings: { pxe: 'enabled' } })).toEqual([])
  })

  it('a boot NIC that the board does not have is refused, and the ones it has are named', () => {
    const plan = planBiosChange({ current: rl300, template: template({ bootNic: 'Slot9NicBoot1' }) })
    expect(plan.problems).toMatchObject([
      { code: 'unsupported', hint: expect.stringContaining('Slot1NicBoot1, Slot1NicBoot2') },
    ])
  })

  it('a preserve glob keeps PXE on whatever the template says', () => {
    expect(problems({ settings: { pxe: 'disabled' }, preserve: ['pxe'] }, dl360Gen10)).toEqual([])
  })

  it('`pxe: enabled` is fulfilled by any NIC that boots, `disabled` must say which is meant', () => {
    const plan = planBiosChange({ current: rl300, template: template({ settings: { pxe: 'enabled' } }) })
    expect(plan).toMatchObject({ problems: [], changes: [], unchanged: [{ name: 'Slot1NicBoot1' }] })
    expect(problems({ settings: { pxe: 'disabled' } })).toEqual(['ambiguous pxe'])
  })

  it.each([
    [['NIC.Slot.1.1.IPv4', 'HD.Emb.1.1'], []],
    [['HD.Emb.1.1', 'NIC.Slot.1.1.IPv4'], ['network-boot-not-first boot-order']],
    [[], []],
  ])('network boot comes first where the boot order %j is known', (bootOrder, expected) => {
    expect(problems({ settings: { 'sr-iov': 'enabled' } }, { ...rl300, bootOrder })).toEqual(expected)
    expect(problems({ allow: ['network-boot-not-first'] }, { ...rl300, bootOrder })).toEqual([])
  })
})
