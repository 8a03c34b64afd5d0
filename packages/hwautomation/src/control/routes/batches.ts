import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { BatchCheck } from '../../provisioning/batch/batch-check.ts'
import { noSuchBatch } from '../../workflow/batch/batch-errors.ts'
import type { BatchRecord } from '../../workflow/batch/record.ts'
import { batchBody } from '../batch-body.ts'
import { type BatchSummary, batchSummary, type BatchView, batchView } from '../batch-view.ts'
import { bodyOf, idempotencyKeyOf, queryOf, wishBody } from '../input.ts'
import type { Routing } from '../routing.ts'
import { actingOf, hardwareOf } from './orders.ts'

/** `GET /api/batches` */
export interface BatchPage {
  /** Newest first: those that have not ended, and the most recent that have. */
  readonly batches: readonly BatchSummary[]
}

/** The answer to everything about one batch. */
export interface BatchDocument {
  readonly batch: BatchView
}

/** `POST /api/batches/check` */
export interface BatchChecked {
  readonly check: BatchCheck
}

/** Batches: to read, to start, to steer. */
export function batchRoutes({ site, whoAsks }: Routing): Hono {
  const { reading } = site
  const shown = async (record: BatchRecord): Promise<BatchDocument> => ({ batch: await batchView(record, reading) })
  const steer = (which: 'pauseBatch' | 'proceedBatch' | 'cancelBatch') => async (context: Context) => {
    const { raw } = context.req
    const wish = { ...whoAsks(raw), ...(await bodyOf(wishBody, raw)) }
    return context.json(await shown(await actingOf(site)[which](context.req.param('id')!, wish)), 202)
  }
  return new Hono()
    .get('/batches', async ({ req, json }) => {
      queryOf(z.strictObject({}), req.queries())
      return json({ batches: (await reading.batches()).map(batchSummary) } satisfies BatchPage)
    })
    .get('/batches/:id', async ({ req, json }) => {
      const record = await reading.batch(req.param('id'))
      if (record === undefined) throw noSuchBatch(req.param('id'))
      return json(await shown(record))
    })
    .post('/batches/check', async ({ req, json }) => {
      const order = await bodyOf(batchBody, req.raw)
      return json({ check: await hardwareOf(site).checkBatch(order, req.raw.signal) } satisfies BatchChecked)
    })
    .post('/batches', async (context) => {
      const { raw } = context.req
      const caller = whoAsks(raw)
      const order = await bodyOf(batchBody, raw)
      const batch = await hardwareOf(site).provisionBatch(order, { ...caller, ...idempotencyKeyOf(raw.headers) })
      return context.json(await shown(batch.record()), 202, { location: `/api/batches/${batch.id}` })
    })
    .post('/batches/:id/pause', steer('pauseBatch'))
    .post('/batches/:id/proceed', steer('proceedBatch'))
    .post('/batches/:id/cancel', steer('cancelBatch'))
}
