import { hardwareModels } from '@hwautomation/testkit'
import {
  registryEntry,
  type BiosConfiguration,
  type BiosRegistry,
} from '../packages/hwautomation/src/bios/configuration.ts'
import { planBiosRestore } from '../packages/hwautomation/src/bios/restore.ts'
import { parseBiosFile, printBiosFile } from '../packages/hwautomation/src/bios/supermicro/bios-file.ts'
import { configurationOfFile } from '../packages/hwautomation/src/bios/supermicro/configuration.ts'
import { registryOfFile } from '../packages/hwautomation/src/bios/supermicro/registry.ts'
import { exportConfiguration } from '../packages/testkit/src/doors/ssh/tools/sum/export-configuration.ts'
import { largestSetup } from '../packages/testkit/src/world/models/supermicro-largest.ts'
import { attributesOf } from '../packages/testkit/src/world/supermicro/attributes.ts'

const ROUNDS = 15
/** Every so manieth setting differs. */
const DIFFERS = 10

/**
 * The largest BIOS file that the lab can write, that of a Supermicro with eight sockets: read, printed, and compared with one in which every tenth setting
 * differs; beside `JSON.parse` of the same content, which is as fast as a parser gets here.
 */
export async function benchBios(): Promise<string[]> {
  const menus = largestSetup()
  const eightSockets = { id: 'eight sockets', setup: { menus }, biosAttributes: attributesOf(menus) }
  const files = [...hardwareModels, eightSockets].flatMap(({ id, setup, biosAttributes }) => {
    if (setup === undefined) return []
    const values = new Map(biosAttributes.map(({ name, default: value }) => [name, value]))
    const text = exportConfiguration({ menus: setup.menus, values, title: 'Supermicro Update Manager', at: 0 })
    return [{ id, bytes: Buffer.from(text, 'latin1') }]
  })
  const largest = files.toSorted((a, b) => b.bytes.length - a.bytes.length)[0]
  if (largest === undefined) return ['bios: the lab has no board with such a file']
  const { id, bytes } = largest
  const root = parseBiosFile(bytes)
  const json = JSON.stringify(root)
  const current = configurationOfFile(root)
  const registry = registryOfFile(root)
  const found = withChanges(current, registry)
  const { plan } = planBiosRestore({ found, current, registry })
  const limit = median(() => JSON.parse(json) as unknown)
  const parse = median(() => parseBiosFile(bytes))
  const read = median(() => {
    const element = parseBiosFile(bytes)
    return [configurationOfFile(element), registryOfFile(element)]
  })
  const print = median(() => printBiosFile(root))
  const diff = median(() => planBiosRestore({ found, current, registry }))
  const settings = Object.keys(current.attributes).length
  return [
    `bios: ${id}, ${settings} settings, ${(bytes.length / 1024).toFixed(0)} KiB of XML; JSON.parse of the same elements (${(json.length / 1024).toFixed(0)} KiB) ${limit.toFixed(2)} ms`,
    `  parse ${parse.toFixed(2)} ms, ×${(parse / limit).toFixed(1)}; with settings and their registry ${read.toFixed(2)} ms, ×${(read / limit).toFixed(1)}; print ${print.toFixed(2)} ms, ×${(print / limit).toFixed(1)}`,
    `  diff and judge against ${plan.changes.length} changed settings ${diff.toFixed(2)} ms, ×${(diff / limit).toFixed(1)}`,
  ]
}

function withChanges(configuration: BiosConfiguration, registry: BiosRegistry): BiosConfiguration {
  const attributes = Object.entries(configuration.attributes).map(([name, value], index) => {
    const other = registryEntry(registry, name)?.values?.find((each) => each !== value)
    return [name, index % DIFFERS === 0 && other !== undefined ? other : value] as const
  })
  return { ...configuration, attributes: Object.fromEntries(attributes) }
}

function median(work: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!
}
