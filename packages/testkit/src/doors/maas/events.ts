import { all, one } from './fields.ts'
import { json, refused } from './reply.ts'
import { eventTime } from './dates.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Fields } from './fields.ts'

/** One entry of MAAS's event log. */
export interface MaasEvent {
  readonly id: number
  readonly systemId: string
  readonly hostname: string
  readonly level: EventLevel
  readonly at: number
  readonly type: string
  readonly description: string
}

/** Levels in rising order. */
export type EventLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL'

const LEVELS: readonly EventLevel[] = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']
const MOST = 1000
const DEFAULT_LIMIT = 100

/** Writes an event; at INFO and above it becomes the node's `status_message`. */
export function addEvent(region: Region, node: MaasNode, level: EventLevel, type: string, description = ''): void {
  region.ids.event += 1
  region.events.push({
    id: region.ids.event,
    systemId: node.systemId,
    hostname: node.hostname,
    level,
    at: region.clock.now(),
    type,
    description,
  })
  if (level !== 'DEBUG') node.statusMessage = description === '' ? type : `${type} - ${description}`
}

/** GET `events/?op=query`: newest first, cursors by `after` and `before` (MAAS 3.3 recorded). */
export function queryEvents(region: Region, query: Fields): Reply {
  const limit = limitOf(one(query, 'limit'))
  if (typeof limit !== 'number') return limit
  const level = one(query, 'level') ?? 'INFO'
  const least = LEVELS.findIndex((known) => known === level)
  if (least < 0) return refused(400, `Unrecognised log level: ${level}`)
  const after = one(query, 'after')
  const before = one(query, 'before')
  if (after !== undefined && before !== undefined) {
    return refused(400, 'There is undetermined behaviour when both `after` and `before` are specified.')
  }
  const matching = region.events.filter((event) => matches(region, event, query, least))
  const page = pageOf(matching, limit, after, before)
  return json({
    count: page.length,
    events: page.map((event) => eventRecord(event)),
    next_uri: uri(query, 'after', page[0]?.id ?? (page.length === 0 ? undefined : Number(after))),
    prev_uri: page.length === 0 ? null : uri(query, 'before', page.at(-1)?.id),
  })
}

/** `limit=0` and `-1` give one event (MAAS 3.3 recorded). */
function limitOf(text: string | undefined): number | Reply {
  if (text === undefined) return DEFAULT_LIMIT
  if (!/^-?\d+$/.test(text)) return refused(400, 'Invalid limit: Please enter an integer value')
  const limit = Number(text)
  if (limit > MOST) return refused(400, `Requested number of events ${limit} is greater than limit: ${MOST}`)
  return Math.max(limit, 1)
}

function matches(region: Region, event: MaasEvent, query: Fields, least: number): boolean {
  if (LEVELS.indexOf(event.level) < least) return false
  const ids = all(query, 'id')
  if (ids.length > 0 && !ids.includes(event.systemId)) return false
  const hostnames = all(query, 'hostname')
  if (hostnames.length > 0 && !hostnames.includes(event.hostname)) return false
  const node = region.nodes.get(event.systemId)
  const macs = all(query, 'mac_address')
  if (macs.length > 0 && !node?.interfaces.some((nic) => macs.includes(nic.mac))) return false
  const owners = all(query, 'owner')
  return owners.length === 0 || owners.includes(node?.owner ?? '')
}

/** Newest first. `after` gives the events next to the cursor, not the newest ones of all (assumed from `api/events.py`). */
function pageOf(matching: readonly MaasEvent[], limit: number, after?: string, before?: string): readonly MaasEvent[] {
  if (after !== undefined) {
    return matching
      .filter((event) => event.id > Number(after))
      .slice(0, limit)
      .toReversed()
  }
  const older = before === undefined ? matching : matching.filter((event) => event.id < Number(before))
  return older.slice(-limit).toReversed()
}

function eventRecord(event: MaasEvent): Readonly<Record<string, unknown>> {
  return {
    username: 'unknown',
    node: event.systemId,
    hostname: event.hostname,
    id: event.id,
    level: event.level,
    created: eventTime(event.at),
    type: event.type,
    description: event.description,
  }
}

function uri(query: Fields, cursor: 'after' | 'before', id: number | undefined): string {
  const params = new URLSearchParams([['op', 'query']])
  for (const [name, values] of query) {
    if (name === 'op' || name === 'after' || name === 'before') continue
    for (const value of values) params.append(name, value)
  }
  if (id !== undefined) params.append(cursor, String(id))
  return `/MAAS/api/2.0/events/?${params.toString()}`
}
