import { expect, it } from 'vitest'
import { controlRouter } from '../../src/control/router.ts'
import { ServerInventory } from '../../src/inventory/server-inventory.ts'
import { Redactor } from '../../src/redaction.ts'
import { failure } from '../maas/fixtures.ts'
import { ControlClient } from '../../src/control/client.ts'
import { directExchange } from '../../src/control/exchange.ts'
import { tinySite } from './tiny-site.ts'

const AT = '2026-01-01T00:00:00.000Z'

it('facts of servers are read by name; what has no hardware reads nothing anew, and nobody nothing', async () => {
  await using tiny = await tinySite()
  const inventory = new ServerInventory(tiny.store, new Redactor())
  await inventory.note('a1b2c3', [{ source: 'host', observedAt: AT, facts: { hostname: 'srv 1', 'cpu.cores': 4 } }])
  const router = controlRouter({ ...tiny.site, inventory })
  const client = new ControlClient(directExchange(router), { by: 'ada' })
  expect((await client.servers()).servers).toMatchObject([{ systemId: 'a1b2c3' }])
  expect((await client.server('srv 1')).server.facts['cpu.cores']).toEqual([
    { value: 4, source: 'host', observedAt: AT },
  ])
  expect(await failure(client.server('typo'))).toMatchObject({ code: 'inventory.unknown-server' })
  expect((await router.fetch(new Request('http://control/api/servers/typo'))).status).toBe(404)
  expect(await failure(client.server('srv 1', { refresh: true }))).toMatchObject({ code: 'control.read-only' })
  expect(await failure(client.servers({ refresh: true }))).toMatchObject({ code: 'control.read-only' })
  const anonymous = await router.fetch(new Request('http://control/api/servers/refresh', { method: 'POST' }))
  expect(await anonymous.json()).toMatchObject({ error: { code: 'control.nobody' } })
  expect(await (await router.fetch(new Request('http://control/api/servers?x=1'))).json()).toMatchObject({
    error: { code: 'control.invalid-request' },
  })
})

it('a site that keeps no servers knows none', async () => {
  await using tiny = await tinySite()
  expect(await tiny.client.servers()).toEqual({ servers: [] })
  expect(await failure(tiny.client.server('srv001'))).toMatchObject({ code: 'inventory.unknown-server' })
})
