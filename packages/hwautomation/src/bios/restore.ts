import { attributeOf, registryEntry, sameValue } from './configuration.ts'
import type { BiosConfiguration, BiosRegistry, BiosValue } from './configuration.ts'
import { judge, judgeTogether, type Bench, type Judged } from './judge.ts'
import type { BiosAsWanted, BiosChange, BiosPlan, BiosProblem } from './plan.ts'
import { printable } from './printable.ts'
import { biosVendors } from './vendors.ts'

/** What a restoring is planned from. */
export interface BiosRestoreInput {
  /** The settings to go back to, read from this machine earlier. */
  readonly found: BiosConfiguration
  /** Settings in force now. */
  readonly current: BiosConfiguration
  /** What the next boot would bring. Default: nothing is staged. */
  readonly pending?: BiosConfiguration | undefined
  readonly registry?: BiosRegistry | undefined
}

/** What going back means: a plan without problems, and what has to stay as it is. */
export interface BiosRestorePlan {
  readonly plan: BiosPlan
  /** Settings that differ and cannot be written back, each with its reason. */
  readonly left: readonly BiosProblem[]
}

/**
 * Brings a machine's BIOS back to what was read from it earlier: every setting that can be written and is different now, in force or
 * staged. Actions, passwords and read-only attributes are no settings. Reachability is not judged anew: the machine was read over the
 * network in this very configuration. Pure.
 */
export function planBiosRestore({ found, current, pending = current, registry }: BiosRestoreInput): BiosRestorePlan {
  const vendor = biosVendors[current.vendor]
  const bench: Bench = { vendor, current, registry }
  const judged = Object.entries(found.attributes)
    .filter(([name]) => isSetting(name, bench))
    .map(([name, value]) => judge({ name, value }, bench))
    .map((each) =>
      each.kind === 'change' && mayBeAnother(each.change.name, found, current) ? renumbered(each.change) : each,
    )
  const proposed = judged.flatMap((each) => (each.kind === 'change' ? [each.change] : []))
  const refused = judged.flatMap((each) => (each.kind === 'problem' ? [each.problem] : []))
  const { changes, implied, locked } = judgeTogether(proposed, bench)
  const asWanted = [...judged.flatMap((each) => (each.kind === 'unchanged' ? [each.asWanted] : [])), ...implied]
  const contradicted = asWanted.filter((entry) => isStagedOtherwise(entry, current, pending))
  return {
    plan: {
      board: printable(vendor.boardName(current.board)),
      changes: [
        ...changes.map((change) => withStaged(change, current, pending)),
        ...contradicted.map((entry) => writtenBack(entry, current, pending)),
      ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      unchanged: asWanted.filter((entry) => !contradicted.includes(entry)),
      given: [],
      preserved: [],
      unsupported: [],
      problems: [],
    },
    left: [...refused, ...locked],
  }
}

/**
 * Supermicro tells settings of one name apart by a number that its tool counts through the whole file: in another version of the BIOS, with
 * a setting more, it may be that of another one. Read back, the wrong one would look right.
 */
function mayBeAnother(name: string, found: BiosConfiguration, current: BiosConfiguration): boolean {
  return (
    current.vendor === 'supermicro' && /#\d+(?: > |$)/.test(name) && found.board.romVersion !== current.board.romVersion
  )
}

function renumbered({ name, to }: BiosChange): Judged {
  const message = `${printable(name, 300)} may be another setting since the BIOS was updated: the board has several of that name.`
  const hint = 'Look in the BIOS set-up which one is meant, and set it there.'
  return { kind: 'problem', problem: { code: 'ambiguous', name, wanted: to, message, hint } }
}

/** It is there now, holds a value, and can be written. */
function isSetting(name: string, { vendor, current, registry }: Bench): boolean {
  const entry = registryEntry(registry, name)
  const isSecret = entry === undefined ? vendor.isSecret(name) : entry.type === 'Password'
  return (
    attributeOf(current, name) !== undefined &&
    !isSecret &&
    !vendor.isAction(name) &&
    vendor.readOnlyReason(name) === undefined &&
    entry?.readOnly !== true
  )
}

function stagedOtherwise(name: string, current: BiosConfiguration, pending: BiosConfiguration): BiosValue | undefined {
  const staged = attributeOf(pending, name)
  return staged === undefined || sameValue(staged, attributeOf(current, name)) ? undefined : staged
}

function isStagedOtherwise(entry: BiosAsWanted, current: BiosConfiguration, pending: BiosConfiguration): boolean {
  const staged = stagedOtherwise(entry.name, current, pending)
  return staged !== undefined && !sameValue(staged, entry.value)
}

function writtenBack(entry: BiosAsWanted, current: BiosConfiguration, pending: BiosConfiguration): BiosChange {
  return withStaged(
    { name: entry.name, from: attributeOf(current, entry.name) ?? null, to: entry.value },
    current,
    pending,
  )
}

function withStaged(change: BiosChange, current: BiosConfiguration, pending: BiosConfiguration): BiosChange {
  const staged = stagedOtherwise(change.name, current, pending)
  return staged === undefined || sameValue(staged, change.to) ? change : { ...change, staged }
}
