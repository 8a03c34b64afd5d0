import { stagingFault } from '../../../../world/staging.ts'
import type { BiosAttribute } from '../../../../world/model.ts'
import { exportProfile } from './export-profile.ts'
import { idracGroup, setIdracObject } from './idrac-objects.ts'
import { importProfile } from './import-profile.ts'
import { type Call, padded, RacadmError } from './call.ts'

const UNKNOWN = 'Invalid object specified. Run "racadm help" for the list of objects.'

/** `get BIOS[.GROUP[.NAME]]`, `get iDRAC.GROUP[.NAME]`, `get -t xml|json -f FILE [-c FQDD]`. */
export function get(call: Call): number | Promise<number> {
  if (call.values.has('f')) return exportProfile(call)
  const [path = '', ...rest] = call.operands
  if (path === '' || rest.length > 0) throw new RacadmError('Invalid syntax. Run "racadm help get" for usage.')
  const [tree = '', group, name, ...deeper] = path.split('.')
  if (tree.toLowerCase() === 'idrac') return idracGroup(call, path.split('.').slice(1))
  if (tree.toLowerCase() !== 'bios' || deeper.length > 0) throw new RacadmError(UNKNOWN)
  const { biosAttributes } = call.machine.model
  if (group === undefined) {
    const groups = [...new Set(biosAttributes.map((attribute) => attribute.group ?? ''))].toSorted()
    call.io.out(groups.map((one) => `BIOS.${one}\n`).join(''))
    return 0
  }
  const members = membersOf(call, group)
  const shown = name === undefined ? members : members.filter((one) => same(one.name, name))
  if (shown.length === 0) throw new RacadmError(UNKNOWN)
  // The key echoes the group as it was typed (seen with `biosBootSettings`).
  call.io.out(padded(`[Key=BIOS.Setup.1-1#${group}]`))
  const sorted = shown.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  call.io.out(sorted.map((attribute) => `${lineOf(call, attribute)}\n`).join(''))
  return 0
}

/** `set BIOS.GROUP.NAME VALUE`, `set iDRAC.…`, `set -t xml|json -f FILE …`. Names in any letter case, values in theirs. */
export function set(call: Call): number | Promise<number> {
  if (call.values.has('f')) return importProfile(call)
  const [path = '', value, ...rest] = call.operands
  if (value === undefined || rest.length > 0) throw new RacadmError('Invalid syntax. Run "racadm help set" for usage.')
  const [tree = '', group = '', name = '', ...deeper] = path.split('.')
  if (tree.toLowerCase() === 'idrac') return setIdracObject(call, path.split('.').slice(1), value)
  if (tree.toLowerCase() !== 'bios' || deeper.length > 0) throw new RacadmError(UNKNOWN)
  const attribute = membersOf(call, group).find((one) => same(one.name, name))
  if (attribute === undefined) throw new RacadmError(UNKNOWN)
  const { machine, io } = call
  const verdict = stagingFault(machine, attribute.name, value)
  if ('fault' in verdict) throw refused(verdict.fault)
  io.out(padded(`[Key=BIOS.Setup.1-1#${group}]`))
  io.out('RAC1017: Successfully modified the object value and the change is in \n         pending state.\n')
  io.effect(() => verdict.stage())
  return 0
}

/** `help BIOS.GROUP.NAME`: what it takes, and what it depends on (captured with ControlledTurbo; the dependency's form is assumed). */
export function helpOn(call: Call): number {
  const [path = ''] = call.operands
  const [tree = '', group = '', name = ''] = path.split('.')
  const attribute =
    tree.toLowerCase() === 'bios' ? membersOf(call, group).find((one) => same(one.name, name)) : undefined
  if (attribute === undefined) throw new RacadmError(UNKNOWN)
  const row = (label: string, text: string): string => `${label.padEnd(26)}-- ${text}\n`
  const usage =
    attribute.values?.map((value) => `${value} - ${value};`).join('') ??
    (attribute.type === 'Integer' ? `${attribute.lower} - ${attribute.upper}` : 'String')
  const depends = attribute.lockedWhile?.map(({ attribute: other }) => `BIOS.${groupOf(call, other)}.${other}`)
  call.io.out(row(attribute.name, attribute.name))
  call.io.out(row('Usage', usage))
  call.io.out(row('Required License', 'RACADM'))
  call.io.out(row('Dependency', depends?.join(',') ?? 'NA'))
  return 0
}

/** A group's attributes; letter case does not matter. */
function membersOf({ machine }: Call, group: string): readonly BiosAttribute[] {
  return machine.model.biosAttributes.filter((attribute) => same(attribute.group ?? '', group))
}

function groupOf({ machine }: Call, name: string): string {
  return machine.model.biosAttributes.find((attribute) => attribute.name === name)?.group ?? ''
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/**
 * `Name=Value (Pending Value=Other)`; `#` before one that can't be written as things are (captured: HddFailover of a server
 * in UEFI mode). How a password is shown is assumed after iDRAC's own.
 */
function lineOf({ machine }: Call, attribute: BiosAttribute): string {
  const { current, pending } = machine.bios
  if (attribute.type === 'Password') return `!!${attribute.name}=******** (Write-Only)`
  const inPlace = new Map([...current, ...pending])
  const closed = attribute.readOnly === true || attribute.settable?.(inPlace) === false
  const staged = pending.get(attribute.name)
  return `${closed ? '#' : ''}${attribute.name}=${current.get(attribute.name) ?? ''}${staged === undefined ? '' : ` (Pending Value=${staged})`}`
}

/** Assumed: all but RAC947, which was captured, and the sentence of a scheduled job, which is the Redfish service's. */
function refused(fault: 'unknown' | 'read-only' | 'locked' | 'value' | 'committed'): RacadmError {
  switch (fault) {
    case 'value':
      return new RacadmError('RAC947: Invalid object value specified.')
    case 'committed':
      return new RacadmError(
        'Pending configuration values are already committed, unable to perform another set operation.',
      )
    case 'unknown':
      return new RacadmError(UNKNOWN)
    case 'read-only':
      return new RacadmError('The specified object is READ ONLY and cannot be modified.')
    case 'locked':
      return new RacadmError('The specified object cannot be modified because of a dependency on another object.')
    default:
      return fault satisfies never
  }
}
