import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../packages/hwautomation/src/devices/load-catalogue.ts'
import { devicePage } from './support/device-page.ts'

const FILE = fileURLToPath(new URL('devices.md', import.meta.url))

describe('docs/devices.md', () => {
  it('is the catalogue as it is; outside CI it is written anew where it is not', async () => {
    const catalogue = await loadCatalogue()
    const page = devicePage(catalogue.names().map((name) => catalogue.get(name)))
    const there = await readFile(FILE, 'utf8').catch(() => '')
    if (process.env['CI']) expect(there).toBe(page)
    else if (there !== page) await writeFile(FILE, page)
    for (const name of catalogue.names()) expect(page).toContain(`| \`${name}\` |`)
    expect(page).not.toContain('undefined')
  })
})
