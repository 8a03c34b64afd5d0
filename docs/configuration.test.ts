import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { biosSettings, type SettingDefinition } from '../packages/hwautomation/src/bios/settings.ts'
import { consents } from '../packages/hwautomation/src/bios/template.ts'
import { configSchema, ENVIRONMENT, loadConfig } from '../packages/hwautomation/src/config.ts'
import { bmcSettings } from '../packages/hwautomation/src/devices/bmc-settings.ts'
import { deviceTypeSchema } from '../packages/hwautomation/src/devices/device-type.ts'
import { loadCatalogue } from '../packages/hwautomation/src/devices/load-catalogue.ts'
import { keyFaults, keyRows } from './support/key-rows.ts'
import { blocks, page, quoted, rows, type Row } from './support/markdown.ts'
import { keysOf, type SchemaKey } from './support/schema-keys.ts'

const text = page('configuration.md')
const tables = rows(text)
const yaml = blocks(text, 'yaml')
const LEAST_CONFIG = { maas: { url: 'http://maas.example:5240/MAAS', apiKey: 'a:b:c' }, ssh: {} }
const LEAST_TYPE = {
  description: 'least',
  vendor: 'hpe',
  match: { manufacturer: 'HPE', products: ['ProLiant'], architecture: 'aarch64' },
}
const ofDevices = (row: Row) => row.heading === 'Device types'

describe('docs/configuration.md', () => {
  it('has a row for every key of the configuration, with its default, and for no other', () => {
    expect(
      keyFaults(
        keysOf(configSchema, LEAST_CONFIG),
        keyRows(tables, (row) => !ofDevices(row)),
      ),
    ).toEqual([])
  })

  it('has a row for every key of a device type, with its default, and for no other', () => {
    const maps = ['bios.settings', 'boarding.bios', 'boarding.bmc', 'ipmi.settings']
    const isWord = ({ name }: SchemaKey) => maps.some((map) => name.startsWith(`${map}.`))
    const added = ['extends', ...maps].map((name) => ({ name, default: undefined, required: false }))
    const keys = keysOf(deviceTypeSchema, LEAST_TYPE).filter((key) => !isWord(key))
    expect(keyFaults([...added, ...keys], keyRows(tables, ofDevices))).toEqual([])
  })

  it('names every environment variable and what it sets', () => {
    const named = tables
      .filter(({ cells }) => 'variable' in cells)
      .map(({ cells }) => [quoted(cells['variable'])[0], quoted(cells['sets'])[0]])
    expect(named).toEqual(Object.entries(ENVIRONMENT).map(([name, key]) => [name, key.join('.')]))
  })

  it('has the BIOS vocabulary as it is, and every consent', () => {
    const words = tables
      .filter(({ cells }) => 'setting' in cells)
      .map(({ cells }) => `${cells['setting']}: ${cells['values']}: ${cells['meaning']}`)
    expect(words).toEqual(Object.entries<SettingDefinition>(biosSettings).map(inWords))
    const ofTheBmc = tables
      .filter(({ cells }) => 'BMC setting' in cells)
      .map(({ cells }) => `${cells['BMC setting']}: ${cells['values']}: ${cells['meaning']}`)
    expect(ofTheBmc).toEqual(
      Object.entries(bmcSettings).map(([name, setting]) => inWords([name, { kind: 'choice', ...setting }])),
    )
    const allow = tables.find(({ cells }) => cells['key'] === '`bios.allow`')
    expect(quoted(allow?.cells['meaning'])).toEqual([...consents])
  })

  describe('its examples', () => {
    let folder: string
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'hwa-docs-'))
    })
    afterAll(() => rm(folder, { recursive: true }))

    const isDevices = (block: { text: string }) => /^deviceTypes:/m.test(block.text)
    const least = yaml.find(({ text: block }) => block.startsWith('# hwautomation.yaml'))?.text ?? ''

    it.each(yaml.filter((block) => !isDevices(block)))('of a configuration, line $line, is accepted', async (block) => {
      const whole = /^maas:/m.test(block.text) ? block.text : `${least}${block.text}`
      const config = await loadConfig({ ...(await surroundings(folder, whole)), code: {} })
      expect(config.maas.apiKey).toBe('consumer:token:secret')
    })

    it.each(yaml.filter(isDevices))('of device types, line $line, is accepted', async (block) => {
      const file = path.join(folder, `device-types-${block.line}.yaml`)
      await writeFile(file, block.text)
      const catalogue = await loadCatalogue({ files: [file] })
      const names = Object.keys((parse(block.text) as { deviceTypes: object }).deviceTypes)
      expect(catalogue.names()).toEqual(expect.arrayContaining(names))
    })
  })
})

function inWords([name, definition]: [string, SettingDefinition]): string {
  const values =
    definition.kind === 'choice'
      ? definition.values.map((value) => `\`${value}\``).join(', ')
      : `${definition.min} to ${definition.max}`
  return `\`${name}\`: ${values}: ${definition.description}`
}

/** The file, with every reference in it leading somewhere. */
async function surroundings(folder: string, text: string) {
  const file = path.join(folder, 'hwautomation.yaml')
  await mkdir(path.join(folder, 'keys'), { recursive: true })
  await writeFile(path.join(folder, 'keys', 'id_ed25519'), 'a private key')
  await writeFile(path.join(folder, 'secret'), 'consumer:token:secret\n')
  await writeFile(file, text.replaceAll(/\$\{file:[^}]+\}/g, `\${file:${path.join(folder, 'secret')}}`))
  const variables = [...text.matchAll(/\$\{env:([^}]+)\}/g)].map(([, name]) => [name, 'consumer:token:secret'])
  return { file, env: Object.fromEntries(variables), secrets: { get: () => Promise.resolve('consumer:token:secret') } }
}
