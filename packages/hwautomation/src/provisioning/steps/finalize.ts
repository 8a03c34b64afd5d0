import { z } from 'zod'
import { boardingReport, hasRules } from '../../boarding/report.ts'
import { breaches, inWords } from '../../boarding/boarding-error.ts'
import type { Observed } from '../../inventory/facts.ts'
import type { StepContext } from '../../workflow/context.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { assertBoarded, boardingEvidence, boardingFindings } from '../boarding-check.ts'
import { boardingOf, wishesOf } from '../bmc-wishes.ts'
import { Commissioning, HostShell } from '../capabilities.ts'
import { removedTags, staleTags, tagIt } from '../device-tags.ts'
import { ensureShell } from '../ensure-shell.ts'
import { findHost } from '../fresh-boot.ts'
import { endState, handBack, notHandedBack, tidyHost } from '../hand-back.ts'
import { assertStillOurs, markHeld } from '../holding.ts'
import { keepFacts } from '../inventory.ts'
import { isRescue } from '../machine-state.ts'
import { MACHINE_STATUS } from '../machine-status.ts'
import type { Acting, Provisioning } from '../provisioning.ts'
import { enterRescue } from '../rescue.ts'
import { stepTimes } from '../step-times.ts'
import { biosModify } from './bios-modify.ts'
import { biosPush } from './bios-push.ts'
import { ipmiConfigure } from './ipmi-configure.ts'

const output = z.object({
  /** MAAS's words for the end state. */
  status: z.string(),
  power: z.string(),
  owner: z.string().nullable(),
  tag: z.string(),
  removedTags: z.array(z.string()),
})

/** Hands the machine back: Ready and off (or kept in rescue mode), tagged with its device type, nothing of ours left on it. */
export const finalize = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'finalize',
  title: 'Finalize',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'finalize'),
  expected: (ctx) => stepTimes(ctx.request.profile, 'finalize').expected,
  onCancel: 'finish',

  async plan(ctx) {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    const tag = ctx.request.profile.tag
    const stale = staleTags(machine, tag)
    const rules = boardingReport(boardingOf(ctx.request), { why: {} }).length
    return ctx.todo(
      ctx.request.leaveOn === 'rescue'
        ? 'Leave the machine in rescue mode, owned by our MAAS user'
        : 'Switch the machine off and leave it Ready in MAAS',
      machine.tags.includes(tag) ? `Keep its tag ${tag}` : `Tag it ${tag}`,
      ...stale.map((name) => `Remove its tag ${name}`),
      ...(rules === 0
        ? []
        : [`Before that: check ${rules === 1 ? 'its boarding rule' : `its ${rules} boarding rules`}`]),
    )
  },

  async act(ctx) {
    await assertStillOurs(ctx)
    if (hasRules(boardingOf(ctx.request)))
      await ctx.subTask('Checking the boarding rules…', async () => assertBoarded(ctx, await boardingFindings(ctx)))
    if (ctx.request.leaveOn === 'rescue') await keepOn(ctx)
    await tidyHost(ctx)
    if (ctx.request.leaveOn !== 'rescue') await handBack(ctx)
    // a machine of a cancelled run is not called one of its type
    ctx.safePoint()
    await tagIt(ctx)
    warnOfLeftOut(ctx)
  },

  async verify(ctx) {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    const tag = ctx.request.profile.tag
    const stayed = ctx.request.leaveOn === 'rescue'
    const boarding = await boardingFindings(ctx)
    const problems = [
      ...breaches(boarding).map(inWords),
      ...(stayed
        ? machine.status === MACHINE_STATUS.rescueMode
          ? []
          : [`it is ${machine.statusName}, not in rescue mode`]
        : notHandedBack(machine)),
      ...(machine.tags.includes(tag) ? [] : [`it has no tag ${tag}`]),
      ...staleTags(machine, tag).map((name) => `it still has the tag ${name}`),
    ]
    if (problems.length === 0) await keepFacts(ctx, 'run', factsOfRun(ctx))
    return {
      ok: problems.length === 0,
      output: {
        status: machine.statusName,
        power: machine.power,
        owner: machine.owner,
        tag,
        removedTags: removedTags(ctx),
      },
      evidence: [
        endState(ctx, machine),
        ctx.evidence(`it is tagged ${tag}`, machine.tags, {
          source: 'maas',
          request: `GET machines/${machine.systemId}/`,
        }),
        ...boardingEvidence(ctx, boarding),
      ],
      ...(problems.length === 0 ? {} : { problem: problems.join(', ') }),
    }
  },
})

/** Steps that an operator had left out although there was something to do: the tag says more than was done, so the record says it. */
function warnOfLeftOut(ctx: StepContext<Provisioning>): void {
  const differing = ctx.maybeOutput(biosModify)?.changes.length ?? 0
  if (differing > 0 && ctx.maybeOutput(biosPush) === undefined)
    ctx.warn(
      'bios.left-out',
      `${differing} BIOS settings of ${ctx.request.hostname} differ from ${ctx.request.deviceType}: writing them was left out on request.`,
    )
  if (ctx.request.targetIpmiIp !== undefined && ctx.maybeOutput(ipmiConfigure) === undefined)
    ctx.warn(
      'bmc.left-out',
      `The BMC of ${ctx.request.hostname} was not given the address ${ctx.request.targetIpmiIp}: that was left out on request.`,
    )
  if (wishesOf(ctx.request).writes && ctx.maybeOutput(ipmiConfigure) === undefined)
    ctx.warn(
      'bmc.settings-left-out',
      `The BMC of ${ctx.request.hostname} was not given the users and settings of ${ctx.request.deviceType}: that was left out on request.`,
    )
}

/** What the machine is called from now on, and by which run. */
function factsOfRun({ request, workflowId }: Pick<StepContext<Provisioning>, 'request' | 'workflowId'>): Observed {
  return { 'run.deviceType': request.deviceType, 'run.tag': request.profile.tag, 'run.id': workflowId }
}

/** A machine that commissioning left Ready and on would go off at its next reboot: only rescue mode keeps it, owned. */
async function keepOn(ctx: Acting): Promise<void> {
  const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
  if (isRescue(machine.status)) await ensureShell(ctx, 'left-on')
  else {
    const entered = await enterRescue(ctx, 'left-on', ctx.use(HostShell).location?.bootId)
    await findHost(ctx, entered.machine, { over: entered.over })
  }
  await markHeld(ctx, 'left-on')
}
