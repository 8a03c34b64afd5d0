import type { Answer } from '../../call.ts'
import type { LabClock } from '../../clock.ts'
import type { Machine } from '../../world/machine.ts'
import type { RedfishReply } from './reply.ts'
import type { Caller, Sessions } from './sessions.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** HEAD is a GET; undefined for a method that no resource knows. */
export function methodOf(name: string | undefined): Method | undefined {
  const wanted = name === 'HEAD' ? 'GET' : name
  return (['GET', 'POST', 'PATCH', 'DELETE'] as const).find((method) => method === wanted)
}

/** One request, parsed and its sender known. */
export interface Asked {
  readonly machine: Machine
  readonly clock: LabClock
  readonly sessions: Sessions
  readonly caller: Caller | undefined
  /** Parsed JSON of a POST or PATCH, else empty. */
  readonly body: Readonly<Record<string, unknown>>
  readonly id: string
  readonly host: string
  readonly ifMatch: string | undefined
}

/** One place in the tree. `{id}` as the last segment of a path stands for any one. */
export interface Resource {
  readonly path: string
  /** Served without a log-in. */
  readonly open?: readonly Method[]
  /** Refuses whoever asks, whatever the method: a licence that is missing. */
  readonly gate?: (asked: Asked) => RedfishReply | undefined
  /** Undefined: there is nothing of that id. */
  readonly GET?: (asked: Asked) => unknown
  readonly POST?: (asked: Asked) => Answer<RedfishReply>
  readonly PATCH?: (asked: Asked) => Answer<RedfishReply>
  readonly DELETE?: (asked: Asked) => Answer<RedfishReply>
  /** Kept gzip-compressed: refused to those who accept nothing but identity. */
  readonly compressed?: true
}

/**
 * The resource at a path; the last segment may be an id. `samePath` has the dialect's rules of letter case. With and without a
 * slash at the end is the same to all of them.
 */
export function findResource(
  resources: readonly Resource[],
  path: string,
  samePath: (one: string, other: string) => boolean,
): { resource: Resource; id: string } | undefined {
  const wanted = path.replace(/\/$/, '')
  const parent = wanted.slice(0, wanted.lastIndexOf('/'))
  const exact = resources.find((resource) => samePath(resource.path, wanted))
  if (exact !== undefined) return { resource: exact, id: '' }
  const member = resources.find(
    (resource) => resource.path.endsWith('/{id}') && samePath(resource.path.slice(0, -5), parent),
  )
  return member && { resource: member, id: wanted.slice(parent.length + 1) }
}

/** Methods of a resource, as its `Allow` header lists them. */
export function allowedMethods(resource: Resource): string[] {
  return [
    ...(resource.GET ? ['GET', 'HEAD'] : []),
    ...(['POST', 'PATCH', 'DELETE'] as const).filter((method) => resource[method] !== undefined),
  ]
}
