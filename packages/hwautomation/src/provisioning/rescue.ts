import { HwError, isHwError } from '../errors.ts'
import type { Json } from '../workflow/record.ts'
import { Commissioning } from './capabilities.ts'
import { annotationIsOurs, assertFree, assertNotForeign } from './holding.ts'
import { isRescue, RUN_ANNOTATION, type MachineState } from './machine-state.ts'
import { MACHINE_STATUS, machineStatusLabel } from './machine-status.ts'
import { eventsSince, handsOff, metInstead, newestEvent } from './others-acts.ts'
import { patiently, soon } from './patiently.ts'
import type { Acting } from './provisioning.ts'
import { QUIET_FOR } from './quiet-for.ts'

/** MAAS acts at once; a status that has not moved by then was not acted upon. */
const ACCEPTED_WITHIN_MS = 60_000
/** Longest that a running power action makes others wait (MAAS 3.3: 4-9 s; BMC silent 140 s). */
const BUSY_WITHIN_MS = 180_000

interface StatusMarker {
  readonly [key: string]: Json
  readonly status: number
  readonly statusName: string
}

interface EnterMarker extends StatusMarker {
  /** The boot that is over once the machine is in rescue mode, where it was known. */
  readonly over: string | null
  readonly event: number | null
}

/** A machine whose rescue system MAAS has seen, and the boot that cannot be it. */
export interface Entered {
  readonly machine: MachineState
  readonly over: string | undefined
}

/**
 * Boots the machine into rescue mode: an ephemeral OS that stays up with our SSH key. The only boot of ours that ends in a shell.
 * From Ready; a machine that is on its way there already (an earlier process asked for it) is only waited for. Returns once MAAS has
 * seen the OS (status 16).
 * @param over the boot that runs now, where it is known: it is kept with the intent for whoever goes on
 * @throws HwError `machine.taken`, `machine.rescue-failed`, `maas.not-acted-upon`
 */
export async function enterRescue(ctx: Acting, key: string, over?: string): Promise<Entered> {
  const machine = await askForRescue(ctx, key, over)
  await assertAsRead(ctx, machine)
  return { machine: await untilInRescue(ctx), over: over ?? bootThatIsOver(ctx) }
}

/** A boot that some entry of this step was to end never comes back. */
function bootThatIsOver(ctx: Acting): string | undefined {
  const markers = ctx.intents
    .filter(({ effect }) => effect === 'maas.rescue-enter')
    .map(({ marker }) => (marker as EnterMarker).over)
  return markers.findLast((over) => over !== null && over !== undefined) ?? undefined
}

/** The machine once MAAS acts on it. */
async function askForRescue(ctx: Acting, key: string, over: string | undefined): Promise<MachineState> {
  const maas = ctx.use(Commissioning)
  const user = (await maas.user(ctx.signal)).value
  const isOn = (machine: MachineState) =>
    (machine.status === MACHINE_STATUS.enteringRescueMode || machine.status === MACHINE_STATUS.rescueMode) &&
    machine.owner === user
  return ctx.subTask('Booting the rescue system…', async (task) => {
    await ctx.effect<EnterMarker>({
      effect: 'maas.rescue-enter',
      key,
      marker: async () => {
        const event = await newestEvent(ctx)
        const { value: machine } = await maas.read(ctx.signal)
        return { status: machine.status, statusName: machine.statusName, over: over ?? null, event }
      },
      act: () =>
        patiently(ctx.clock, { signal: ctx.signal, within: BUSY_WITHIN_MS, onTrouble: task.detail }, async () => {
          // Read directly before: again in 17 would cycle the power a second time, and from Allocated it would take the machine from its owner.
          const { value: machine } = await maas.read(ctx.signal)
          if (isOn(machine)) return assertNotForeign(ctx, machine)
          assertFree(machine, user)
          await maas.enterRescue(ctx.signal)
        }),
      happened: async () => {
        const { value: machine } = await maas.read(ctx.signal)
        const foreign = machine.annotations[RUN_ANNOTATION] !== undefined && !(await annotationIsOurs(ctx, machine))
        return isOn(machine) && !foreign ? 'happened' : 'not-happened'
      },
    })
    const accepted = await soon(ctx.clock, { signal: ctx.signal, within: ACCEPTED_WITHIN_MS }, async () => {
      const { value: machine } = await maas.read(ctx.signal)
      return isRescue(machine.status) ? machine : undefined
    })
    if (accepted === undefined) throw notAccepted(ctx, 'rescue_mode', 'it is not entering rescue mode')
    return accepted
  })
}

/** rescue_mode takes a machine from whoever has it by then (MAAS 3.3, recorded: "Allocated by another user: owner becomes the admin"). */
async function assertAsRead(ctx: Acting, machine: MachineState): Promise<void> {
  const marker = ctx.intents.findLast(({ effect }) => effect === 'maas.rescue-enter')?.marker as EnterMarker | undefined
  // What was on its way already was looked at by whoever sent it on its way.
  if (marker === undefined || isRescue(marker.status)) return
  const events = await eventsSince(ctx, marker.event)
  const met = metInstead(events, {
    into: machineStatusLabel(MACHINE_STATUS.enteringRescueMode),
    from: marker.statusName,
  })
  if (met !== undefined) await handsOff(ctx, machine, met)
}

