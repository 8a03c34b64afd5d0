import type { DeviceType } from '../devices/device-type.ts'
import { plain, styleOf } from './style.ts'
import { type Cell, type Column, tableLines } from './table.ts'

/** Where nobody told. */
const UNKNOWN = '–'

/** Device types, one a line; those that are not complete say so. */
export function deviceTable(
  types: readonly DeviceType[],
  { colour = false, width }: { readonly colour?: boolean; readonly width: number },
): string[] {
  const { quiet, busy } = styleOf(colour)
  const columns: readonly Column[] = [
    { head: 'TYPE' },
    { head: 'VENDOR' },
    { head: 'MACHINE', least: 10 },
    { head: 'CPU', least: 8 },
    { head: 'CORES' },
    { head: 'MEMORY' },
    { head: 'TOOL' },
    { head: 'NOTE', least: 4 },
  ]
  const rows = types.map((type): Cell[] => {
    const { cores, memoryGiB, cpu } = type.hardware
    const texts = [
      type.name,
      type.vendor,
      machineText(type),
      cpu,
      cores?.toString(),
      memoryGiB === undefined ? undefined : `${memoryGiB} GiB`,
      type.tools.bios,
    ]
    const cells = texts.map((text): Cell => (text ? { text: plain(text) } : { text: UNKNOWN, mark: quiet }))
    return [
      ...cells,
      { text: type.incomplete === undefined ? '' : `incomplete: ${plain(type.incomplete)}`, mark: busy },
    ]
  })
  return tableLines(columns, rows, { width, quiet })
}

/** What a machine of the type is recognised by, in short. */
function machineText({ match: { products = [], boards = [] } }: DeviceType): string {
  return [...new Set([...products, ...boards])].join(', ')
}
