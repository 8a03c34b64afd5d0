import { maasError } from './maas-errors.ts'

export interface ApiRoot {
  /** Scheme, host and port. */
  readonly origin: string
  /** Ends in a slash: `/MAAS/api/2.0/`. */
  readonly path: string
}

/**
 * Where the API is, from what people write: `http://maas:5240`, `…/MAAS`, `…/MAAS/`, `…/MAAS/api/2.0` and `…/MAAS/api/2.0/` are one.
 * A proxy's prefix before `/MAAS` stays. The error never repeats credentials that somebody put in the URL.
 */
export function apiRoot(url: string): ApiRoot {
  const parsed = URL.canParse(url.trim()) ? new URL(url.trim()) : undefined
  if (parsed === undefined || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:'))
    throw invalidUrl('must be http:// or https:// with a host')
  if (parsed.username !== '' || parsed.password !== '')
    throw invalidUrl('must not hold a user or password; the API key is an option of its own')
  if (parsed.search !== '' || parsed.hash !== '') throw invalidUrl('must not have a query or fragment')
  const base = parsed.pathname
    .replaceAll(/\/{2,}/g, '/')
    .replace(/\/$/, '')
    .replace(/\/api(\/[\d.]+)?$/, '')
  return { origin: parsed.origin, path: `${base === '' ? '/MAAS' : base}/api/2.0/` }
}

function invalidUrl(problem: string) {
  return maasError('maas.invalid-config', { sent: 'no', message: `The MAAS URL ${problem}.` })
}
