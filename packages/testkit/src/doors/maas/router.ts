import { ENDPOINTS } from './endpoints.ts'
import type { Endpoint } from './endpoints.ts'

/** Where a path leads. */
export type Route =
  | { readonly endpoint: Endpoint; readonly params: Readonly<Record<string, string>> }
  | { readonly nowhere: 'unknown endpoint' | 'old api' | 'outside' }

const BASE = /^\/MAAS\/+api\/+2\.0\/(.*)$/
const OLD = /^\/MAAS\/+api\/+1\.0\//

const SPLIT = ENDPOINTS.map((endpoint) => ({ endpoint, parts: endpoint.path.split('/') }))

/** Finds the endpoint of a path. The trailing slash is part of it; double slashes before `api` do no harm (MAAS 3.3 recorded). */
export function route(path: string): Route {
  if (OLD.test(path)) return { nowhere: 'old api' }
  if (!path.startsWith('/MAAS/')) return { nowhere: 'outside' }
  const rest = BASE.exec(path)?.[1]
  if (rest === undefined || !rest.endsWith('/')) return { nowhere: 'unknown endpoint' }
  const given = rest.slice(0, -1).split('/')
  for (const { endpoint, parts } of SPLIT) {
    const params = match(parts, given)
    if (params) return { endpoint, params }
  }
  return { nowhere: 'unknown endpoint' }
}

function match(parts: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (parts.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const value = given[index] ?? ''
    if (!part.startsWith('{')) {
      if (part !== value) return undefined
      continue
    }
    if (value === '') return undefined
    params[part.slice(1, -1)] = decode(value)
  }
  return params
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
