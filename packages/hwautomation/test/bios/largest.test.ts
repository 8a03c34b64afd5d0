import { expect, it } from 'vitest'
import type { BiosConfiguration, BiosRegistry } from '../../src/bios/configuration.ts'
import { planBiosChange } from '../../src/bios/resolve.ts'
import { template } from './boards.ts'

/** Twice as many settings as any exported file has, with as much in common as those have. */
const names = Array.from(
  { length: 3000 },
  (_, port) =>
    `Advanced > Chipset Configuration > North Bridge > IIO Configuration > CPU${port % 4} Configuration > PcieBr${port}D00F0 - Port ${port} > Link speed ${port}`,
)
const current: BiosConfiguration = {
  vendor: 'supermicro',
  board: { product: 'X11DPH-T' },
  resource: { type: 'BiosCfg', path: 'GetCurrentBiosCfg' },
  attributes: Object.fromEntries(names.map((name) => [name, 'Auto'])),
}
const registry: BiosRegistry = {
  attributes: Object.fromEntries(
    names.map((name) => [
      name,
      { name, type: 'Enumeration', values: ['Auto', 'Gen 3'], readOnly: false, grayOut: false },
    ]),
  ),
  dependencies: [],
}

it('a template with a thousand settings and a hundred misspelt ones is judged in seconds on the largest board', () => {
  const misspelt = names.slice(0, 100).map((name) => name.replace('Link', 'Lnk').replace('North', 'Nort'))
  const wanted = [...names.slice(0, 1000), ...misspelt].map((name) => [name, 'Gen 3'] as const)
  const began = performance.now()
  const plan = planBiosChange({ template: template({ native: Object.fromEntries(wanted) }), current, registry })
  // Some hundred milliseconds; minutes if every name were compared with every other one to the end.
  expect(performance.now() - began).toBeLessThan(20_000)
  expect(plan.changes).toHaveLength(1000)
  expect(plan.problems).toHaveLength(100)
  expect(plan.problems[0]?.message).toContain(`Did you mean \`${names[0]}\``)
  expect(plan.problems.filter(({ message }) => message.includes('Did you mean'))).toHaveLength(20)
})
