import { expect, it } from 'vitest'
import { factsOfBios } from '../../src/inventory/facts-of-bios.ts'

it.each([
  [
    'hpe',
    { romFamily: 'U54', romVersion: '1.48', romDate: '10/27/2023', bmcVersion: 'iLO 6 v1.62' },
    ['U54 v1.48', 'iLO 6', '1.62'],
  ],
  ['hpe', { romVersion: 'U54 v1.48', romFamily: 'U54' }, ['U54 v1.48', 'iLO', undefined]],
  ['dell', { romVersion: '2.12.2', bmcVersion: '4.40.40.00' }, ['2.12.2', 'iDRAC', '4.40.40.00']],
  ['supermicro', { romVersion: '3.4', bmcVersion: '01.71.11' }, ['3.4', 'Supermicro BMC', '01.71.11']],
  ['supermicro', {}, [undefined, 'Supermicro BMC', undefined]],
] as const)('the BIOS tool of %s with %j tells %j', (vendor, board, told) => {
  const facts = factsOfBios({ vendor, board })
  expect([facts['bios.version'], facts['bmc.kind'], facts['bmc.version']]).toEqual(told)
})
