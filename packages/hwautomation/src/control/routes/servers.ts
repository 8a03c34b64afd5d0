import { Hono } from 'hono'
import { z } from 'zod'
import type { ServerFacts } from '../../inventory/facts.ts'
import { unknownServer } from '../../inventory/server-inventory.ts'
import { queryOf } from '../input.ts'
import type { Routing } from '../routing.ts'
import { hardwareOf } from './orders.ts'

/** `GET /api/servers`, `POST /api/servers/refresh` */
export interface ServerPage {
  /** By name. */
  readonly servers: readonly ServerFacts[]
}

/** `GET /api/servers/{name}`, `POST /api/servers/{name}/refresh` */
export interface ServerDocument {
  readonly server: ServerFacts
}

/** Hardware facts: to read, and to have read anew from MAAS. */
export function serverRoutes({ site, whoAsks }: Routing): Hono {
  return new Hono()
    .get('/servers', async ({ req, json }) => {
      queryOf(z.strictObject({}), req.queries())
      return json({ servers: (await site.inventory?.list()) ?? [] } satisfies ServerPage)
    })
    .get('/servers/:name', async ({ req, json }) => {
      const name = req.param('name')
      const server = await site.inventory?.get(name)
      if (server === undefined) throw unknownServer(name)
      return json({ server } satisfies ServerDocument)
    })
    .post('/servers/refresh', async ({ req, json }) => {
      whoAsks(req.raw)
      return json({ servers: await hardwareOf(site).refreshServers(req.raw.signal) } satisfies ServerPage)
    })
    .post('/servers/:name/refresh', async ({ req, json }) => {
      whoAsks(req.raw)
      const server = await hardwareOf(site).refreshServer(req.param('name'), req.raw.signal)
      return json({ server } satisfies ServerDocument)
    })
}
