import { unmetCondition } from './condition.ts'
import { attributeOf, registryEntry, sameValue } from './configuration.ts'
import type { BiosConfiguration, BiosRegistry, BiosValue } from './configuration.ts'
import { hasDependencies, impliedValue, isGrayedOut } from './dependencies.ts'
import type { BiosAsWanted, BiosChange, BiosProblem, BiosProblemCode } from './plan.ts'
import { printable } from './printable.ts'
import { checkValue } from './validate.ts'
import type { BiosVendor } from './vendor.ts'
import type { Want } from './wants.ts'

/** The board a want is judged against. */
export interface Bench {
  readonly vendor: BiosVendor
  readonly current: BiosConfiguration
  readonly registry?: BiosRegistry | undefined
}

/** What became of one want: it is so already, it is a change that may be written, or why it may not. */
export type Judged =
  | { readonly kind: 'unchanged'; readonly asWanted: BiosAsWanted }
  | { readonly kind: 'change'; readonly change: BiosChange }
  | { readonly kind: 'problem'; readonly problem: BiosProblem }

/** Judges one want on its own: value, type and range, and what is never written (actions, read-only ones). */
export function judge(want: Want, bench: Bench): Judged {
  const { current, registry } = bench
  const from = attributeOf(current, want.name)
  const label = labelled(want)
  if (from !== undefined && sameValue(from, want.value))
    return { kind: 'unchanged', asWanted: { ...label, value: from } }
  const checked = checkValue(want.name, want.value, from, registryEntry(registry, want.name))
  if (!checked.ok) {
    const { code, message, hint } = checked
    return { kind: 'problem', problem: { code, ...label, wanted: want.value, message, hint } }
  }
  // Another way to write it: `05`.
  if (from !== undefined && sameValue(from, checked.value))
    return { kind: 'unchanged', asWanted: { ...label, value: from } }
  const change: BiosChange = { ...label, from: from ?? null, to: checked.value }
  const problem = neverWritten(change, bench)
  return problem === undefined ? { kind: 'change', change } : { kind: 'problem', problem }
}

function neverWritten(change: BiosChange, { vendor, current, registry }: Bench): BiosProblem | undefined {
  const name = printable(change.name)
  const out = 'Take it out of the template.'
  if (vendor.isAction(change.name))
    return refused(change, 'action', `${name} is an action that is run once, not a setting.`, out)
  const reason = vendor.readOnlyReason(change.name)
  if (reason !== undefined)
    return refused(change, 'read-only', `${name} is read-only and is ${printable(change.from)}: ${reason}.`, out)
  const licence = registryEntry(registry, change.name)?.missingLicence
  if (licence !== undefined)
    return refused(
      change,
      'licence',
      `${name} can be changed only with the licence ${printable(licence)}, which this machine lacks.`,
      `Activate ${printable(licence)} on the machine, or take ${name} out of the template.`,
    )
  if (registryEntry(registry, change.name)?.readOnly !== true) return undefined
  const board = printable(vendor.boardName(current.board))
  return refused(
    change,
    'read-only',
    `${name} is read-only on this board (${board}) and is ${printable(change.from)}.`,
    out,
  )
}

/** Changes that may be written, those that come along with another one, and those that another one forbids. */
export interface Settled {
  readonly changes: readonly BiosChange[]
  readonly implied: readonly BiosAsWanted[]
  readonly locked: readonly BiosProblem[]
}

/** Judges all changes together: what a profile brings along, what it locks, what the registry grays out. */
export function judgeTogether(proposed: readonly BiosChange[], bench: Bench): Settled {
  const wanted = new Map(proposed.map((change) => [change.name, change.to]))
  const after = (name: string): BiosValue | undefined => wanted.get(name) ?? attributeOf(bench.current, name)
  const changing = new Set(wanted.keys())
  const changes: BiosChange[] = []
  const implied: BiosAsWanted[] = []
  const locked: BiosProblem[] = []
  for (const change of proposed) {
    const brought =
      bench.registry === undefined ? undefined : impliedValue(bench.registry, change.name, after, changing)
    const problem = locking(change, bench, after)
    if (brought !== undefined && sameValue(brought.value, change.to))
      implied.push({ ...labelled(change), value: change.to, by: brought.by })
    else if (problem === undefined) changes.push(change)
    else locked.push(problem)
  }
  return { changes, implied, locked }
}

function locking(
  change: BiosChange,
  { vendor, registry }: Bench,
  after: (name: string) => BiosValue | undefined,
): BiosProblem | undefined {
  const name = printable(change.name)
  const unmet = unmetCondition(registryEntry(registry, change.name), change.to, after)
  if (unmet !== undefined) {
    const message = `${name} can be ${printable(change.to)} only while ${printable(unmet, 600)}.`
    return refused(change, 'grayed-out', message, 'Change what it depends on too, or take it out of the template.')
  }
  if (registry !== undefined && hasDependencies(registry, change.name)) {
    const { grayed, by } = isGrayedOut(registry, change.name, after)
    const why = by === undefined ? '' : ` while ${printable(by)}`
    const hint = 'Change what it depends on, or take it out of the template.'
    return grayed ? refused(change, 'grayed-out', `${name} cannot be changed${why}.`, hint) : undefined
  }
  if (registryEntry(registry, change.name)?.grayOut === true)
    return refused(change, 'grayed-out', `${name} cannot be changed on this board now.`, 'Take it out of the template.')
  const profile = vendor.lockedBy(change.name, change.to, after)
  if (profile === undefined) return undefined
  const message = `${name} is decided by the power profile ${printable(profile)} and cannot be set beside it.`
  return refused(change, 'locked-by-profile', message, 'Set `power-profile: custom`, or take it out of the template.')
}

function refused(change: BiosChange, code: BiosProblemCode, message: string, hint: string): BiosProblem {
  return { ...labelled(change), code, wanted: change.to, message, hint }
}

function labelled({ name, canonical }: Pick<BiosChange, 'name' | 'canonical'>): Pick<BiosChange, 'name' | 'canonical'> {
  return canonical === undefined ? { name } : { name, canonical }
}
