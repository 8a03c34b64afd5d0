import { z } from 'zod'
import { HwError } from '../../errors.ts'
import type { PlanContext } from '../../workflow/context.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { admit, refusal } from '../admission.ts'
import { Commissioning, KeptBios } from '../capabilities.ts'
import { annotationIsOurs } from '../holding.ts'
import { MACHINE_STATUS } from '../machine-status.ts'
import type { Provisioning } from '../provisioning.ts'
import { stepTimes } from '../step-times.ts'

const output = z.object({
  /** MAAS status before the run. */
  statusBefore: z.string(),
  /** How many settings were kept. */
  settings: z.number(),
})

/** Makes sure that the machine may be worked on as it is, and that what is to come back is there. Changes nothing. */
export const take = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'take',
  title: 'Check the machine',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'finalize'),
  expected: () => '5s',
  onCancel: 'stop',

  async plan(ctx) {
    const why = await notTakeable(ctx)
    if (why !== undefined) return { todo: [], problems: [why.message, why.hint ?? ''] }
    const { current } = await ctx.use(KeptBios).found(ctx.signal)
    const { runId, pulledAt } = ctx.request.restore!
    return ctx.todo(
      `Take the ${Object.keys(current.attributes).length} settings that run ${runId} pulled at ${pulledAt}`,
    )
  },

  async guard(ctx) {
    const why = await notTakeable(ctx)
    if (why !== undefined) throw why
  },

  async act() {
    // Nothing: the machine is taken by the first boot into rescue mode.
  },

  recheck: async (ctx) => (await notTakeable(ctx))?.message,

  async verify(ctx) {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    const { current } = await ctx.use(KeptBios).found(ctx.signal)
    const settings = Object.keys(current.attributes).length
    return {
      ok: true,
      output: { statusBefore: machine.statusName, settings },
      evidence: [
        ctx.evidence(
          `${machine.hostname} is ${machine.statusName}`,
          { status: machine.statusName, owner: machine.owner },
          { source: 'maas', request: `GET machines/${machine.systemId}/` },
        ),
      ],
    }
  },
})

/** Only a machine that is Ready, or that a run of ours left in rescue mode: commissioning would be more than was asked for. */
async function notTakeable(ctx: PlanContext<Provisioning>): Promise<HwError | undefined> {
  const maas = ctx.use(Commissioning)
  const { value: machine } = await maas.read(ctx.signal)
  const { value: user } = await maas.user(ctx.signal)
  const admission = admit(machine, {
    user,
    recommission: false,
    annotationIsOurs: await annotationIsOurs(ctx, machine),
  })
  if (admission.way === 'refuse') return refusal(admission)
  if (admission.way === 'rescue' || (admission.way === 'adopt' && machine.status !== MACHINE_STATUS.commissioning))
    return undefined
  return refusal({
    way: 'refuse',
    reason: `${machine.hostname} (${machine.systemId}) is ${machine.statusName}`,
    hint: 'Its BIOS can be brought back when it is Ready in MAAS.',
  })
}
