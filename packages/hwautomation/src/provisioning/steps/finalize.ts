import { z } from 'zod'
import { HwError } from '../../errors.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { Commissioning, HostShell, Tags } from '../capabilities.ts'
import { findHost } from '../fresh-boot.ts'
import { assertStillOurs, markHeld, unmarkHeld } from '../holding.ts'
import { isRescue, STATUS, type MachineState } from '../machine-state.ts'
import { patiently, soon } from '../patiently.ts'
import type { Acting, Provisioning } from '../provisioning.ts'
import { enterRescue, leaveRescue } from '../rescue.ts'
import { stepTimes } from '../step-times.ts'

const output = z.object({
  /** MAAS's words for the end state. */
  status: z.string(),
  power: z.string(),
  owner: z.string().nullable(),
  tag: z.string(),
  removedTags: z.array(z.string()),
})

/** How long MAAS may take to show a power-off or a tag that it acknowledged. */
const SHOWN_WITHIN_MS = 60_000
/** Tags of this form name device types and are ours. */
const TAG_PREFIX = 'hw-type-'

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
    return ctx.todo(
      ctx.request.leaveOn === 'rescue'
        ? 'Leave the machine in rescue mode, owned by our MAAS user'
        : 'Switch the machine off and leave it Ready in MAAS',
      machine.tags.includes(tag) ? `Keep its tag ${tag}` : `Tag it ${tag}`,
      ...stale.map((name) => `Remove its tag ${name}`),
    )
  },

  async act(ctx) {
    await assertStillOurs(ctx)
    await tidyHost(ctx)
    if (ctx.request.leaveOn === 'rescue') await keepOn(ctx)
    else await handBack(ctx)
    await tagIt(ctx)
  },

  async verify(ctx) {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    const tag = ctx.request.profile.tag
    const stayed = ctx.request.leaveOn === 'rescue'
    const problems = [
      ...(stayed
        ? machine.status === STATUS.rescue
          ? []
          : [`it is ${machine.statusName}, not in rescue mode`]
        : [
            ...(machine.status === STATUS.ready ? [] : [`it is ${machine.statusName}, not Ready`]),
            ...(machine.power === 'off' ? [] : [`its power is ${machine.power}, not off`]),
            ...(machine.owner === null ? [] : [`it belongs to ${machine.owner}`]),
          ]),
      ...(machine.tags.includes(tag) ? [] : [`it has no tag ${tag}`]),
      ...staleTags(machine, tag).map((name) => `it still has the tag ${name}`),
    ]
    const removed = ctx.intents
      .filter((intent) => intent.effect === 'maas.tags' && intent.key.startsWith('remove '))
      .map((intent) => intent.key.slice('remove '.length))
    const request = `GET machines/${machine.systemId}/`
    return {
      ok: problems.length === 0,
      output: { status: machine.statusName, power: machine.power, owner: machine.owner, tag, removedTags: removed },
      evidence: [
        ctx.evidence(
          `${machine.hostname} is ${machine.statusName} and ${machine.power}`,
          { status: machine.statusName, power: machine.power, owner: machine.owner },
          { source: 'maas', request },
        ),
        ctx.evidence(`it is tagged ${tag}`, machine.tags, { source: 'maas', request }),
      ],
      ...(problems.length === 0 ? {} : { problem: problems.join(', ') }),
    }
  },
})

async function tidyHost(ctx: Acting): Promise<void> {
  await ctx.subTask('Removing our files from the host…', async (task) => {
    if (ctx.use(HostShell).location === undefined) return
    try {
      const left = await ctx.use(HostShell).tidy(ctx.signal)
      task.detail(left)
      if (left === 'gone' && ctx.request.leaveOn === 'rescue') throw hostGone(ctx.request.hostname)
    } catch (error) {
      ctx.signal.throwIfAborted()
      // The RAM disk goes with the power; only a machine that stays on keeps them.
      if (ctx.request.leaveOn === 'rescue') throw error
      ctx.warn(
        'host.not-tidied',
        `Files of the run were left on the host until it was switched off: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  })
}

/** A machine that commissioning left Ready and on would go off at its next reboot: only rescue mode keeps it, owned. */
async function keepOn(ctx: Acting): Promise<void> {
  const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
  if (machine.status === STATUS.rescue) return markHeld(ctx, 'left-on')
  await findHost(ctx, await enterRescue(ctx, 'left-on'))
  await markHeld(ctx, 'left-on')
}

async function handBack(ctx: Acting): Promise<void> {
  const maas = ctx.use(Commissioning)
  let { value: machine } = await maas.read(ctx.signal)
  if (isRescue(machine.status)) {
    if (machine.status === STATUS.rescue) await unmarkHeld(ctx, 'hand-back')
    machine = await leaveRescue(ctx, 'hand-back')
  }
  if (machine.power === 'off') return
  await ctx.subTask('Switching the machine off…', async (task) => {
    // After rescue mode MAAS switches it off itself; its record shows that some seconds later.
    const leftRescue = ctx.intents.some(({ effect }) => effect === 'maas.rescue-exit')
    if (leftRescue && (await soon(ctx.clock, { signal: ctx.signal, within: 15_000 }, () => isOff(maas, ctx.signal))))
      return
    await ctx.effect({
      effect: 'maas.power-off',
      key: 'hand-back',
      act: () =>
        patiently(ctx.clock, { signal: ctx.signal, within: SHOWN_WITHIN_MS, onTrouble: task.detail }, async () => {
          // Ready has no owner: whoever took it meanwhile must not lose power by us.
          await assertStillOurs(ctx)
          await maas.powerOff(ctx.signal)
        }),
    })
    await soon(ctx.clock, { signal: ctx.signal, within: SHOWN_WITHIN_MS }, () => isOff(maas, ctx.signal))
  })
}

function hostGone(hostname: string): HwError {
  return new HwError({
    code: 'host.files-left',
    kind: 'transient',
    message: `${hostname} is to stay on, but does not answer, so that files of the run may be left on it.`,
    hint: 'Look at its console; leave rescue mode in MAAS if it cannot be reached.',
  })
}

async function isOff(maas: Commissioning, signal: AbortSignal): Promise<true | undefined> {
  return (await maas.read(signal)).value.power === 'off' ? true : undefined
}

async function tagIt(ctx: Acting): Promise<void> {
  const tags = ctx.use(Tags)
  const maas = ctx.use(Commissioning)
  const tag = ctx.request.profile.tag
  await ctx.subTask(`Tagging it ${tag}…`, async () => {
    const { value: machine } = await maas.read(ctx.signal)
    for (const name of staleTags(machine, tag))
      await ctx.effect({ effect: 'maas.tags', key: `remove ${name}`, act: () => tags.remove(name, ctx.signal) })
    if (!machine.tags.includes(tag)) {
      await ctx.effect({
        effect: 'maas.tags',
        key: `create ${tag}`,
        act: () => tags.ensure(tag, `Device type ${ctx.request.deviceType}`, ctx.signal),
      })
      await ctx.effect({ effect: 'maas.tags', key: `add ${tag}`, act: () => tags.add(tag, ctx.signal) })
    }
    await soon(ctx.clock, { signal: ctx.signal, within: SHOWN_WITHIN_MS }, async () => {
      const { value: now } = await maas.read(ctx.signal)
      return now.tags.includes(tag) && staleTags(now, tag).length === 0 ? true : undefined
    })
  })
}

function staleTags(machine: MachineState, tag: string): string[] {
  return machine.tags.filter((name) => name.startsWith(TAG_PREFIX) && name !== tag)
}
