import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Why a request for the page is refused, or undefined. The page acts as its users, so nobody but the browser tab that was given the
 * address may speak to it: the token in the path keeps out other programs and pages; the Host header, DNS rebinding; Origin and
 * Sec-Fetch-Site, a page of another origin that got hold of the address. A request that changes something must be JSON and, from a
 * browser, of our own origin.
 */
export function refusal(request: IncomingMessage): string | undefined {
  const host = request.headers.host ?? ''
  if (!isLoopback(host)) return 'This page is served to this machine only'
  const { origin } = request.headers
  if (origin !== undefined && origin !== `http://${host}`) return 'Another origin asked for this page'
  const site = request.headers['sec-fetch-site']
  if (request.method === 'GET') {
    // A person follows the link in a terminal (none) or in a chat (cross-site navigation); scripts and frames of others do not.
    const navigation =
      request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
    return site === undefined || site === 'same-origin' || site === 'none' || navigation
      ? undefined
      : 'Another site asked for this page'
  }
  if (site !== undefined && site !== 'same-origin') return 'Another site asked for this page'
  if (request.headers['content-type'] !== 'application/json') return 'Only JSON is taken'
  return undefined
}

/** Compares in constant time, so that the token cannot be guessed letter by letter. */
export function sameToken(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function isLoopback(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host)
}

/**
 * Nothing but our own files runs or loads: no script from data (Trusted Types forbid the DOM's ways to parse markup too), no
 * resource from elsewhere, no frame around us, and the address with its token goes nowhere as a referrer.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}
