import { z } from 'zod'
import type { PlanContext } from '../../workflow/context.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { Commissioning, KeptBios } from '../capabilities.ts'
import { removedTags, staleTags, untagIt } from '../device-tags.ts'
import { endState, handBack, notHandedBack, tidyHost } from '../hand-back.ts'
import { assertStillOurs } from '../holding.ts'
import type { Provisioning } from '../provisioning.ts'
import { stepTimes } from '../step-times.ts'
import { templatePlan } from '../wanted-bios.ts'

const output = z.object({
  /** MAAS's words for the end state. */
  status: z.string(),
  power: z.string(),
  owner: z.string().nullable(),
  removedTags: z.array(z.string()),
})

/** Hands the machine back: Ready and off, nothing of ours left on it, and no device type on it that its BIOS does not match any more. */
export const giveBack = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'hand-back',
  title: 'Hand back',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'finalize'),
  expected: (ctx) => stepTimes(ctx.request.profile, 'finalize').expected,
  onCancel: 'finish',

  async plan(ctx) {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    const tags = (await isOfItsType(ctx)) ? [] : staleTags(machine)
    return ctx.todo(
      'Switch the machine off and leave it Ready in MAAS',
      ...tags.map((name) => `Remove its tag ${name}: the BIOS of before is not that of ${ctx.request.deviceType}`),
    )
  },

  async act(ctx) {
    await assertStillOurs(ctx)
    await tidyHost(ctx)
    await handBack(ctx)
    if (!(await isOfItsType(ctx))) await untagIt(ctx)
  },

  async verify(ctx) {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    const ofItsType = await isOfItsType(ctx)
    const problems = [
      ...notHandedBack(machine),
      ...(ofItsType ? [] : staleTags(machine).map((name) => `it still has the tag ${name}`)),
    ]
    return {
      ok: problems.length === 0,
      output: {
        status: machine.statusName,
        power: machine.power,
        owner: machine.owner,
        removedTags: removedTags(ctx),
      },
      evidence: [
        endState(ctx, machine),
        ctx.evidence(
          ofItsType
            ? `its BIOS is also that of ${ctx.request.deviceType}: its tags stay`
            : 'it has no device type: its BIOS is that of before',
          machine.tags,
          { source: 'maas', request: `GET machines/${machine.systemId}/` },
        ),
      ],
      ...(problems.length === 0 ? {} : { problem: problems.join(', ') }),
    }
  },
})

/** Whether the BIOS that came back matches the template of the device type all the same. */
async function isOfItsType(ctx: Pick<PlanContext<Provisioning>, 'request' | 'use' | 'signal'>): Promise<boolean> {
  const { current, registry } = await ctx.use(KeptBios).found(ctx.signal)
  const plan = templatePlan(ctx.request, { current, pending: current, ...(registry ? { registry } : {}) })
  return plan.changes.length === 0 && plan.problems.length === 0
}
