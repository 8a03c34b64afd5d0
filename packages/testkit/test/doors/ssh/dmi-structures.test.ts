import { describe, expect, test } from 'vitest'
import { createLabClock } from '../../../src/clock.ts'
import { structuresOf, type Structure } from '../../../src/doors/ssh/tools/dmi-structures.ts'
import { threadsOf } from '../../../src/world/components.ts'
import type { Machine } from '../../../src/world/machine.ts'
import { hardwareModels } from '../../../src/world/models.ts'
import { createWorld } from '../../../src/world/world.ts'
import { startHost } from './host-fixture.ts'

const machineOf = (model: string): Machine =>
  createWorld(createLabClock('auto'), [{ hostname: 'srv001', model }]).machine('srv001')
const field = ({ fields }: Structure, label: string) => String(fields.find(([name]) => name === label)?.[1] ?? '')

describe.each(hardwareModels.map((model) => [model.id, model] as const))('the tables of %s', (id, model) => {
  const machine = machineOf(id)
  const tables = structuresOf(machine)
  const of = (type: number) => tables.filter((structure) => structure.type === type)

  test('have a handle of its own for each structure, and point to none that is missing', () => {
    const handles = tables.map(({ handle }) => handle)
    expect(new Set(handles).size).toBe(handles.length)
    const pointers = [...of(4), ...of(17)].flatMap(({ fields }) =>
      fields.flatMap(([label, value]) =>
        label.endsWith(' Handle') && String(value).startsWith('0x') ? [Number(value)] : [],
      ),
    )
    expect(pointers.filter((pointer) => !handles.includes(pointer))).toEqual([])
  })

  test('add up to its processors and its memory', () => {
    expect(of(4)).toHaveLength(model.cpu.sockets ?? 1)
    const sum = (label: string) => of(4).reduce((total, processor) => total + Number(field(processor, label)), 0)
    expect([sum('Core Count'), sum('Thread Count')]).toEqual([model.cpu.cores, threadsOf(machine)])
    const sizes = of(17).map((device) => /^(\d+) (GB|MB)$/.exec(field(device, 'Size')))
    const mib = sizes.reduce((total, size) => total + Number(size?.[1] ?? 0) * (size?.[2] === 'GB' ? 1024 : 1), 0)
    expect(mib).toBe(model.memoryMiB)
    expect(Number(field(of(16)[0]!, 'Number Of Devices'))).toBe(of(17).length)
    expect(new Set(of(17).map((device) => field(device, 'Locator'))).size).toBe(of(17).length)
  })
})

test('an x86 processor has half its threads when its BIOS says so', () => {
  const machine = machineOf('hpe-dl360-gen11')
  expect(threadsOf(machine)).toBe(128)
  machine.bios.current.set('ProcHyperthreading', 'Disabled')
  expect(threadsOf(machine)).toBe(64)
})

test('dmidecode prints lists below their label, nothing of empty slots after their type, and one line a processor for -s', async () => {
  await using host = await startHost({ model: 'hpe-dl360-gen11' })
  const { stdout } = await host.run('sudo -n dmidecode -t 4,17')
  expect(stdout).toContain('\tCharacteristics:\n\t\t64-bit capable\n\t\tMulti-Core\n\t\tHardware Thread\n')
  expect(stdout).toMatch(/\tSize: No Module Installed\n(\t.*\n)*\tType: Unknown\n\tType Detail: Unknown\n\nHandle/)
  expect(stdout.match(/^Handle 0x/gm)).toHaveLength(2 + 32)
  expect((await host.run('sudo -n dmidecode -s processor-version')).stdout).toBe(
    'Intel(R) Xeon(R) Gold 6430\nIntel(R) Xeon(R) Gold 6430\n',
  )
})
