import { attributeOf, registryEntry } from '../configuration.ts'
import type { BiosConfiguration, BiosRegistry } from '../configuration.ts'
import { BETWEEN } from './names.ts'

/**
 * Native names that a place stands for on this board. A place is a menu path as the tool shows it, in which `**` is any
 * number of menus; letter case and `®` against `(R)` do not count, and `#n` only where the place has one.
 */
export function settingsAt(place: string, { attributes }: Pick<BiosConfiguration, 'attributes'>): string[] {
  const pattern = patternOf(place)
  return Object.keys(attributes).filter((name) => pattern.test(plain(name)))
}

/** The one setting at a place; undefined where there is none, or more than one. */
export function settingAt(place: string, configuration: Pick<BiosConfiguration, 'attributes'>): string | undefined {
  const found = settingsAt(place, configuration)
  return found.length === 1 ? found[0] : undefined
}

/** The value of the one setting at a place, in lower case: boards write `LEGACY` and `Legacy`. */
export function wordAt(place: string, configuration: Pick<BiosConfiguration, 'attributes'>): string | undefined {
  const name = settingAt(place, configuration)
  const value = name === undefined ? undefined : attributeOf(configuration, name)
  return typeof value === 'string' ? value.toLowerCase() : undefined
}

/**
 * The board's own spelling of the first of these texts that it offers (`Enable` here, `Enabled` there); undefined where
 * it offers none of them or does not tell what it offers: nothing is guessed.
 */
export function offered(
  name: string,
  texts: readonly string[],
  registry: BiosRegistry | undefined,
): string | undefined {
  const values = registryEntry(registry, name)?.values ?? []
  for (const text of texts) {
    const spelled = values.filter((value) => value.trim().toLowerCase() === text.toLowerCase())
    if (spelled.length === 1) return spelled[0]
  }
  return undefined
}

const patterns = new Map<string, RegExp>()

function patternOf(place: string): RegExp {
  const known = patterns.get(place)
  if (known !== undefined) return known
  const segments = place.split(BETWEEN)
  const source = segments.map((segment, index) => {
    const isLast = index === segments.length - 1
    if (segment === '**') return `(?:.*${BETWEEN})?`
    const name = plain(segment).replaceAll(/[$()*+.?[\\\]^{|}/]/g, String.raw`\$&`)
    return `${name}${/#\d+$/.test(segment) ? '' : String.raw`(?:#\d+)?`}${isLast ? '' : BETWEEN}`
  })
  const pattern = new RegExp(`^${source.join('')}$`)
  patterns.set(place, pattern)
  return pattern
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('®', '(r)').replaceAll(/\s+/g, ' ')
}
