import { z } from 'zod'
import { asksForBios } from '../../boarding/report.ts'
import { compareAfterApply } from '../../bios/compare.ts'
import type { BiosValue } from '../../bios/configuration.ts'
import type { BiosPlan } from '../../bios/plan.ts'
import { isStaged, notStaged } from '../../bios/staging.ts'
import { HwError, isHwError } from '../../errors.ts'
import type { StepContext, SubTask } from '../../workflow/context.ts'
import type { Json } from '../../workflow/record.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { artefactSchema, keepFile, keepJson, keptPulled } from '../bios-files.ts'
import { boardingOf } from '../bmc-wishes.ts'
import { Bios, Commissioning, HostShell, type BiosChanges, type BiosReading } from '../capabilities.ts'
import { endedAnyway, untilEnded } from '../dead-process.ts'
import { ensureShell } from '../ensure-shell.ts'
import { ensureTool } from '../ensure-tool.ts'
import { findHost } from '../fresh-boot.ts'
import { assertStillOurs, markHeld, unmarkHeld } from '../holding.ts'
import { hostLocationSchema } from '../host.ts'
import { isRescue } from '../machine-state.ts'
import type { Provisioning } from '../provisioning.ts'
import { QUIET_FOR } from '../quiet-for.ts'
import { enterRescue, leaveRescue } from '../rescue.ts'
import { stepTimes } from '../step-times.ts'
import { biosDiffers, peekedPlan, wantedBios } from '../wanted-bios.ts'
import { biosModify } from './bios-modify.ts'
import { biosPull } from './bios-pull.ts'

const output = z.object({
  applied: z.array(z.string()),
  /** The boot after the change: later steps work in it. */
  host: hostLocationSchema,
  file: artefactSchema,
  /** The settings in force after it, parsed; only where boarding rules ask for them. */
  inForce: artefactSchema.exactOptional(),
})

/** Writes the changes, reboots through rescue mode, and compares every changed setting with what the firmware then says. */
export const biosPush = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'bios-push',
  title: 'Push BIOS configuration',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'bios-push'),
  expected: (ctx) => stepTimes(ctx.request.profile, 'bios-push').expected,
  onCancel: 'finish',
  skippable: true,

  skip: (ctx) =>
    ctx.maybeOutput(biosModify)?.changes.length === 0 ? `the BIOS matches ${wantedBios(ctx.request)}` : undefined,

  async plan(ctx) {
    const plan = await peekedPlan(ctx)
    if (plan?.problems.length === 0 && plan.changes.length === 0)
      return { todo: [], skip: `the BIOS matches ${wantedBios(ctx.request)}` }
    const write = `rite the changes with ${ctx.use(Bios).tool}`
    return {
      todo: [
        plan === undefined ? `Only if something differs: w${write}` : `W${write}`,
        'Reboot through rescue mode so that the firmware applies them',
        'Read every changed setting back',
      ],
      reboots: 1,
    }
  },

  async guard(ctx) {
    await assertStillOurs(ctx)
  },

  recheck: async (ctx) => biosDiffers(ctx),

  async act(ctx) {
    const plan = await plannedChanges(ctx)
    // The last moment to stop: from the first write on, the machine must be brought through its reboot.
    ctx.safePoint()
    const within = stepTimes(ctx.request.profile, 'bios-push').attempt
    await ctx.critical('writing BIOS settings', within, async (inside) => {
      await ensureShell(inside, `push-${ctx.attempt}`)
      const committed = await finishEarlierCommit(inside)
      const before = await inForceOrStaged(inside, plan, committed)
      if (before.state === 'in-force') return
      if (before.state === 'missing') await stage(inside, plan, before.changes)
      await rebootThroughRescue(inside)
      await assertTaken(inside, plan)
    })
  },

  async verify(ctx) {
    const plan = await plannedChanges(ctx)
    const reading = await readBios(ctx, 'Reading the settings back…', true)
    await ctx.use(Bios).signOut(ctx.signal)
    const { taken, notTaken } = compareAfterApply(plan, reading.current)
    const objections = await newVerdict(ctx, reading)
    const host = ctx.use(HostShell).location!
    return {
      ok: notTaken.length === 0 && objections.length === 0,
      output: {
        applied: taken.map(({ name }) => name),
        host,
        file: await keepFile(ctx, 'bios-after', reading.file ?? new Uint8Array()),
        ...(asksForBios(boardingOf(ctx.request))
          ? { inForce: await keepJson(ctx, 'bios-in-force.json', reading.current) }
          : {}),
      },
      evidence: [
        ctx.evidence(
          `${taken.length} of ${plan.changes.length} changed settings are in force`,
          Object.fromEntries(plan.changes.map(({ name }) => [name, reading.current.attributes[name] ?? null])),
          {
            source: ctx.use(Bios).tool,
            request: reading.current.resource.path,
          },
        ),
        ctx.evidence(
          'the machine came back from its reboot',
          { bootId: host.bootId, address: host.address },
          { source: 'ssh', request: 'boot id' },
        ),
      ],
      ...(notTaken.length + objections.length > 0
        ? {
            problem: `not in force after the reboot: ${[...objections, ...notTaken.map(({ name, wanted, got }) => `${name} is ${got}, not ${wanted}`)].join('; ')}`,
          }
        : {}),
    }
  },
})

