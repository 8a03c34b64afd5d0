import type { StepContext } from '../workflow/context.ts'
import { HwError } from '../errors.ts'
import { Commissioning, HostShell } from './capabilities.ts'
import { assertStillOurs, unmarkHeld } from './holding.ts'
import { isRescue, RUN_ANNOTATION, type MachineState } from './machine-state.ts'
import { MACHINE_STATUS } from './machine-status.ts'
import { patiently, soon } from './patiently.ts'
import type { Acting, Provisioning } from './provisioning.ts'
import { QUIET_FOR } from './quiet-for.ts'
import { leaveRescue } from './rescue.ts'

/** How long MAAS may take to show a power-off that it acknowledged. */
const SHOWN_WITHIN_MS = 60_000

/** Removes everything of the run from the host. What stays where the host does not answer goes with its power. */
export async function tidyHost(ctx: Acting): Promise<void> {
  await ctx.subTask('Removing our files from the host…', { quietFor: QUIET_FOR.tool }, async (task) => {
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

/** Ready, off and nobody's: leaves rescue mode where the machine is in it, and switches off what commissioning left on. */
export async function handBack(ctx: Acting): Promise<void> {
  const maas = ctx.use(Commissioning)
  let { value: machine } = await maas.read(ctx.signal)
  if (isRescue(machine.status)) {
    if (machine.status === MACHINE_STATUS.rescueMode) await unmarkHeld(ctx, 'hand-back')
    machine = await leaveRescue(ctx, 'hand-back')
  }
  // Set while it was commissioned by a process that died before it took it off; MAAS clears it only for an owner, and Ready has none.
  if (machine.annotations[RUN_ANNOTATION] === ctx.workflowId)
    ctx.warn(
      'machine.annotation',
      `The annotation ${RUN_ANNOTATION} stays on ${ctx.request.hostname}: MAAS lets nobody clear it while the machine is Ready. The next run does.`,
    )
  if (machine.power === 'off') return
  await ctx.subTask('Switching the machine off…', { quietFor: QUIET_FOR.powerOff }, async (task) => {
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

/** What is not as it should be with a machine that was handed back. */
export function notHandedBack(machine: MachineState): readonly string[] {
  return [
    ...(machine.status === MACHINE_STATUS.ready ? [] : [`it is ${machine.statusName}, not Ready`]),
    ...(machine.power === 'off' ? [] : [`its power is ${machine.power}, not off`]),
    ...(machine.owner === null ? [] : [`it belongs to ${machine.owner}`]),
  ]
}

/** The end state as evidence. */
export function endState(ctx: Pick<StepContext<Provisioning>, 'evidence'>, machine: MachineState) {
  return ctx.evidence(
    `${machine.hostname} is ${machine.statusName} and ${machine.power}`,
    { status: machine.statusName, power: machine.power, owner: machine.owner },
    { source: 'maas', request: `GET machines/${machine.systemId}/` },
  )
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
