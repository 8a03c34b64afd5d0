import { expect, it } from 'vitest'
import type { BiosConfiguration } from '../../src/bios/configuration.ts'
import { planBiosRestore } from '../../src/bios/restore.ts'

const REDIRECTION = 'Advanced > Serial Port Console Redirection > Console Redirection'
const read = (romVersion: string, attributes: BiosConfiguration['attributes']): BiosConfiguration => ({
  vendor: 'supermicro',
  board: { product: 'X11DPH-T', romVersion },
  resource: { type: 'BiosCfg', path: 'GetCurrentBiosCfg' },
  attributes,
})

it('settings that only a number tells apart are not brought back into another version of the BIOS, which may count otherwise', () => {
  const found = read('3.3', {
    'Boot > Quiet': 'Off',
    [`${REDIRECTION}#1`]: 'Checked',
    [`${REDIRECTION}#2`]: 'Unchecked',
  })
  const now = { 'Boot > Quiet': 'On', [`${REDIRECTION}#1`]: 'Unchecked', [`${REDIRECTION}#2`]: 'Unchecked' }

  const updated = planBiosRestore({ found, current: read('3.4', now) })
  expect(updated.plan.changes.map(({ name }) => name)).toEqual(['Boot > Quiet'])
  expect(updated.left).toMatchObject([{ code: 'ambiguous', name: `${REDIRECTION}#1`, wanted: 'Checked' }])

  const same = planBiosRestore({ found, current: read('3.3', now) })
  expect(same.plan.changes.map(({ name }) => name)).toEqual([`${REDIRECTION}#1`, 'Boot > Quiet'])
  expect(same.left).toEqual([])
})
