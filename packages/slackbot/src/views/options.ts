import type { Option } from '@slack/types'
import { LIMITS, plainText } from './blocks.ts'

/** A server as `hw.servers()` lists it. */
export interface ServerChoice {
  readonly hostname: string
  readonly fqdn: string
  readonly systemId: string
  readonly status: string
  readonly pool?: string
  readonly zone?: string
}

/** Servers that have what was typed, the best matches first, at most 100. The value is the system_id, which means one machine. */
export function serverOptions(servers: readonly ServerChoice[], typed: string): Option[] {
  return best(servers, typed, ({ hostname, fqdn, systemId }) => [hostname, fqdn, systemId]).map(
    ({ hostname, status, pool, zone, systemId }) =>
      option(hostname, systemId, [status, pool, zone].filter((part) => part !== undefined && part !== '').join(' · ')),
  )
}

/** Device types that have what was typed, at most 100. The value is the name. */
export function deviceTypeOptions(
  types: readonly { readonly name: string; readonly about?: string }[],
  typed: string,
): Option[] {
  return best(types, typed, ({ name, about = '' }) => [name, about]).map(({ name, about = '' }) =>
    option(name, name, about),
  )
}

/** Those that begin with it before those that only contain it; each by its first name. */
function best<Item>(items: readonly Item[], typed: string, namesOf: (item: Item) => readonly string[]): Item[] {
  const wanted = typed.trim().toLowerCase()
  return items
    .map((item) => ({ item, names: namesOf(item).map((name) => name.toLowerCase()) }))
    .filter(({ names }) => names.some((name) => name.includes(wanted)))
    .map(({ item, names }) => ({
      item,
      rank: names.some((name) => name.startsWith(wanted)) ? 0 : 1,
      first: names[0] ?? '',
    }))
    .toSorted((one, other) => one.rank - other.rank || one.first.localeCompare(other.first, 'en', { numeric: true }))
    .slice(0, LIMITS.options)
    .map(({ item }) => item)
}

const LONGEST_VALUE = 150

function option(text: string, value: string, description: string): Option {
  return {
    text: plainText(text, LIMITS.optionText),
    value: value.slice(0, LONGEST_VALUE),
    ...(description === '' ? {} : { description: plainText(description, LIMITS.optionText) }),
  }
}
