import { factOf, type ServerFacts } from '../inventory/facts.ts'
import { bmcText, cpuText, gibibytes, modelText } from './server-words.ts'
import { plain, styleOf } from './style.ts'
import { type Cell, type Column, tableLines } from './table.ts'
import { ago } from './times.ts'

/** Where nobody told. */
const UNKNOWN = '–'

/** Servers, one a line. What is not known is a dash. */
export function serverTable(
  servers: readonly ServerFacts[],
  { colour = false, width, now }: { readonly colour?: boolean; readonly width: number; readonly now: number },
): string[] {
  const { quiet } = styleOf(colour)
  const columns: readonly Column[] = [
    { head: 'SERVER', least: 8 },
    { head: 'ID' },
    { head: 'IN MAAS', least: 5 },
    { head: 'MODEL', least: 8 },
    { head: 'CPU', least: 6 },
    { head: 'MEMORY' },
    { head: 'BIOS', least: 5 },
    { head: 'BMC', least: 6 },
    { head: 'LAST RUN', least: 6 },
    { head: 'SEEN', least: 6 },
  ]
  const rows = servers.map((server): Cell[] => {
    const memory = factOf(server, 'memory.mib')
    const texts = [
      factOf(server, 'hostname') ?? factOf(server, 'fqdn'),
      server.systemId,
      factOf(server, 'status'),
      modelText(server),
      cpuText(server),
      memory === undefined ? undefined : gibibytes(memory),
      factOf(server, 'bios.version'),
      bmcText(server),
      lastRun(server, now),
      ago(server.updatedAt, now),
    ]
    return texts.map((text) => (text ? { text: plain(text) } : { text: UNKNOWN, mark: quiet }))
  })
  return tableLines(columns, rows, { width, quiet })
}

function lastRun(server: ServerFacts, now: number): string | undefined {
  const [type] = server.facts['run.deviceType'] ?? []
  return type === undefined ? undefined : `${type.value}, ${ago(type.observedAt, now)}`
}
