import { maasError } from './maas-errors.ts'

/** The three parts of a MAAS API key. The consumer secret is always empty. */
export interface ApiKey {
  readonly consumerKey: string
  readonly tokenKey: string
  readonly tokenSecret: string
}

/** Splits `consumer:token:secret`. The error never shows the key. */
export function parseApiKey(text: string): ApiKey {
  const [consumerKey, tokenKey, tokenSecret, ...rest] = text.trim().split(':')
  if (!consumerKey || !tokenKey || !tokenSecret || rest.length > 0)
    throw maasError('maas.invalid-config', {
      sent: 'no',
      message: `The MAAS API key must be three parts with colons between them; this one has ${text.trim().split(':').filter(Boolean).length}.`,
    })
  return { consumerKey, tokenKey, tokenSecret }
}

/**
 * The `Authorization` header of one request: OAuth 1.0a, PLAINTEXT (RFC 5849, 3.4.4 and 3.5.1).
 *
 * @param nonce never used before: MAAS remembers nonces whatever their timestamp (MAAS 3.3 recorded: "Nonce already used")
 * @param timestamp whole seconds since the epoch; MAAS answers 500 to fractions and 401 to more than 300 s in the past
 */
export function authorizationHeader(
  key: ApiKey,
  { nonce, timestamp }: { readonly nonce: string; readonly timestamp: number },
): string {
  const parameters = {
    oauth_version: '1.0',
    oauth_signature_method: 'PLAINTEXT',
    oauth_consumer_key: key.consumerKey,
    oauth_token: key.tokenKey,
    oauth_signature: `&${percentEncode(key.tokenSecret)}`,
    oauth_timestamp: String(Math.floor(timestamp)),
    oauth_nonce: nonce,
  }
  return `OAuth ${Object.entries(parameters)
    .map(([name, value]) => `${name}="${percentEncode(value)}"`)
    .join(', ')}`
}

/** RFC 5849, 3.6: what encodeURIComponent leaves alone and OAuth does not. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.codePointAt(0)!.toString(16).toUpperCase()}`,
  )
}