async function plannedChanges(ctx: StepContext<Provisioning>): Promise<BiosPlan> {
  return JSON.parse(new TextDecoder().decode(await ctx.kept(ctx.output(biosModify).plan))) as BiosPlan
}

/**
 * What the device itself says of the template's wishes: an earlier attempt may have staged or even applied them. Where it does not tell
 * what is staged, a commit of this attempt that ended well in this boot says so.
 */
async function inForceOrStaged(
  ctx: StepContext<Provisioning>,
  plan: BiosPlan,
  committed: boolean,
): Promise<{ readonly state: 'in-force' | 'staged' } | { readonly state: 'missing'; readonly changes: BiosChanges }> {
  await ensureTool(ctx, ctx.use(Bios).tool)
  const reading = await readSettled(ctx, 'Looking at what is set now…')
  const changes = notStaged(plan, reading)
  if (reading.staging === 'hidden' && committed) return { state: 'staged' }
  if (Object.keys(changes).length > 0) return { state: 'missing', changes }
  if (compareAfterApply(plan, reading.current).notTaken.length === 0) return { state: 'in-force' }
  return reading.scheduled === false ? { state: 'missing', changes: allStaged(plan, reading) } : { state: 'staged' }
}

/** Everything that waits for the next boot and is wanted: pending values of which nobody has ordered the application. */
function allStaged(plan: BiosPlan, { current }: BiosReading): BiosChanges {
  return Object.fromEntries(
    compareAfterApply(plan, current).notTaken.map(({ name, wanted }): [string, BiosValue] => [name, wanted]),
  )
}

/** What a device says that has applied, or refused, what was staged: while it is at it, it is left alone. */
async function readSettled(
  ctx: StepContext<Provisioning>,
  sentence: string,
  judge: (reading: BiosReading, waits: string | undefined) => Promise<void> | void = () => {},
): Promise<BiosReading> {
  return ctx.subTask(sentence, { quietFor: QUIET_FOR.bootAfterBiosWrite }, async (task) => {
    const waits = await ctx.use(Bios).untilSettled({ signal: ctx.signal, onStage: task.detail })
    const reading = await readInside(ctx, task)
    await judge(reading, waits)
    return reading
  })
}

const commitOf = (ctx: StepContext<Provisioning>) => `${ctx.workflowId}-bios-push-${ctx.attempt}`

/** A commit that a process before this one began in this attempt: its end is waited for, and its exit code counts like one of our own. */
async function finishEarlierCommit(ctx: StepContext<Provisioning>): Promise<boolean> {
  if (!ctx.intents.some(({ effect, key }) => effect === 'bios.write' && key === `${ctx.attempt}`)) return false
  return ctx.subTask('Looking for a commit that has begun already…', { quietFor: QUIET_FOR.tool }, async (task) => {
    try {
      const ended = await ctx.use(Bios).finish(commitOf(ctx), ctx.signal)
      task.detail(ended)
      return ended === 'committed'
    } catch (error) {
      ctx.signal.throwIfAborted()
      // Begun, and its end is on no record: what the device says decides.
      if (!endedAnyway(error)) throw error
      return false
    }
  })
}

