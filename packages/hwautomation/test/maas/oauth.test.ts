import { describe, expect, it } from 'vitest'
import { authorizationHeader, parseApiKey } from '../../src/maas/oauth.ts'
import { API_KEY, everythingIn, SECRET } from './fixtures.ts'

describe('the API key', () => {
  it('is split into its three parts, with white space around it ignored', () => {
    expect(parseApiKey(` ${API_KEY}\n`)).toEqual({
      consumerKey: 'ConsumerPart123456',
      tokenKey: 'TokenPart1234567890',
      tokenSecret: SECRET,
    })
  })

  it.each(['', 'one:two', `a:b:${SECRET}:d`, `:b:${SECRET}`, `a::${SECRET}`, 'a:b:'])(
    'is refused when it is not three parts: %j',
    (text) => {
      const attempt = () => parseApiKey(text)
      expect(attempt).toThrow(expect.objectContaining({ code: 'maas.invalid-config', kind: 'invalid' }))
      try {
        attempt()
      } catch (error) {
        expect(everythingIn(error)).not.toContain(SECRET)
      }
    },
  )
})

describe('the Authorization header', () => {
  const key = parseApiKey(API_KEY)

  it('signs with an empty consumer secret, as PLAINTEXT', () => {
    expect(authorizationHeader(key, { nonce: 'n1', timestamp: 1795412433.9 })).toBe(
      'OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="ConsumerPart123456", ' +
        `oauth_token="TokenPart1234567890", oauth_signature="%26${SECRET}", oauth_timestamp="1795412433", oauth_nonce="n1"`,
    )
  })

  it('encodes what OAuth reserves, the secret twice', () => {
    const header = authorizationHeader({ ...key, tokenSecret: "a'b(c)*!&=" }, { nonce: 'n', timestamp: 1 })
    expect(header).toContain('oauth_signature="%26a%2527b%2528c%2529%252A%2521%2526%253D"')
  })
})
