import { describe, expect, it } from 'vitest'
import { createLabClock } from '../../../src/clock.ts'
import { answer, locate } from '../../../src/doors/maas/answer.ts'
import { urlencoded } from '../../../src/doors/maas/fields.ts'
import { createRegion } from '../../../src/doors/maas/new-region.ts'
import { OAuthCheck } from '../../../src/doors/maas/oauth.ts'
import { createWorld } from '../../../src/world/world.ts'
import type { Region } from '../../../src/doors/maas/region.ts'

const NOW_S = 1_795_412_433

/** POST `tags/` with a nonce of its own. */
function createTag(region: Region, oauth: OAuthCheck, nonce: string) {
  const key = region.users.get('admin')?.key
  const params = {
    oauth_consumer_key: key?.consumer,
    oauth_token: key?.token,
    oauth_signature_method: 'PLAINTEXT',
    oauth_signature: `%26${key?.secret}`,
    oauth_timestamp: NOW_S,
    oauth_nonce: nonce,
  }
  const authorization = `OAuth ${Object.entries(params)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}`
  const url = new URL('http://127.0.0.1/MAAS/api/2.0/tags/')
  const body = { fields: urlencoded('name=race'), json: false }
  return answer(region, oauth, locate({ method: 'POST', url, authorization, query: urlencoded(''), body }))
}

describe('an answer', () => {
  it('is that of the effect, not of the check before it: of two that were both checked one is refused', async () => {
    const clock = createLabClock('stepped')
    const region = createRegion({ clock, world: createWorld(clock, []), users: [], servers: [] })
    const oauth = new OAuthCheck(
      () => region.users.values(),
      () => NOW_S,
    )
    const first = await createTag(region, oauth, 'n1')
    const second = await createTag(region, oauth, 'n2')
    expect(region.tags.has('race')).toBe(false)
    await first.effect?.()
    await second.effect?.()
    expect([(await first.reply()).status, (await second.reply()).status]).toEqual([200, 400])
    const third = await createTag(region, oauth, 'n3')
    expect([third.effect, (await third.reply()).status]).toEqual([undefined, 400])
    clock.close()
  })
})