async function stage(ctx: StepContext<Provisioning>, plan: BiosPlan, changes: BiosChanges): Promise<void> {
  const bios = ctx.use(Bios)
  const shell = ctx.use(HostShell)
  const id = commitOf(ctx)
  await ctx.subTask('Writing the new BIOS configuration…', { quietFor: QUIET_FOR.tool }, (task) =>
    ctx.effect({
      effect: 'bios.write',
      key: `${ctx.attempt}`,
      marker: async (): Promise<Json> => ({ bootId: shell.location?.bootId ?? '', run: id }),
      act: () => bios.stage(changes, { id, signal: ctx.signal, onStage: task.detail }),
      happened: async () => {
        await untilEnded(ctx, id)
        const reading = await readBios(ctx, 'Looking at what was staged…')
        if (reading.staging === 'hidden') return (await endedWell(ctx, id)) ? 'happened' : 'not-happened'
        return isStaged(plan, reading) && reading.scheduled !== false ? 'happened' : 'not-happened'
      },
    }),
  )
  await ctx.subTask('Checking that the changes are staged…', { quietFor: QUIET_FOR.tool }, async (task) => {
    const reading = await readInside(ctx, task)
    if (reading.staging === 'hidden' || (isStaged(plan, reading) && reading.scheduled !== false)) return
    throw new HwError({
      code: 'bios.not-staged',
      kind: 'transient',
      message: `${bios.tool} reported success, but the changes are not staged on ${ctx.request.hostname}.`,
      hint: 'Check the BMC’s log; a BIOS administrator password or a server configuration lock refuses changes silently.',
    })
  })
}

/** For devices that do not show what is staged: writing the same values again is harmless, so a doubt counts as no. */
async function endedWell(ctx: StepContext<Provisioning>, id: string): Promise<boolean> {
  try {
    return (await ctx.use(Bios).finish(id, ctx.signal)) === 'committed'
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (!isHwError(error)) throw error
    return false
  }
}

/** A reboot that comes back to a shell is an exit from and an entry into rescue mode; from Ready the entry alone cycles the power. */
async function rebootThroughRescue(ctx: StepContext<Provisioning>): Promise<void> {
  const shell = ctx.use(HostShell)
  await ctx.use(Bios).signOut(ctx.signal)
  const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
  const bootBefore = shell.location?.bootId
  if (isRescue(machine.status)) {
    await unmarkHeld(ctx, `reboot-${ctx.attempt}`)
    await leaveRescue(ctx, `reboot-${ctx.attempt}`)
  }
  const entered = await enterRescue(ctx, `reboot-${ctx.attempt}`, bootBefore)
  await markHeld(ctx, `rebooted-${ctx.attempt}`)
  await findHost(ctx, entered.machine, { over: entered.over, quietFor: QUIET_FOR.bootAfterBiosWrite })
}

async function assertTaken(ctx: StepContext<Provisioning>, plan: BiosPlan): Promise<void> {
  await ensureTool(ctx, ctx.use(Bios).tool)
  await readSettled(ctx, 'Comparing with what the firmware made of it…', async (reading, waits) => {
    const { notTaken } = compareAfterApply(plan, reading.current)
    const objections = await newVerdict(ctx, reading)
    if (notTaken.length === 0 && objections.length === 0) return
    const names = notTaken.map(({ name, wanted, got }) => `${name} is ${got}, not ${wanted}`)
    const stuck = waits === undefined ? [] : [`the boot has not run the job ${waits}`]
    throw new HwError({
      code: 'bios.not-taken',
      kind: objections.length > 0 ? 'invalid' : 'transient',
      message: `The firmware of ${ctx.request.hostname} did not take all settings: ${[...names, ...objections, ...stuck].join('; ')}.`,
      hint: 'The machine runs with the rest of the new settings; the configuration of before is kept with the run (`bios-before`).',
      context: { notTaken: notTaken.map(({ name }) => name), verdict: objections },
    })
  })
}

/** An objection that was there before we wrote anything is not about our change. */
async function newVerdict(ctx: StepContext<Provisioning>, reading: BiosReading): Promise<readonly string[]> {
  const before = await keptPulled(ctx, ctx.output(biosPull).pulled)
  return reading.appliedAt === before.appliedAt ? [] : reading.verdict
}

async function readBios(ctx: StepContext<Provisioning>, sentence: string, everything = false): Promise<BiosReading> {
  return ctx.subTask(sentence, { quietFor: QUIET_FOR.tool }, (task) => readInside(ctx, task, everything))
}

async function readInside(ctx: StepContext<Provisioning>, task: SubTask, everything = false): Promise<BiosReading> {
  const { value } = await ctx.use(Bios).read({ signal: ctx.signal, everything, onStage: task.detail })
  return value
}
