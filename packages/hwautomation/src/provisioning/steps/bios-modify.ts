import { z } from 'zod'
import { biosPlanError, planBiosChange } from '../../bios/resolve.ts'
import { renderDiff } from '../../bios/render.ts'
import type { BiosPlan } from '../../bios/plan.ts'
import type { PlanContext } from '../../workflow/context.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { artefactSchema, keepJson, keptPulled, type PulledBios } from '../bios-files.ts'
import { Bios } from '../capabilities.ts'
import type { Provisioning } from '../provisioning.ts'
import { stepTimes } from '../step-times.ts'
import { biosPull } from './bios-pull.ts'

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])
const output = z.object({
  /** What will be written, by native name. */
  changes: z.array(z.object({ name: z.string(), canonical: z.string().optional(), from: value, to: value })),
  unchanged: z.number(),
  preserved: z.array(z.string()),
  /** The diff for people, one line a setting. */
  diff: z.array(z.string()),
  /** The whole plan. */
  plan: artefactSchema,
})

/** Brings the template and the pulled configuration together: validates, keeps what must be kept, and says what differs. Writes nothing. */
export const biosModify = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'bios-modify',
  title: 'Modify BIOS configuration',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'bios-modify'),
  expected: (ctx) => stepTimes(ctx.request.profile, 'bios-modify').expected,
  onCancel: 'stop',

  async plan(ctx) {
    const plan = await peekedPlan(ctx)
    const wanted =
      Object.keys(ctx.request.profile.bios.settings).length + Object.keys(ctx.request.profile.bios.native).length
    if (plan === undefined)
      return {
        ...ctx.todo(`Compare with the template of ${ctx.request.deviceType} (${wanted} settings)`),
        unknown: ['the BIOS diff: the BMC could not be asked, and the host is not running'],
      }
    if (plan.problems.length > 0)
      return { todo: [], problems: plan.problems.map(({ message, hint }) => `${message} ${hint}`) }
    return {
      ...ctx.todo(
        plan.changes.length === 0
          ? 'Nothing: the BIOS matches the template'
          : `Change ${plan.changes.length} of ${wanted} settings`,
      ),
      diff: renderDiff(plan),
    }
  },

  async act(ctx) {
    await ctx.subTask(`Comparing with the template of ${ctx.request.deviceType}…`, async (task) => {
      const pulled = await keptPulled(ctx, ctx.output(biosPull).pulled)
      const plan = planFor(ctx.request, pulled)
      const refused = biosPlanError(plan)
      if (refused) throw refused
      task.detail(`${plan.changes.length} to change, ${plan.unchanged.length} as wanted`)
      await keepJson(ctx, 'bios-plan.json', plan)
    })
  },

  async verify(ctx) {
    const pulled = await keptPulled(ctx, ctx.output(biosPull).pulled)
    const plan = planFor(ctx.request, pulled)
    const foreign = foreignStaged(plan, ctx.output(biosPull).pendingBefore)
    if (foreign.length > 0)
      ctx.warn(
        'bios.pending-before',
        `Somebody staged BIOS changes before this run; the next boot brings them too: ${foreign.join(', ')}.`,
      )
    return {
      ok: plan.problems.length === 0,
      output: {
        changes: plan.changes.map(({ name, canonical, from, to }) => ({
          name,
          from,
          to,
          ...(canonical ? { canonical } : {}),
        })),
        unchanged: plan.unchanged.length,
        preserved: plan.preserved.map(({ name }) => name),
        diff: [...renderDiff(plan)],
        plan: await keepJson(ctx, 'bios-plan.json', plan),
      },
      evidence: [
        ctx.evidence(
          plan.changes.length === 0
            ? 'the BIOS matches the template'
            : `${plan.changes.length} settings differ from the template`,
          { changes: plan.changes.length, asWanted: plan.unchanged.length, preserved: plan.preserved.length },
          { source: 'template', request: ctx.request.deviceType },
        ),
      ],
    }
  },
})

/** The plan as far as the BMC can be asked, for those who plan; undefined where it cannot. */
export async function peekedPlan(ctx: PlanContext<Provisioning>): Promise<BiosPlan | undefined> {
  const seen = await ctx.use(Bios).peek(ctx.signal)
  return seen === undefined ? undefined : planFor(ctx.request, seen)
}

/** Staged settings that the template says nothing of: they are not ours to keep or to drop. */
function foreignStaged(plan: BiosPlan, staged: readonly string[]): readonly string[] {
  const wanted = new Set([...plan.changes, ...plan.unchanged].map(({ name }) => name))
  return staged.filter((name) => !wanted.has(name))
}

/** The pure plan for a request: the template of its device type against what the machine has, in force and staged. */
export function planFor(request: Provisioning, pulled: Pick<PulledBios, 'current' | 'pending' | 'registry'>): BiosPlan {
  return planBiosChange({
    template: request.profile.bios,
    current: pulled.current,
    pending: pulled.pending,
    ...(pulled.registry ? { registry: pulled.registry } : {}),
  })
}
