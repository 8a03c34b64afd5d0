import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { authorizationHeader, type ApiKey } from '../src/maas/oauth.ts'

/** The server's side of OAuth 1.0a as python3-oauthlib of Debian plays it: checks one signed request, prints what it finds. */
const SERVER = `
import json, sys
from oauthlib.oauth1 import RequestValidator, ResourceEndpoint, SIGNATURE_PLAINTEXT

given = json.load(sys.stdin)

class Validator(RequestValidator):
    enforce_ssl = False
    allowed_signature_methods = (SIGNATURE_PLAINTEXT,)
    client_key_length = access_token_length = (1, 100)
    nonce_length = (20, 40)
    safe_characters = set(map(chr, range(33, 127)))
    dummy_client = dummy_access_token = 'dummy'
    def validate_client_key(self, key, request): return key == given['key']['consumerKey']
    def validate_access_token(self, client, token, request): return token == given['key']['tokenKey']
    def get_client_secret(self, client, request): return ''
    def get_access_token_secret(self, client, token, request): return given['key']['tokenSecret']
    def validate_realms(self, *args, **more): return True
    def validate_timestamp_and_nonce(self, client, timestamp, nonce, request, **more):
        self.seen = [timestamp, nonce]
        return True

validator = Validator()
valid, request = ResourceEndpoint(validator).validate_protected_resource_request(
    given['uri'], http_method='POST', body=given['body'],
    headers={'Authorization': given['header'], 'Content-Type': 'application/x-www-form-urlencoded'}, realms=[])
print(json.dumps({'valid': valid, 'seen': getattr(validator, 'seen', None)}))
`

/** Debian's interpreter, where python3-oauthlib is; fails the test where it is missing. */
async function verified(header: string, key: ApiKey): Promise<unknown> {
  const python = spawn('/usr/bin/python3', ['-c', SERVER], { stdio: ['pipe', 'pipe', 'pipe'] })
  const uri = 'http://maas.example/MAAS/api/2.0/machines/p3wxky/?op=commission'
  python.stdin.end(JSON.stringify({ header, key, uri, body: 'enable_ssh=1&testing_scripts=none' }))
  const [out, err] = await Promise.all([text(python.stdout), text(python.stderr)])
  expect(err).toBe('')
  return JSON.parse(out)
}

const KEY: ApiKey = {
  consumerKey: 'ConsumerPart123456',
  tokenKey: 'TokenPart1234567890',
  tokenSecret: 'SecretTokenPart9876543210abcdef',
}

describe('the Authorization header, read by python3-oauthlib', () => {
  it.each([KEY, { ...KEY, tokenSecret: "odd secret&with=%signs!'()*" }])('is accepted: $tokenSecret', async (key) => {
    const nonce = randomUUID()
    const now = Math.floor(Date.now() / 1000)
    const header = authorizationHeader(key, { nonce, timestamp: now + 0.7 })
    expect(await verified(header, key)).toEqual({ valid: true, seen: [String(now), nonce] })
  })

  it.each(['consumerKey', 'tokenKey', 'tokenSecret'] as const)('is refused with another %s', async (part) => {
    const header = authorizationHeader(
      { ...KEY, [part]: 'somethingElse' },
      { nonce: randomUUID(), timestamp: 1795412433 },
    )
    expect(await verified(header, KEY)).toMatchObject({ valid: false })
  })
})
