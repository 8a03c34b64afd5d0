import { type Context, Hono } from 'hono'
import { packageVersion } from '../../package-folder.ts'
import type { ManagerState } from '../../workflow/ports.ts'
import { bodyOf, queryOf, reasonBody, wishBody } from '../input.ts'
import { z } from 'zod'
import type { Routing } from '../routing.ts'
import { type RunSummary, summaryOf } from '../run-summary.ts'
import type { ControlSite, Trouble } from '../site.ts'
import { actingOf } from './orders.ts'

/** `GET /api/status` */
export interface ControlStatus {
  readonly version: string
  /** Absent where no process works on the state directory. */
  readonly process?: { readonly pid: number; readonly since: string }
  /** The switches of the manager: who threw them, why, when. */
  readonly state: ManagerState
  /** Runs that have not ended, oldest first. */
  readonly workflows: readonly RunSummary[]
  /** How many run at the same time, and how many may. */
  readonly slots?: { readonly taken: number; readonly of: number }
  /** What is damaged in the state directory. */
  readonly troubles: readonly Trouble[]
}

/** The answer to `pause`, `drain`, `proceed`, `forbid`, `allow`. */
export interface Switched {
  readonly state: ManagerState
}

/** More unfinished runs than a status page can show are cut here. */
const MOST_RUNS = 1000

/** The manager as a whole. */
export function managerRoutes({ site, whoAsks }: Routing): Hono {
  type Switch = 'pause' | 'drain' | 'proceed' | 'forbidHardware' | 'allowHardware'
  const change = (which: Switch, schema: typeof wishBody | typeof reasonBody) => async (context: Context) => {
    const { raw } = context.req
    const caller = whoAsks(raw)
    const state = await actingOf(site)[which]({ ...caller, ...(await bodyOf(schema, raw)) })
    return context.json<Switched>({ state })
  }
  return new Hono()
    .get('/status', async ({ req, json }) => {
      queryOf(z.strictObject({}), req.queries())
      return json(await statusOf(site))
    })
    .post('/manager/pause', change('pause', wishBody))
    .post('/manager/drain', change('drain', wishBody))
    .post('/manager/proceed', change('proceed', wishBody))
    .post('/hardware/forbid', change('forbidHardware', reasonBody))
    .post('/hardware/allow', change('allowHardware', wishBody))
}

async function statusOf({ reading, acting, since }: ControlSite): Promise<ControlStatus> {
  const { records } = await reading.list({ status: ['PENDING', 'RUNNING'], limit: MOST_RUNS })
  const workflows = records.map((record) => summaryOf(record, reading.isWorkingOn(record.id))).toReversed()
  const taken = workflows.filter(({ status, working }) => working && status === 'RUNNING').length
  return {
    version: packageVersion(),
    ...(acting === undefined ? {} : { process: { pid: process.pid, since } }),
    state: await reading.state(),
    workflows,
    ...(reading.slots === undefined ? {} : { slots: { taken, of: reading.slots } }),
    troubles: reading.troubles(),
  }
}
