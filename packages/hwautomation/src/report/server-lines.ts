import {
  factNames,
  type Dimm,
  type Disk,
  type Fact,
  type FactName,
  type FactValues,
  type Nic,
  type ServerFacts,
} from '../inventory/facts.ts'
import { nameOf } from '../inventory/server-inventory.ts'
import { dimmText, diskText, gibibytes, nicText } from './server-words.ts'
import { plain, styleOf } from './style.ts'
import { ago } from './times.ts'
import { filled, widthOf } from './width.ts'

/** Headings, and what each fact is called under its own. */
const SECTIONS: readonly (readonly [head: string, facts: Partial<Record<FactName, string>>])[] = [
  [
    'In MAAS',
    { hostname: 'host name', fqdn: 'FQDN', status: 'status', architecture: 'architecture', zone: 'zone', pool: 'pool' },
  ],
  [
    'System',
    {
      'system.vendor': 'vendor',
      'system.product': 'product',
      'system.family': 'family',
      'system.version': 'version',
      'system.sku': 'SKU',
      'system.serial': 'serial',
      'system.uuid': 'UUID',
    },
  ],
  [
    'Board',
    { 'board.vendor': 'vendor', 'board.product': 'product', 'board.version': 'version', 'board.serial': 'serial' },
  ],
  [
    'Chassis',
    { 'chassis.vendor': 'vendor', 'chassis.type': 'type', 'chassis.version': 'version', 'chassis.serial': 'serial' },
  ],
  [
    'CPU',
    {
      'cpu.model': 'model',
      'cpu.sockets': 'sockets',
      'cpu.cores': 'cores',
      'cpu.threads': 'threads',
      'cpu.mhz': 'MHz',
    },
  ],
  ['Memory', { 'memory.mib': 'size', 'memory.dimms': 'DIMMs' }],
  ['Disks', { disks: 'disks' }],
  ['Network', { nics: 'interfaces' }],
  ['BIOS', { 'bios.vendor': 'vendor', 'bios.version': 'version', 'bios.date': 'date' }],
  [
    'BMC',
    {
      'bmc.kind': 'kind',
      'bmc.version': 'version',
      'bmc.address': 'address',
      'bmc.mac': 'MAC',
      'bmc.powerType': 'power type',
    },
  ],
  ['Last successful run', { 'run.deviceType': 'device type', 'run.tag': 'tag', 'run.id': 'run' }],
]

/** Facts that are not written as they are. */
const WORDS: { readonly [Name in FactName]?: (value: FactValues[Name]) => string | readonly string[] } = {
  'memory.mib': (mib) => gibibytes(mib),
  'memory.dimms': (dimms: readonly Dimm[]) => (dimms.length === 0 ? 'none' : dimms.map(dimmText)),
  disks: (disks: readonly Disk[]) => (disks.length === 0 ? 'none' : disks.map(diskText)),
  nics: (nics: readonly Nic[]) => (nics.length === 0 ? 'none' : nics.map(nicText)),
}

const LABEL = 14

/** All that is known of a server, each fact with who says so and how long ago it was seen; sources that disagree each have a line. */
export function serverLines(
  server: ServerFacts,
  { colour = false, now }: { readonly colour?: boolean; readonly now: number },
): string[] {
  const style = styleOf(colour)
  const sections = SECTIONS.flatMap(([head, labels]) => {
    const rows = factNames
      .filter((name) => labels[name] !== undefined)
      .flatMap((name) => rowsOf(labels[name] ?? '', name, server.facts[name] ?? [], now))
    const width = Math.max(...rows.map(({ text }) => widthOf(text)))
    const lines = rows.map(({ label, text, from, differs }) => {
      const shown = from === '' ? text : filled(text, Math.min(width, 60))
      return `  ${filled(label, LABEL)}${differs ? style.loud(shown) : shown}${from && `  ${style.quiet(from)}`}`.trimEnd()
    })
    return lines.length === 0 ? [] : ['', style.loud(head), ...lines]
  })
  return [`${plain(nameOf(server))}  ${style.quiet(plain(server.systemId))}`, ...sections]
}

interface Row {
  readonly label: string
  readonly text: string
  readonly from: string
  /** Another source says something else. */
  readonly differs: boolean
}

function rowsOf(label: string, name: FactName, facts: readonly Fact[], now: number): Row[] {
  const values = [...new Set(facts.map(({ value }) => JSON.stringify(value)))]
  return values.flatMap((written, place) => {
    const same = facts.filter(({ value }) => JSON.stringify(value) === written)
    const from = same.map(({ source, observedAt }) => `${plain(source)}, ${ago(observedAt, now)}`).join('; ')
    const said = inWords(name, same[0]?.value)
    const [first = '', ...more] = typeof said === 'string' ? [said] : said
    return [
      { label: place === 0 ? label : '', text: plain(first), from, differs: values.length > 1 },
      ...more.map((text) => ({ label: '', text: plain(text), from: '', differs: values.length > 1 })),
    ]
  })
}

function inWords(name: FactName, value: unknown): string | readonly string[] {
  const words = WORDS[name] as ((value: unknown) => string | readonly string[]) | undefined
  return words === undefined ? String(value) : words(value)
}
