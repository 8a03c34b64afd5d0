import type { Menu, MenuEntry, Setting } from './menu.ts'

/** A name and, where it occurs more than once in the whole setup, which of them this is. */
export interface Step {
  readonly name: string
  readonly order: number | undefined
}

/** A setting where it stands. */
export interface Placed {
  /** Menus and the setting itself, trimmed, `#n` for an order, joined by ` > `: the key of `machine.bios.current`. */
  readonly path: string
  readonly menus: readonly Step[]
  readonly step: Step
  readonly setting: Setting
  /** Its own condition and those of the menus above it. */
  readonly conditions: readonly string[]
}

/** Of every menu and setting, its order; undefined for those whose name is unique. */
export type Orders = ReadonlyMap<Menu | Setting, number | undefined>

/**
 * Counts names over the whole document, menus and settings together, in the order in which they stand. Only names that occur more
 * than once have an order (ironlib's files of an X11DPH-T and an X11SCH-F).
 */
export function ordersOf(menus: readonly MenuEntry[]): Orders {
  const named = namedEntries(menus)
  const total = new Map<string, number>()
  for (const { name } of named) total.set(name, (total.get(name) ?? 0) + 1)
  const seen = new Map<string, number>()
  const orders = new Map<Menu | Setting, number | undefined>()
  for (const entry of named) {
    const order = (seen.get(entry.name) ?? 0) + 1
    seen.set(entry.name, order)
    orders.set(entry, total.get(entry.name) === 1 ? undefined : order)
  }
  return orders
}

/** Every setting with its path. */
export function placeSettings(menus: readonly MenuEntry[]): readonly Placed[] {
  const orders = ordersOf(menus)
  const walk = (entries: readonly MenuEntry[], above: readonly Step[], gates: readonly string[]): Placed[] =>
    entries.flatMap((entry) => {
      if (entry.kind !== 'menu' && entry.kind !== 'setting') return []
      const step = { name: entry.name, order: orders.get(entry) }
      const conditions = entry.workIf === undefined ? gates : [...gates, entry.workIf]
      if (entry.kind === 'menu') return walk(entry.entries, [...above, step], conditions)
      return [{ path: pathOf([...above, step]), menus: above, step, setting: entry, conditions }]
    })
  return walk(menus, [], [])
}

/** `Advanced > Serial Port Console Redirection > Console Redirection#1`. */
export function pathOf(steps: readonly Step[]): string {
  return steps.map(({ name, order }) => `${name.trim()}${order === undefined ? '' : `#${order}`}`).join(' > ')
}

function namedEntries(entries: readonly MenuEntry[]): (Menu | Setting)[] {
  return entries.flatMap((entry) =>
    entry.kind === 'menu' ? [entry, ...namedEntries(entry.entries)] : entry.kind === 'setting' ? [entry] : [],
  )
}
