import { createHmac } from 'node:crypto'
import { authorizationError, credentialsAbsent, refused } from './reply.ts'
import type { Reply } from './reply.ts'
import type { Account } from './users.ts'

/** What the check looks at. */
export interface SignedRequest {
  readonly method: string
  /** Absolute URL as the server sees it. */
  readonly url: string
  /** The Authorization header. */
  readonly authorization: string | undefined
}

/** Who asks, or the answer that refuses them. `absent` marks missing credentials: some endpoints have an anonymous handler. */
export type Verdict =
  | { readonly user: Account }
  | { readonly user?: undefined; readonly absent: boolean; readonly reply: Reply }

/** Only the past is checked (MAAS 3.3 recorded: ten minutes in the future are accepted). */
const OLDEST_TIMESTAMP_S = 300
const NONCES_KEPT = 20_000
const REQUIRED = ['oauth_consumer_key', 'oauth_token', 'oauth_signature_method', 'oauth_timestamp', 'oauth_nonce']

/**
 * MAAS's OAuth 1.0a check. The order of the checks is piston's (`oauth.py: verify_request`, `_check_signature`),
 * the words are MAAS 3.3's as recorded, the one that gives the right secret away included.
 */
export class OAuthCheck {
  readonly #users: () => Iterable<Account>
  readonly #seconds: () => number
  readonly #nonces = new Set<string>()

  /** `seconds`: the server's idea of the time, in seconds since the epoch. */
  constructor(users: () => Iterable<Account>, seconds: () => number) {
    this.#users = users
    this.#seconds = seconds
  }

  check(request: SignedRequest): Verdict {
    const given = parseAuthorization(request.authorization)
    if (!given || REQUIRED.some((name) => !given.has(name))) {
      return { absent: true, reply: credentialsAbsent() }
    }
    const outcome = this.#verify(request, given)
    return 'name' in outcome ? { user: outcome } : { absent: false, reply: outcome }
  }

  #verify(request: SignedRequest, given: ReadonlyMap<string, string>): Account | Reply {
    const value = (name: string): string => given.get(name) ?? ''
    const users = [...this.#users()]
    if (!users.some((user) => user.key.consumer === value('oauth_consumer_key'))) {
      return authorizationError('Invalid API key.')
    }
    const user = users.find((one) => one.key.token === value('oauth_token'))
    if (!user) return authorizationError(`'Invalid access token: ${value('oauth_token')}'`)

    const timestamp = value('oauth_timestamp')
    if (!/^\s*[+-]?\d+\s*$/.test(timestamp)) {
      return { ...refused(500, `invalid literal for int() with base 10: '${timestamp}'`), contentType: 'text/plain' }
    }
    const now = Math.floor(this.#seconds())
    if (now - Number(timestamp) > OLDEST_TIMESTAMP_S) {
      return authorizationError(
        `'Expired timestamp: given ${Number(timestamp)} and now ${now} has a greater difference than threshold ${OLDEST_TIMESTAMP_S}'`,
      )
    }
    if (!this.#isFresh(value('oauth_nonce'))) {
      return authorizationError(`'Nonce already used: ${value('oauth_nonce')}'`)
    }
    return signatureFault(request, given, user) ?? user
  }

  #isFresh(nonce: string): boolean {
    if (this.#nonces.has(nonce)) return false
    this.#nonces.add(nonce)
    if (this.#nonces.size > NONCES_KEPT) {
      const [oldest] = this.#nonces
      if (oldest !== undefined) this.#nonces.delete(oldest)
    }
    return true
  }
}

function signatureFault(request: SignedRequest, given: ReadonlyMap<string, string>, user: Account): Reply | undefined {
  const method = given.get('oauth_signature_method') ?? ''
  if (method !== 'PLAINTEXT' && method !== 'HMAC-SHA1') {
    return authorizationError(
      `'Signature method ${method} not supported try one of the following: PLAINTEXT, HMAC-SHA1'`,
    )
  }
  const signature = given.get('oauth_signature')
  if (signature === undefined) return authorizationError("'Missing signature.'")
  const key = `&${encode(user.key.secret)}`
  const base = method === 'PLAINTEXT' ? key : signatureBase(request, given)
  const expected = method === 'PLAINTEXT' ? key : createHmac('sha1', key).update(base).digest('base64')
  if (signature === expected) return undefined
  return authorizationError(`'Invalid signature. Expected signature base string: ${base}'`)
}

/** RFC 5849 §3.4.1; the body's fields are left out (assumed: no client of ours signs a form with HMAC). */
function signatureBase(request: SignedRequest, given: ReadonlyMap<string, string>): string {
  const url = new URL(request.url)
  const pairs = [...url.searchParams, ...given].filter(([name]) => name !== 'oauth_signature' && name !== 'realm')
  const normalized = pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).toSorted()
  return [request.method, `${url.origin}${url.pathname}`, normalized.join('&')].map(encode).join('&')
}

/** `OAuth k="v", k="v"`: split at commas, values percent-decoded once; undefined for anything else. */
function parseAuthorization(header: string | undefined): ReadonlyMap<string, string> | undefined {
  const match = /^OAuth(?:\s+(.*))?$/s.exec(header ?? '')
  if (!match) return undefined
  const given = new Map<string, string>()
  for (const part of (match[1] ?? '').split(',')) {
    const at = part.indexOf('=')
    if (at < 0) continue
    const name = part.slice(0, at).trim()
    const value = part
      .slice(at + 1)
      .trim()
      .replace(/^"|"$/g, '')
    given.set(name, decode(value))
  }
  return given
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
