import { HwError } from '../errors.ts'
import { attributeOf, sameValue, type BiosConfiguration, type BiosRegistry } from './configuration.ts'
import { judge, judgeTogether } from './judge.ts'
import type { BiosAsWanted, BiosChange, BiosPlan, BiosProblem } from './plan.ts'
import { printable } from './printable.ts'
import { reachabilityProblems } from './reachability.ts'
import type { BiosTemplate, Consent } from './template.ts'
import { biosVendors } from './vendors.ts'
import { wantsOf } from './wants.ts'

/** What a plan is made from. */
export interface BiosPlanInput {
  readonly template: BiosTemplate
  /** Settings in force now, read from the machine. */
  readonly current: BiosConfiguration
  /** What the next boot would bring; a staged value that contradicts a wanted one is a change. Default: nothing is staged. */
  readonly pending?: BiosConfiguration | undefined
  /** The board's own registry; without it only types and names are checked against `current`. */
  readonly registry?: BiosRegistry | undefined
  /** Globs to protect beside the template's own. */
  readonly preserve?: readonly string[] | undefined
  /** Consent beside the template's own, e.g. of this request. */
  readonly consent?: readonly Consent[] | undefined
}

/**
 * What applying a template to this machine means: which attributes change, which stay, and every reason why it must
 * not be applied, all at once. Pure: nothing is written, and the same input gives the same plan. Planning again on
 * the result of {@link configurationAfter} gives no changes.
 *
 * @example
 * const plan = planBiosChange({ template: type.bios, current, registry })
 * const refused = biosPlanError(plan)
 * if (refused) throw refused
 */
export function planBiosChange({
  template,
  current,
  pending = current,
  registry,
  preserve = [],
  consent = [],
}: BiosPlanInput): BiosPlan {
  const vendor = biosVendors[current.vendor]
  const globs = [...template.preserve, ...preserve]
  const { wants, given, preserved, problems } = wantsOf(template, globs, vendor, {
    current,
    registry,
    bootNic: template.bootNic,
    wanted: template.settings,
  })
  const judged = wants.map((want) => judge(want, { vendor, current, registry }))
  const proposed = judged.flatMap((each) => (each.kind === 'change' ? [each.change] : []))
  const { changes, implied, locked } = judgeTogether(proposed, { vendor, current, registry })
  const after = withChanges(current, changes, implied)
  const reach = reachabilityProblems({
    vendor,
    current,
    after,
    changes,
    bootNic: template.bootNic,
    allowed: new Set([...template.allow, ...consent]),
  })
  const faults = judged.flatMap((each) => (each.kind === 'problem' ? [each.problem] : []))
  const unchanged = judged.flatMap((each) => (each.kind === 'unchanged' ? [each.asWanted] : []))
  const { kept, contradicted } = againstStaged([...unchanged, ...implied], current, pending)
  const all = distinct([...problems, ...faults, ...locked, ...reach])
  return {
    board: printable(vendor.boardName(current.board)),
    changes: byName([...changes.map((change) => withStaged(change, current, pending)), ...contradicted]),
    unchanged: byName(kept),
    given,
    preserved: byName(preserved),
    unsupported: all.filter((problem) => problem.code === 'unsupported'),
    problems: all,
  }
}

/** The settings a machine should show once the plan has been applied. */
export function configurationAfter(plan: BiosPlan, current: BiosConfiguration): BiosConfiguration {
  return withChanges(
    current,
    plan.changes,
    plan.unchanged.filter((entry) => entry.by !== undefined),
  )
}

/** The error for a plan that must not be applied; undefined for one that may. Names every problem. */
export function biosPlanError(plan: BiosPlan): HwError | undefined {
  const [first, ...others] = plan.problems
  if (first === undefined) return undefined
  const rest = others.length === 0 ? '' : ` (and ${others.length} more)`
  return new HwError({
    code: 'bios.template-refused',
    kind: 'invalid',
    message: `The BIOS template cannot be applied to ${plan.board}: ${first.message}${rest}`,
    hint: first.hint,
    context: { problems: plan.problems.map((problem) => `${problem.message} ${problem.hint}`) },
  })
}

/** What is as wanted, but would not be after the next boot, has to be written like any other change. */
function againstStaged(
  asWanted: readonly BiosAsWanted[],
  current: BiosConfiguration,
  pending: BiosConfiguration,
): { readonly kept: readonly BiosAsWanted[]; readonly contradicted: readonly BiosChange[] } {
  const kept: BiosAsWanted[] = []
  const contradicted: BiosChange[] = []
  for (const entry of asWanted) {
    const { by: _, value: to, ...label } = entry
    const change = withStaged({ ...label, from: attributeOf(current, entry.name) ?? null, to }, current, pending)
    if (change.staged === undefined) kept.push(entry)
    else contradicted.push(change)
  }
  return { kept, contradicted }
}

function withStaged(change: BiosChange, current: BiosConfiguration, pending: BiosConfiguration): BiosChange {
  const staged = attributeOf(pending, change.name)
  return staged === undefined || sameValue(staged, attributeOf(current, change.name)) || sameValue(staged, change.to)
    ? change
    : { ...change, staged }
}

function withChanges(
  current: BiosConfiguration,
  changes: readonly BiosChange[],
  implied: readonly BiosAsWanted[],
): BiosConfiguration {
  const entries = new Map(Object.entries(current.attributes))
  for (const { name, to } of changes) entries.set(name, to)
  for (const { name, value } of implied) entries.set(name, value)
  return { ...current, attributes: Object.fromEntries(entries) }
}

function byName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function distinct(problems: readonly BiosProblem[]): BiosProblem[] {
  const seen = new Map(problems.map((problem) => [`${problem.code} ${problem.name}`, problem]))
  return [...seen.values()]
}
