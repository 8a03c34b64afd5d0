import { z } from 'zod'
import { biosPlanError } from '../../bios/resolve.ts'
import { renderDiff } from '../../bios/render.ts'
import type { BiosPlan } from '../../bios/plan.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { artefactSchema, keepJson, keptPulled } from '../bios-files.ts'
import type { Provisioning } from '../provisioning.ts'
import { stepTimes } from '../step-times.ts'
import { biosDiffers, isDoneWithBios, peekedPlan, planFor, wantedBios } from '../wanted-bios.ts'
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
    const { settings, native } = ctx.request.profile.bios
    const wanted =
      ctx.request.restore === undefined ? Object.keys(settings).length + Object.keys(native).length : undefined
    if (plan === undefined)
      return {
        ...ctx.todo(`Compare with ${wantedBios(ctx.request)}${wanted === undefined ? '' : ` (${wanted} settings)`}`),
        unknown: ['the BIOS diff: the BMC could not be asked, and the host is not running'],
      }
    if (plan.problems.length > 0)
      return { todo: [], problems: plan.problems.map(({ message, hint }) => `${message} ${hint}`) }
    return {
      ...ctx.todo(
        plan.changes.length === 0
          ? `Nothing: the BIOS matches ${wantedBios(ctx.request)}`
          : `Change ${plan.changes.length} of ${wanted ?? plan.changes.length + plan.unchanged.length} settings`,
      ),
      diff: renderDiff(plan),
    }
  },

  recheck: async (ctx) => (isDoneWithBios(ctx.resumesAt) ? biosDiffers(ctx) : undefined),

  async act(ctx) {
    await ctx.subTask(`Comparing with ${wantedBios(ctx.request)}…`, async (task) => {
      const pulled = await keptPulled(ctx, ctx.output(biosPull).pulled)
      const { plan } = await planFor(ctx, pulled)
      const refused = biosPlanError(plan)
      if (refused) throw refused
      task.detail(`${plan.changes.length} to change, ${plan.unchanged.length} as wanted`)
      await keepJson(ctx, 'bios-plan.json', plan)
    })
  },

  async verify(ctx) {
    const pulled = await keptPulled(ctx, ctx.output(biosPull).pulled)
    const { plan, left } = await planFor(ctx, pulled)
    if (left.length > 0)
      ctx.warn(
        'bios.not-restorable',
        `${left.length} settings differ from ${wantedBios(ctx.request)} and cannot be written: ${left.map(({ message }) => message).join(' ')}`,
      )
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
            ? `the BIOS matches ${wantedBios(ctx.request)}`
            : `${plan.changes.length} settings differ from ${wantedBios(ctx.request)}`,
          { changes: plan.changes.length, asWanted: plan.unchanged.length, preserved: plan.preserved.length },
          ctx.request.restore === undefined
            ? { source: 'template', request: ctx.request.deviceType }
            : { source: 'bios-pulled.json', request: ctx.request.restore.runId },
        ),
      ],
    }
  },
})

/** Staged settings that the template says nothing of: they are not ours to keep or to drop. */
function foreignStaged(plan: BiosPlan, staged: readonly string[]): readonly string[] {
  const wanted = new Set([...plan.changes, ...plan.unchanged].map(({ name }) => name))
  return staged.filter((name) => !wanted.has(name))
}
