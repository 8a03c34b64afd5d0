import { z } from 'zod'
import {
  factNames,
  factSources,
  factValues,
  type Fact,
  type FactName,
  type Observation,
  type ServerFacts,
} from './facts.ts'

/** What is known after something new was observed: of each source the newest value; what a source did not tell this time stays. */
export function merged(
  before: ServerFacts | undefined,
  systemId: string,
  observed: readonly Observation[],
): ServerFacts {
  const facts = new Map<FactName, readonly Fact[]>()
  for (const name of factNames) {
    const known = observed.reduce(
      (soFar: readonly Fact[], { source, observedAt, facts: told }) =>
        told[name] === undefined
          ? soFar
          : [...soFar.filter((fact) => fact.source !== source), { value: told[name], source, observedAt }],
      before?.facts[name] ?? [],
    )
    if (known.length > 0) facts.set(name, known.toSorted(byNearness))
  }
  const times = [...(before === undefined ? [] : [before.updatedAt]), ...observed.map(({ observedAt }) => observedAt)]
  return {
    // What a later version wrote beside, and its number, stay in the document.
    ...before,
    schema: before?.schema ?? 1,
    systemId,
    updatedAt: times.toSorted().at(-1) ?? '',
    facts: { ...before?.facts, ...Object.fromEntries(facts) },
  }
}

/** A document of the store as facts; undefined for what is none. Facts that cannot be read are left out, those of later versions stay. */
export function readServer(stored: unknown): ServerFacts | undefined {
  const document = documentSchema.safeParse(stored)
  if (!document.success) return undefined
  const facts = Object.entries(document.data.facts).flatMap(([name, values]) => {
    const schema = Object.hasOwn(factValues, name) ? factValues[name as FactName] : z.unknown()
    const readable = Array.isArray(values)
      ? values.filter(
          (fact) => factSchema.safeParse(fact).success && schema.safeParse((fact as { value: unknown }).value).success,
        )
      : []
    return readable.length === 0 ? [] : [[name, readable] as const]
  })
  return { ...document.data, facts: Object.fromEntries(facts) }
}

const documentSchema = z.looseObject({
  schema: z.int().min(1),
  systemId: z.string().min(1),
  updatedAt: z.string(),
  facts: z.record(z.string(), z.unknown()),
})
const factSchema = z.looseObject({ value: z.unknown(), source: z.string(), observedAt: z.string() })

function byNearness(one: Fact, other: Fact): number {
  return factSources.indexOf(one.source) - factSources.indexOf(other.source)
}
