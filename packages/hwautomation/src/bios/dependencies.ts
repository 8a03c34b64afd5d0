import { sameValue } from './configuration.ts'
import type { BiosRegistry, BiosValue, RegistryCondition, RegistryDependency } from './configuration.ts'

/** The value an attribute will have once the plan is applied; undefined where nobody knows. */
export type ValueAfter = (name: string) => BiosValue | undefined

/** True, false, or undefined where it cannot be decided from values alone. */
type Decision = boolean | undefined

/**
 * Whether the registry's dependencies make an attribute unchangeable under these values.
 * Later dependencies override earlier ones. Undecided ones are left out: nothing is refused on a guess.
 */
export function isGrayedOut(registry: BiosRegistry, name: string, after: ValueAfter): { grayed: boolean; by?: string } {
  const entry = Object.hasOwn(registry.attributes, name) ? registry.attributes[name] : undefined
  let grayed = entry?.grayOut ?? false
  let by: string | undefined
  for (const dependency of dependenciesOf(registry, name)) {
    if (dependency.property !== 'GrayOut' && dependency.property !== 'ReadOnly') continue
    const holds = decide(dependency.conditions, after)
    if (holds === undefined && grayed && by === undefined) grayed = false
    if (holds !== true) continue
    grayed = dependency.value === true || dependency.value === 'true'
    by = grayed ? describe(dependency, after) : undefined
  }
  return by === undefined ? { grayed } : { grayed, by }
}

/**
 * The value that another change of the plan brings along for this attribute, if the registry says so.
 * Only dependencies with a condition on an attribute in `changing` count: the others have had their effect long ago.
 */
export function impliedValue(
  registry: BiosRegistry,
  name: string,
  after: ValueAfter,
  changing: ReadonlySet<string>,
): { value: BiosValue; by: string } | undefined {
  let implied: { value: BiosValue; by: string } | undefined
  for (const dependency of dependenciesOf(registry, name)) {
    if (dependency.property !== 'CurrentValue') continue
    const source = dependency.conditions.find((condition) => changing.has(condition.attribute))
    if (source === undefined || decide(dependency.conditions, after) !== true) continue
    implied = { value: dependency.value, by: source.attribute }
  }
  return implied
}

/** True if the registry says anything about when this attribute may be changed. */
export function hasDependencies(registry: BiosRegistry, name: string): boolean {
  return dependenciesOf(registry, name).length > 0
}

function dependenciesOf(registry: BiosRegistry, name: string): RegistryDependency[] {
  return registry.dependencies.filter((dependency) => dependency.attribute === name)
}

/**
 * Terms are joined in their order (DSP8010 AttributeRegistry, MapTerms). That AND binds stronger than OR is assumed:
 * no statement of it was found.
 */
function decide(conditions: readonly RegistryCondition[], after: ValueAfter): Decision {
  const groups: Decision[][] = []
  for (const condition of conditions) {
    const decision = decideOne(condition, after)
    const group = groups.at(-1)
    if (group === undefined || condition.term === 'OR') groups.push([decision])
    else group.push(decision)
  }
  return any(groups.map(all))
}

function all(decisions: readonly Decision[]): Decision {
  if (decisions.includes(false)) return false
  return decisions.includes(undefined) ? undefined : true
}

function any(decisions: readonly Decision[]): Decision {
  if (decisions.includes(true)) return true
  return decisions.includes(undefined) ? undefined : false
}

const COMPARISONS: ReadonlyMap<string, (a: number, b: number) => boolean> = new Map([
  ['GTR', (a, b) => a > b],
  ['GEQ', (a, b) => a >= b],
  ['LSS', (a, b) => a < b],
  ['LEQ', (a, b) => a <= b],
])

function decideOne({ attribute, property, condition, value }: RegistryCondition, after: ValueAfter): Decision {
  const actual = after(attribute)
  if (property !== 'CurrentValue' || actual === undefined) return undefined
  if (condition === 'EQU') return sameValue(actual, value)
  if (condition === 'NEQ') return !sameValue(actual, value)
  const numbers = [Number(actual), Number(value)] as const
  return numbers.some(Number.isNaN) ? undefined : COMPARISONS.get(condition)?.(...numbers)
}

function describe(dependency: RegistryDependency, after: ValueAfter): string {
  return dependency.conditions.map(({ attribute }) => `${attribute} is ${String(after(attribute) ?? '?')}`).join(', ')
}
