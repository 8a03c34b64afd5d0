import { type IdracAttribute, idracAttributes, takes } from '../../../../world/idrac-attributes.ts'
import { type Call, padded, RacadmError } from './call.ts'

const UNKNOWN = 'Invalid object specified. Run "racadm help" for the list of objects.'

/** `get iDRAC`, `get iDRAC.GROUP`, `get iDRAC.GROUP[.N][.NAME]`: `[Key=iDRAC.Embedded.1#SNMP.1]` and pairs; `#` read-only, `!!` secret. */
export function idracGroup({ machine, io }: Call, path: readonly string[]): number {
  const all = idracAttributes(machine)
  if (path.length === 0) {
    io.out([...new Set(all.map(({ group }) => `iDRAC.${group}\n`))].join(''))
    return 0
  }
  const found = all.filter((attribute) => names(attribute, path))
  const [first] = found
  if (first === undefined) throw new RacadmError(UNKNOWN)
  // Without a number a group of many lists its members.
  if (path.length === 1 && all.some(({ group, index }) => group === first.group && index > 1)) {
    const indexes = [...new Set(found.map(({ index }) => index))]
    io.out(
      indexes.map((index) => `iDRAC.${first.group}.${index} [Key=iDRAC.Embedded.1#${first.group}.${index}]\n`).join(''),
    )
    return 0
  }
  io.out(padded(`[Key=iDRAC.Embedded.1#${first.group}.${first.index}]`))
  io.out(found.map((attribute) => `${lineOf(attribute)}\n`).join(''))
  return 0
}

/** In force at once. */
export function setIdracObject({ machine, io }: Call, path: readonly string[], value: string): number {
  const found = idracAttributes(machine).filter((attribute) => path.length > 1 && names(attribute, path))
  const [attribute, another] = found
  if (attribute === undefined || another !== undefined) throw new RacadmError(UNKNOWN)
  if (attribute.readOnly === true) throw new RacadmError('The specified object is READ ONLY and cannot be modified.')
  if (!takes(attribute, value)) throw new RacadmError('RAC947: Invalid object value specified.')
  io.out(padded(`[Key=iDRAC.Embedded.1#${attribute.group}.${attribute.index}]`))
  io.out('Object value modified successfully\n')
  io.effect(() => attribute.write?.(value))
  return 0
}

/** `GROUP`, `GROUP.N`, `GROUP.NAME`, `GROUP.N.NAME`; without a number the first is meant. */
function names(attribute: IdracAttribute, [group = '', ...rest]: readonly string[]): boolean {
  if (attribute.group.toLowerCase() !== group.toLowerCase()) return false
  const numbered = /^\d+$/.test(rest[0] ?? '')
  const name = numbered ? rest[1] : rest[0]
  if (rest.length > (numbered ? 2 : 1)) return false
  if (numbered ? attribute.index !== Number(rest[0]) : name !== undefined && attribute.index !== 1) return false
  return name === undefined || attribute.name.toLowerCase() === name.toLowerCase()
}

function lineOf({ name, value, readOnly, secret }: IdracAttribute): string {
  if (secret === true) return `!!${name}=******** (Write-Only)`
  return `${readOnly === true ? '#' : ''}${name}=${value}`
}
