import { didYouMeanText } from '../bios/did-you-mean.ts'
import { printable } from '../bios/printable.ts'
import type { CatalogueFault, CatalogueSource } from './catalogue-source.ts'

/** Shipped types, and the operator's own above them. */
export type Layer = 'builtIn' | 'own'

/** A device type as it stands in its file. */
export interface RawType {
  readonly name: string
  readonly source: CatalogueSource
  readonly content: Mapping
}

/** A YAML map as a plain object. */
export type Mapping = Readonly<Record<string, unknown>>

/** A type with everything it inherits, and the descriptions it is made of, its own first. */
export interface ResolvedType {
  readonly name: string
  readonly content: Mapping
  /** The type as its own file describes it. */
  readonly own: RawType
  /** That one and those it extends, nearest first. */
  readonly chain: readonly RawType[]
}

/** True for a plain object, as YAML maps become. */
export function isMapping(value: unknown): value is Mapping {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/**
 * Puts a type together with what it extends. A type that extends its own name means the shipped one;
 * any other name means the type in force under it.
 */
export function resolveExtends(
  own: RawType,
  layers: Record<Layer, ReadonlyMap<string, RawType>>,
): ResolvedType | { readonly fault: CatalogueFault } {
  const chain: RawType[] = [own]
  for (let raw = own, base = baseOf(own); base !== undefined; base = baseOf(raw)) {
    const next = base === raw.name ? shippedUnder(raw) : typeof base === 'string' ? inForce(base) : undefined
    if (next === undefined) return { fault: unknownBase(raw, base) }
    if (chain.includes(next)) {
      const circle = [...chain, next].map((type) => type.name).join(' -> ')
      return { fault: faultAt(own, `extends itself: ${circle}`) }
    }
    chain.push(next)
    raw = next
  }
  const content = chain.reduceRight<Mapping>((below, above) => overlay(below, { ...above.content, extends: null }), {})
  return { name: own.name, content, own, chain }

  function inForce(name: string): RawType | undefined {
    return layers.own.get(name) ?? layers.builtIn.get(name)
  }

  function shippedUnder(type: RawType): RawType | undefined {
    const shipped = layers.builtIn.get(type.name)
    return shipped === type ? undefined : shipped
  }

  function unknownBase(type: RawType, base: unknown): CatalogueFault {
    const known = [...layers.own.keys(), ...layers.builtIn.keys()].filter((other) => other !== type.name)
    return faultAt(
      type,
      `extends \`${printable(base, 64)}\`, which there is not.${didYouMeanText(printable(base, 64), new Set(known))}`,
    )
  }
}

function baseOf(type: RawType): unknown {
  return type.content['extends']
}

function faultAt({ name, source }: RawType, message: string): CatalogueFault {
  return {
    file: source.file,
    ...source.position(['deviceTypes', name, 'extends'], 'value'),
    message: `\`${name}\` ${message}`,
  }
}

/** Maps are merged key by key, everything else replaces, `null` takes away. */
function overlay(below: Mapping, above: Mapping): Mapping {
  const result = new Map(Object.entries(below))
  for (const [key, value] of Object.entries(above)) {
    const under = result.get(key)
    if (value === null) result.delete(key)
    else result.set(key, isMapping(value) ? overlay(isMapping(under) ? under : {}, value) : value)
  }
  return Object.fromEntries(result)
}
