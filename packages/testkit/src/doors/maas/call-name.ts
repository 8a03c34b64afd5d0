import { all } from './fields.ts'
import { ENDPOINTS } from './endpoints.ts'
import { labName } from './region.ts'
import type { Call } from '../../call.ts'
import type { CallKind } from '../../faults.ts'
import type { Routed } from './answer.ts'
import type { Region } from './region.ts'

const LONGEST_DETAIL = 300
/** Fields that name machines where the path does not. */
const NAMING_FIELDS = ['id', 'system_id', 'add', 'remove']

/** A request as the log and the faults know it: `maas POST machines/{id}?op=commission`. */
export function callOf(region: Region, routed: Routed): Call {
  const { incoming, route, op, operation } = routed
  const server = serverOf(region, routed)
  const where = 'endpoint' in route ? route.endpoint.path : `(${route.nowhere})`
  return {
    door: 'maas',
    ...(server === undefined ? {} : { server }),
    call: `maas ${incoming.method} ${where}${op === undefined ? '' : `?op=${op}`}`,
    mutating: operation?.mutating ?? false,
    detail: detailOf(routed),
  }
}

/** Every call that the door serves, for the fault book. */
export function callKinds(): readonly CallKind[] {
  return ENDPOINTS.flatMap((endpoint) =>
    Object.entries(endpoint.operations).map(([key, operation]) => {
      const [method = '', op = ''] = key.split('?', 2)
      return { call: `maas ${method} ${endpoint.path}${op === '' ? '' : `?${op}`}`, mutating: operation.mutating }
    }),
  )
}

/** Host name of the one machine that a request is about; undefined for none or several. */
function serverOf(region: Region, { incoming, route }: Routed): string | undefined {
  const inPath = 'endpoint' in route ? route.params['id'] : undefined
  if (inPath !== undefined) return nameOf(region, inPath)
  const form = incoming.body === 'malformed' ? undefined : incoming.body.fields
  const named = new Set(
    NAMING_FIELDS.flatMap((field) => [...all(incoming.query, field), ...(form ? all(form, field) : [])]),
  )
  const [only] = named
  return named.size === 1 && only !== undefined ? nameOf(region, only) : undefined
}

function nameOf(region: Region, systemId: string): string | undefined {
  const node = region.nodes.get(systemId)
  return node && labName(region, node)
}

/** The query, and the names of the form's fields: their values may be secret. */
function detailOf({ incoming }: Routed): string {
  const query = [...incoming.query]
    .filter(([name]) => name !== 'op')
    .flatMap(([name, values]) => values.map((value) => `${name}=${value}`))
  const fields = incoming.body === 'malformed' ? ['(malformed body)'] : [...incoming.body.fields.keys()]
  return [...query, ...fields].join(' ').slice(0, LONGEST_DETAIL)
}
