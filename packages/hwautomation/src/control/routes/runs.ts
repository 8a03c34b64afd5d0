import { Hono } from 'hono'
import type { WorkflowRecord } from '../../workflow/record.ts'
import { noSuchRun } from '../../workflow/wishes.ts'
import { eventsQuery, historyQuery, listQuery, queryOf } from '../input.ts'
import type { Routing } from '../routing.ts'
import { type RunSummary, summaryOf } from '../run-summary.ts'
import type { Reading } from '../site.ts'

/** `GET /api/workflows` and `GET /api/servers/{name}/history` */
export interface RunPage {
  /** Newest first. */
  readonly workflows: readonly RunSummary[]
  /** Hand it back as `after` for the next page; absent on the last one. */
  readonly next?: string
}

/** `GET /api/workflows/{id}` */
export interface RunDocument {
  readonly workflow: WorkflowRecord
  /** Whether the answering process works on it. */
  readonly working: boolean
}

/** Runs, to read. */
export function runRoutes({ site: { reading }, streams, whoever }: Routing): Hono {
  return new Hono()
    .get('/workflows', async ({ req, json }) => json(await page(reading, queryOf(listQuery, req.queries()))))
    .get('/servers/:name/history', async ({ req, json }) => {
      const query = queryOf(historyQuery, req.queries())
      return json(await page(reading, { ...query, server: req.param('name') }))
    })
    .get('/workflows/:id', async ({ req, json }) => {
      const workflow = await existing(reading, req.param('id'))
      return json({ workflow, working: reading.isWorkingOn(workflow.id) } satisfies RunDocument)
    })
    .get('/workflows/:id/events', async ({ req }) => {
      const { after } = queryOf(eventsQuery, req.queries())
      const { id } = await existing(reading, req.param('id'))
      return streams.follow((signal) => reading.events(id, { after, signal }))
    })
    .get('/workflows/:id/export', async ({ req }) => {
      const { id } = await existing(reading, req.param('id'))
      const caller = whoever(req.raw)
      return streams.bytes((signal) => reading.exportRun(id, { signal, ...(caller === undefined ? {} : { caller }) }), {
        'content-type': 'application/gzip',
        'content-disposition': `attachment; filename="${id}.tar.gz"`,
      })
    })
}

/** The run. @throws HwError `workflow.no-such-run` */
export async function existing(reading: Reading, id: string): Promise<WorkflowRecord> {
  const record = await reading.load(id)
  if (record === undefined) throw noSuchRun(id.slice(0, 80))
  return record
}

async function page(reading: Reading, query: Parameters<Reading['list']>[0]): Promise<RunPage> {
  const { records, next } = await reading.list(query)
  const workflows = records.map((record) => summaryOf(record, reading.isWorkingOn(record.id)))
  return { workflows, ...(next === undefined ? {} : { next }) }
}
