import type { StepContext } from '../workflow/context.ts'
import { Commissioning, Tags } from './capabilities.ts'
import type { MachineState } from './machine-state.ts'
import { soon } from './patiently.ts'
import type { Acting, Provisioning } from './provisioning.ts'

/** How long MAAS may take to show a tag that it acknowledged. */
const SHOWN_WITHIN_MS = 60_000
/** Tags of this form name device types and are ours. */
const TAG_PREFIX = 'hw-type-'

/** Tags the machine with its device type, and with no other. */
export async function tagIt(ctx: Acting): Promise<void> {
  const tags = ctx.use(Tags)
  const tag = ctx.request.profile.tag
  await ctx.subTask(`Tagging it ${tag}…`, async () => {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    await remove(ctx, staleTags(machine, tag))
    if (!machine.tags.includes(tag)) {
      await ctx.effect({
        effect: 'maas.tags',
        key: `create ${tag}`,
        act: () => tags.ensure(tag, `Device type ${ctx.request.deviceType}`, ctx.signal),
      })
      await ctx.effect({ effect: 'maas.tags', key: `add ${tag}`, act: () => tags.add(tag, ctx.signal) })
    }
    await shown(ctx, (now) => now.tags.includes(tag) && staleTags(now, tag).length === 0)
  })
}

/** Takes every device type off a machine that is none any more. */
export async function untagIt(ctx: Acting): Promise<void> {
  await ctx.subTask('Removing its device type…', async () => {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    await remove(ctx, staleTags(machine))
    await shown(ctx, (now) => staleTags(now).length === 0)
  })
}

/** Its device types besides this one. */
export function staleTags(machine: MachineState, tag?: string): string[] {
  return machine.tags.filter((name) => name.startsWith(TAG_PREFIX) && name !== tag)
}

/** The tags that this step has taken off. */
export function removedTags(ctx: Pick<StepContext<Provisioning>, 'intents'>): string[] {
  return ctx.intents
    .filter(({ effect, key }) => effect === 'maas.tags' && key.startsWith('remove '))
    .map(({ key }) => key.slice('remove '.length))
}

async function remove(ctx: Acting, names: readonly string[]): Promise<void> {
  for (const name of names)
    await ctx.effect({ effect: 'maas.tags', key: `remove ${name}`, act: () => ctx.use(Tags).remove(name, ctx.signal) })
}

async function shown(ctx: Acting, test: (machine: MachineState) => boolean): Promise<void> {
  await soon(ctx.clock, { signal: ctx.signal, within: SHOWN_WITHIN_MS }, async () =>
    test((await ctx.use(Commissioning).read(ctx.signal)).value) ? true : undefined,
  )
}