function untilInRescue(ctx: Acting): Promise<MachineState> {
  return ctx.subTask('Waiting for the rescue system to come up…', { quietFor: QUIET_FOR.boot }, (task) =>
    ctx.use(Commissioning).until(
      (machine) => {
        task.detail(`${machine.statusName}${machine.statusMessage ? `: ${machine.statusMessage}` : ''}`)
        if (machine.status === MACHINE_STATUS.rescueMode) return machine
        if (machine.status === MACHINE_STATUS.enteringRescueMode) return undefined
        throw new HwError({
          code: 'machine.rescue-failed',
          kind: machine.status === MACHINE_STATUS.failedToEnterRescueMode ? 'transient' : 'conflict',
          message: `${machine.hostname} did not come up in rescue mode: MAAS says ${machine.statusName}${machine.statusMessage ? ` (${machine.statusMessage})` : ''}.`,
          hint: 'Look at the machine’s console and at its network boot; check that the BMC answers MAAS (query power state).',
          context: { status: machine.statusName, statusMessage: machine.statusMessage },
        })
      },
      { signal: ctx.signal, onTrouble: task.detail },
    ),
  )
}

/**
 * Leaves rescue mode: the machine goes off and back to Ready without an owner. Also from 17, 18 and 20; harmless from Ready.
 * @throws HwError `machine.rescue-exit-failed` when it has not left it by the end of the signal's time.
 */
export async function leaveRescue(ctx: Acting, key: string): Promise<MachineState> {
  const maas = ctx.use(Commissioning)
  return ctx.subTask('Leaving the rescue system…', { quietFor: QUIET_FOR.powerOff }, async (task) => {
    await ctx.effect<StatusMarker>({
      effect: 'maas.rescue-exit',
      key,
      marker: async () => {
        const { value: machine } = await maas.read(ctx.signal)
        return { status: machine.status, statusName: machine.statusName }
      },
      act: () =>
        // A 503 leaves 19 or 20 behind; exit is allowed again in both (MAAS 3.3, recorded).
        patiently(ctx.clock, { signal: ctx.signal, within: BUSY_WITHIN_MS, onTrouble: task.detail }, async () => {
          const { value: machine } = await maas.read(ctx.signal)
          if (!isRescue(machine.status)) return
          await assertNotForeign(ctx, machine)
          await exitUnlessLeft(ctx)
        }),
      happened: async () => {
        const { value: machine } = await maas.read(ctx.signal)
        return !isRescue(machine.status) || machine.status === MACHINE_STATUS.exitingRescueMode
          ? 'happened'
          : 'not-happened'
      },
    })
    const left = await soon(ctx.clock, { signal: ctx.signal, within: ACCEPTED_WITHIN_MS }, async () => {
      const { value: machine } = await maas.read(ctx.signal)
      task.detail(machine.statusName)
      if (machine.status === MACHINE_STATUS.failedToExitRescueMode) throw exitFailed(machine)
      return isRescue(machine.status) ? undefined : machine
    })
    if (left) return left
    const { value: stuck } = await maas.read(ctx.signal)
    // MAAS's own power action may take 140 s against a silent BMC.
    if (stuck.status !== MACHINE_STATUS.exitingRescueMode)
      throw notAccepted(ctx, 'exit_rescue_mode', `it is still ${stuck.statusName}`)
    const late = await soon(ctx.clock, { signal: ctx.signal, within: BUSY_WITHIN_MS }, async () => {
      const { value: machine } = await maas.read(ctx.signal)
      if (machine.status === MACHINE_STATUS.failedToExitRescueMode) throw exitFailed(machine)
      return isRescue(machine.status) ? undefined : machine
    })
    if (late) return late
    throw exitFailed(stuck)
  })
}

/** A machine that was on its way out may be out by now: MAAS refuses the exit then, and that is no fault. */
async function exitUnlessLeft(ctx: Acting): Promise<void> {
  const maas = ctx.use(Commissioning)
  try {
    await maas.exitRescue(ctx.signal)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (!isHwError(error) || error.code !== 'maas.wrong-state') throw error
    if (isRescue((await maas.read(ctx.signal)).value.status)) throw error
  }
}

function exitFailed(machine: MachineState): HwError {
  return new HwError({
    code: 'machine.rescue-exit-failed',
    kind: 'transient',
    message: `${machine.hostname} did not leave rescue mode: MAAS says ${machine.statusName}${machine.statusMessage ? ` (${machine.statusMessage})` : ''}.`,
    hint: 'Check that the BMC answers MAAS (query power state), then exit rescue mode in MAAS again.',
    context: { status: machine.statusName, statusMessage: machine.statusMessage },
  })
}

function notAccepted(ctx: Acting, operation: string, what: string): HwError {
  return new HwError({
    code: 'maas.not-acted-upon',
    kind: 'transient',
    message: `MAAS acknowledged ${operation} of ${ctx.request.hostname}, but ${ACCEPTED_WITHIN_MS / 1000} s later ${what}.`,
    hint: 'Look at the region controller’s log and at the machine’s events.',
    context: { operation },
  })
}
