import { HwError } from '../errors.ts'
import type { Json } from '../workflow/record.ts'
import { Commissioning } from './capabilities.ts'
import { assertFree, assertNotForeign } from './holding.ts'
import { isRescue, STATUS, type MachineState } from './machine-state.ts'
import { patiently, soon } from './patiently.ts'
import type { Acting } from './provisioning.ts'

/** MAAS acts at once; a status that has not moved by then was not acted upon. */
const ACCEPTED_WITHIN_MS = 60_000
/** Longest that a running power action makes others wait (MAAS 3.3: 4-9 s; BMC silent 140 s). */
const BUSY_WITHIN_MS = 180_000

interface StatusMarker {
  readonly [key: string]: Json
  readonly status: number
}

/**
 * Boots the machine into rescue mode: an ephemeral OS that stays up with our SSH key. The only boot of ours that ends in a shell.
 * From Ready. Returns the record once MAAS has seen the OS (status 16).
 */
export async function enterRescue(ctx: Acting, key: string): Promise<MachineState> {
  const maas = ctx.use(Commissioning)
  const user = (await maas.user(ctx.signal)).value
  await ctx.subTask('Booting the rescue system…', async (task) => {
    await ctx.effect<StatusMarker>({
      effect: 'maas.rescue-enter',
      key,
      marker: async () => ({ status: (await maas.read(ctx.signal)).value.status }),
      act: () =>
        patiently(ctx.clock, { signal: ctx.signal, within: BUSY_WITHIN_MS, onTrouble: task.detail }, async () => {
          // Read directly before: again in 17 would cycle the power a second time, and from Allocated it would take the machine from its owner.
          const { value: machine } = await maas.read(ctx.signal)
          if ((machine.status === STATUS.enteringRescue || machine.status === STATUS.rescue) && machine.owner === user)
            return
          assertFree(machine, user)
          await maas.enterRescue(ctx.signal)
        }),
      happened: async () => {
        const { value: machine } = await maas.read(ctx.signal)
        const entered =
          (machine.status === STATUS.enteringRescue || machine.status === STATUS.rescue) && machine.owner === user
        return entered ? 'happened' : 'not-happened'
      },
    })
    const accepted = await soon(ctx.clock, { signal: ctx.signal, within: ACCEPTED_WITHIN_MS }, async () => {
      const { value: machine } = await maas.read(ctx.signal)
      return isRescue(machine.status) ? machine : undefined
    })
    if (accepted === undefined) throw notAccepted(ctx, 'rescue_mode', 'it is not entering rescue mode')
  })
  return ctx.subTask('Waiting for the rescue system to come up…', (task) =>
    maas.until(
      (machine) => {
        task.detail(`${machine.statusName}${machine.statusMessage ? `: ${machine.statusMessage}` : ''}`)
        if (machine.status === STATUS.rescue) return machine
        if (machine.status === STATUS.enteringRescue) return undefined
        throw new HwError({
          code: 'machine.rescue-failed',
          kind: machine.status === STATUS.failedToEnterRescue ? 'transient' : 'conflict',
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
  return ctx.subTask('Leaving the rescue system…', async (task) => {
    await ctx.effect<StatusMarker>({
      effect: 'maas.rescue-exit',
      key,
      marker: async () => ({ status: (await maas.read(ctx.signal)).value.status }),
      act: () =>
        // A 503 leaves 19 or 20 behind; exit is allowed again in both (MAAS 3.3, recorded).
        patiently(ctx.clock, { signal: ctx.signal, within: BUSY_WITHIN_MS, onTrouble: task.detail }, async () => {
          const { value: machine } = await maas.read(ctx.signal)
          if (!isRescue(machine.status)) return
          await assertNotForeign(ctx, machine)
          await maas.exitRescue(ctx.signal)
        }),
      happened: async () => {
        const { value: machine } = await maas.read(ctx.signal)
        return !isRescue(machine.status) || machine.status === STATUS.exitingRescue ? 'happened' : 'not-happened'
      },
    })
    const left = await soon(ctx.clock, { signal: ctx.signal, within: ACCEPTED_WITHIN_MS }, async () => {
      const { value: machine } = await maas.read(ctx.signal)
      task.detail(machine.statusName)
      if (machine.status === STATUS.failedToExitRescue) throw exitFailed(machine)
      return isRescue(machine.status) ? undefined : machine
    })
    if (left) return left
    const { value: stuck } = await maas.read(ctx.signal)
    // MAAS's own power action may take 140 s against a silent BMC.
    if (stuck.status !== STATUS.exitingRescue)
      throw notAccepted(ctx, 'exit_rescue_mode', `it is still ${stuck.statusName}`)
    const late = await soon(ctx.clock, { signal: ctx.signal, within: BUSY_WITHIN_MS }, async () => {
      const { value: machine } = await maas.read(ctx.signal)
      if (machine.status === STATUS.failedToExitRescue) throw exitFailed(machine)
      return isRescue(machine.status) ? undefined : machine
    })
    if (late) return late
    throw exitFailed(stuck)
  })
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
