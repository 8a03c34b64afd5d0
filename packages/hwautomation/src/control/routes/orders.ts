import { type Context, Hono } from 'hono'
import { HwError } from '../../errors.ts'
import type { RunHandle } from '../../workflow/run-handle.ts'
import type { CancelAnswer } from '../../workflow/run.ts'
import { bodyOf, cancelBody, idempotencyKeyOf, jsonOf, retryBody, skipBody, wishBody } from '../input.ts'
import { requestOfBody } from '../provision-body.ts'
import type { Routing } from '../routing.ts'
import { type RunSummary, summaryOf } from '../run-summary.ts'
import type { CallerWish, ControlSite } from '../site.ts'
import { existing } from './runs.ts'

/** The answer to `provision`; the fields down to `gateway` are those that its first clients read. */
export interface Started {
  readonly success: true
  readonly id: string
  readonly message: string
  readonly steps: readonly { readonly name: string; readonly description: string }[]
  readonly target_ipmi_ip?: string
  readonly gateway?: string
  /** Fields of the body that nothing is done with. */
  readonly ignored: readonly string[]
  readonly workflow: RunSummary
}

/** The answer to an order about one run: how it is now. Of `retry` and `restore-bios`: the new run. */
export interface Ordered {
  readonly workflow: RunSummary
}

/** The answer to `cancel`. */
export interface Cancelled extends Ordered {
  readonly success: boolean
  readonly answer: CancelAnswer
}

/** What people ask of runs. The manager refuses what cannot be, and writes every wish to the audit. */
export function orderRoutes({ site, whoAsks }: Routing): Hono {
  const wishOf = async ({ req }: Context): Promise<CallerWish> => ({
    ...whoAsks(req.raw),
    ...(await bodyOf(wishBody, req.raw)),
  })
  const ordered = async (id: string): Promise<Ordered> => {
    const record = await existing(site.reading, id)
    return { workflow: summaryOf(record, site.reading.isWorkingOn(id)) }
  }
  const begun = (context: Context, run: RunHandle) =>
    context.json<Ordered>({ workflow: summaryOf(run.record(), site.reading.isWorkingOn(run.id)) }, 202, {
      location: `/api/workflows/${run.id}`,
    })

  return new Hono()
    .post('/orchestration/provision', async (context) => {
      const { req } = context
      const caller = whoAsks(req.raw)
      const { request, ignored } = requestOfBody(await jsonOf(req.raw))
      const run = await hardwareOf(site).provision(request, { ...caller, ...idempotencyKeyOf(req.raw.headers) })
      const workflow = summaryOf(run.record(), site.reading.isWorkingOn(run.id))
      const { targetIpmiIp, gateway } = request
      const answer: Started = {
        success: true,
        id: run.id,
        message: `Run ${run.id} of ${workflow.server}.`,
        steps: run.record().steps.map(({ id, title }) => ({ name: id, description: title })),
        ...(targetIpmiIp === undefined ? {} : { target_ipmi_ip: targetIpmiIp }),
        ...(gateway === undefined ? {} : { gateway }),
        ignored,
        workflow,
      }
      return context.json(answer, 202, { location: `/api/workflows/${run.id}` })
    })
    .post('/workflows/:id/cancel', async (context) => {
      const id = context.req.param('id')
      const { raw } = context.req
      const answer = await actingOf(site).cancel(id, { ...whoAsks(raw), ...(await bodyOf(cancelBody, raw)) })
      const body: Cancelled = { success: answer !== 'too-late', answer, ...(await ordered(id)) }
      return context.json(body, 202)
    })
    .post('/workflows/:id/retry', async (context) => {
      const { raw } = context.req
      const caller = whoAsks(raw)
      const wish = { ...caller, ...(await bodyOf(retryBody, raw)), ...idempotencyKeyOf(raw.headers) }
      return begun(context, await actingOf(site).retry(context.req.param('id'), wish))
    })
    .post('/workflows/:id/approve', async (context) => {
      const id = context.req.param('id')
      await actingOf(site).approve(id, await wishOf(context))
      return context.json(await ordered(id))
    })
    .post('/workflows/:id/hold', async (context) => {
      const id = context.req.param('id')
      await actingOf(site).hold(id, await wishOf(context))
      return context.json(await ordered(id))
    })
    .post('/workflows/:id/release', async (context) => {
      const id = context.req.param('id')
      await actingOf(site).release(id, await wishOf(context))
      return context.json(await ordered(id))
    })
    .post('/workflows/:id/skip', async (context) => {
      const id = context.req.param('id')
      const caller = whoAsks(context.req.raw)
      const { step, reason } = await bodyOf(skipBody, context.req.raw)
      await actingOf(site).skip(id, step, { ...caller, reason })
      return context.json(await ordered(id))
    })
    .post('/workflows/:id/resume', async (context) =>
      begun(context, await actingOf(site).resume(context.req.param('id'), await wishOf(context))),
    )
    .post('/workflows/:id/restore-bios', async (context) =>
      begun(context, await hardwareOf(site).restoreBios(context.req.param('id'), await wishOf(context))),
    )
}

/** @throws HwError `control.read-only` */
export function actingOf({ acting }: ControlSite): NonNullable<ControlSite['acting']> {
  if (acting === undefined) throw readOnly()
  return acting
}

/** @throws HwError `control.read-only` */
export function hardwareOf({ provisioner }: ControlSite): NonNullable<ControlSite['provisioner']> {
  if (provisioner === undefined) throw readOnly()
  return provisioner
}

function readOnly(): HwError {
  return new HwError({
    code: 'control.read-only',
    kind: 'conflict',
    message: 'Nothing can be changed here: the state directory was opened to read.',
    hint: 'Ask the process that works on it, or start one.',
  })
}
