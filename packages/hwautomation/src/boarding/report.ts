import { isMatch } from 'matcher'
import { attributeOf, sameValue, type BiosValue } from '../bios/configuration.ts'
import { printable } from '../bios/printable.ts'
import { settingNames } from '../bios/settings.ts'
import { biosVendors } from '../bios/vendors.ts'
import { bmcSettings, type BmcSettingName } from '../devices/bmc-settings.ts'
import type { BoardingRules } from '../devices/boarding.ts'
import { bootDeviceKind, bootOrderOf } from './boot-order.ts'
import type { BiosSeen, BoardingSeen, BmcSettingReading } from './seen.ts'

/** How one rule fares. `unknown`: it could not be read, which is no proof. */
export interface BoardingFinding {
  /** `bios.secure-boot`, `native.NAME`, `bios-password`, `boot-order`, `bmc.kcs-control`, `user.NAME`, `licence`. */
  readonly rule: string
  readonly wanted: string
  /** What was read, printable; for `unknown` why it was not. */
  readonly found: string
  readonly verdict: 'met' | 'broken' | 'unknown'
  /** A breach is worth a warning only. */
  readonly advised: boolean
}

/**
 * Compares what a machine must have before it goes into service with what was read of it. One finding for each rule, in the order of
 * the rules; nothing that no rule asks for. Pure.
 *
 * @example
 * boardingReport(type.boarding, { bios: { configuration }, why: {} }).filter(({ verdict }) => verdict !== 'met')
 */
export function boardingReport(rules: BoardingRules, seen: BoardingSeen): readonly BoardingFinding[] {
  const findings = [...biosFindings(rules, seen), ...bmcFindings(rules, seen)]
  return findings.map((finding) => ({
    ...finding,
    found: printable(finding.found, 300),
    advised: isMatch(finding.rule, [...rules.advised]),
  }))
}

/** Whether there is any rule at all. */
export function hasRules(rules: BoardingRules): boolean {
  return asksForBios(rules) || asksForBmc(rules)
}

/** Whether there is anything to compare with the BIOS. */
export function asksForBios({ bios, native, biosPassword, bootOrder }: BoardingRules): boolean {
  return Object.keys(bios).length + Object.keys(native).length + bootOrder.length > 0 || biosPassword !== undefined
}

/** Whether there is anything to compare with the BMC. */
export function asksForBmc({ bmc, users, licence }: BoardingRules): boolean {
  return Object.keys(bmc).length + users.length > 0 || licence !== undefined
}

type Finding = Omit<BoardingFinding, 'advised'>
type Judged = Pick<Finding, 'verdict' | 'found'>

function biosFindings(rules: BoardingRules, { bios, why }: BoardingSeen): Finding[] {
  const judged = (judge: (bios: BiosSeen) => Judged): Judged =>
    bios === undefined ? { verdict: 'unknown', found: why.bios ?? 'the BIOS settings were not read' } : judge(bios)
  return [
    ...settingNames.flatMap((name): Finding[] => {
      const value = rules.bios[name]
      if (value === undefined) return []
      return [{ rule: `bios.${name}`, wanted: String(value), ...judged((seen) => canonical(name, value, seen)) }]
    }),
    ...Object.entries(rules.native).map(([name, value]) => ({
      rule: `native.${printable(name)}`,
      wanted: String(value),
      ...judged((seen) => native(name, value, seen)),
    })),
    ...(rules.biosPassword === undefined
      ? []
      : [{ rule: 'bios-password', wanted: rules.biosPassword, ...judged((seen) => password(rules, seen)) }]),
    ...(rules.bootOrder.length === 0
      ? []
      : [{ rule: 'boot-order', wanted: rules.bootOrder.join(', '), ...judged((seen) => bootOrder(rules, seen)) }]),
  ]
}

function canonical(name: (typeof settingNames)[number], value: string | number, seen: BiosSeen): Judged {
  const { configuration: current, registry, bootNic } = seen
  const meaning = biosVendors[current.vendor].meaning(name, value, { current, registry, bootNic })
  if (meaning.kind === 'given') return { verdict: 'met', found: meaning.reason }
  if (meaning.kind !== 'attributes') return { verdict: 'unknown', found: meaning.reason }
  const all = meaning.attributes.map((wanted) => ({ ...wanted, found: attributeOf(current, wanted.name) }))
  const found = all.map((one) => `${one.name} is ${shown(one.found)}`).join(', ')
  if (all.some((one) => one.found === undefined)) return { verdict: 'unknown', found }
  return { verdict: all.every((one) => sameValue(one.found, one.value)) ? 'met' : 'broken', found }
}

function native(name: string, value: string | number, { configuration }: BiosSeen): Judged {
  const found = attributeOf(configuration, name)
  if (found === undefined) return { verdict: 'unknown', found: 'the board does not show it' }
  return { verdict: sameValue(found, value) ? 'met' : 'broken', found: shown(found) }
}

function password({ biosPassword }: BoardingRules, { configuration }: BiosSeen): Judged {
  const state = configuration.administratorPassword
  if (state === undefined) return { verdict: 'unknown', found: 'this vendor’s file does not tell' }
  return { verdict: state === biosPassword ? 'met' : 'broken', found: state }
}

/** The kinds of the entries, each where it comes first, must begin with the wanted ones. */
function bootOrder({ bootOrder: wanted }: BoardingRules, { configuration }: BiosSeen): Judged {
  const entries = bootOrderOf(configuration)
  if (entries === undefined) return { verdict: 'unknown', found: 'the boot order was not read' }
  const kinds = entries.map((entry) => bootDeviceKind(configuration.vendor, entry) ?? `? (${entry})`)
  const first = [...new Set(kinds)]
  const found = first.join(', ') || 'empty'
  if (wanted.every((kind, place) => first[place] === kind)) return { verdict: 'met', found }
  return { verdict: first.slice(0, wanted.length).some((kind) => kind.startsWith('?')) ? 'unknown' : 'broken', found }
}

function bmcFindings(rules: BoardingRules, { bmc, why }: BoardingSeen): Finding[] {
  const nobody = why.bmc ?? 'the BMC was not asked'
  const read = (reading: BmcSettingReading | undefined, wanted: string): Judged => {
    if (reading === undefined) return { verdict: 'unknown', found: nobody }
    if (reading.state === 'unreadable') return { verdict: 'unknown', found: reading.why }
    return { verdict: reading.value === wanted ? 'met' : 'broken', found: reading.value }
  }
  return [
    ...Object.keys(bmcSettings).flatMap((key): Finding[] => {
      const name = key as BmcSettingName
      const wanted = rules.bmc[name]
      return wanted === undefined ? [] : [{ rule: `bmc.${name}`, wanted, ...read(bmc?.settings[name], wanted) }]
    }),
    ...rules.users.map((name) => ({
      rule: `user.${name}`,
      wanted: 'a user that may log in',
      ...userFinding(name, bmc?.users, nobody),
    })),
    ...(rules.licence === undefined
      ? []
      : [{ rule: 'licence', wanted: rules.licence, ...read(bmc?.licence, rules.licence) }]),
  ]
}

function userFinding(name: string, users: NonNullable<BoardingSeen['bmc']>['users'], nobody: string): Judged {
  if (users === undefined) return { verdict: 'unknown', found: nobody }
  const user = users.find((one) => one.name === name)
  if (user === undefined) return { verdict: 'broken', found: 'no such user' }
  return user.enabled ? { verdict: 'met', found: user.privilege } : { verdict: 'broken', found: 'disabled' }
}

function shown(value: BiosValue | undefined): string {
  return value === undefined ? 'not shown by the board' : printable(value)
}
