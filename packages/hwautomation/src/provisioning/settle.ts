import { isHwError } from '../errors.ts'
import type { UndoContext } from '../workflow/context.ts'
import { isHeldByUs } from './admission.ts'
import { Commissioning, HostShell } from './capabilities.ts'
import { unmarkHeld } from './holding.ts'
import { isRescue, RUN_ANNOTATION, STATUS, type MachineState } from './machine-state.ts'
import { patiently } from './patiently.ts'
import type { Provisioning } from './provisioning.ts'
import { biosPush } from './steps/bios-push.ts'
import { commissionMarker } from './steps/commission.ts'
import { ipmiConfigure } from './steps/ipmi-configure.ts'

/** Between two looks at a machine that is on its way. MAAS's power actions take 4-9 s. */
const LOOK_EVERY_MS = 5_000

/**
 * After a failure or a cancel: takes the machine to a state that MAAS and people know, by what it is in now and only where this run brought
 * it there. Acts, reads, waits and repeats until the state is read back; the signal's deadline ends it.
 * Returns the end state in words; throws when it cannot be reached.
 */
export async function settleMachine(ctx: UndoContext<Provisioning>): Promise<string> {
  const maas = ctx.use(Commissioning)
  nameWhatStays(ctx)
  await tidyHost(ctx)
  const claim = await claimOf(ctx)
  let lastTrouble: unknown
  let unmarked = false
  let aborted = false
  for (;;) {
    ctx.signal.throwIfAborted()
    try {
      const { value: machine } = await maas.read(ctx.signal)
      const next = nextMove(machine, { ...claim, aborted, annotationIsOurs: markIsOurs(ctx, machine) })
      if (next.move === 'rest') {
        nameResidue(ctx, machine, claim)
        return next.state
      }
      const { move } = next
      if (move !== 'wait') {
        if (!unmarked && machine.owner === claim.user) {
          await unmarkHeld(ctx, 'settle')
          unmarked = true
        }
        aborted ||= move === 'abort'
        await ctx.subTask(SENTENCE[move], (task) =>
          ctx.effect({
            effect: move === 'abort' ? 'maas.abort' : move === 'off' ? 'maas.power-off' : 'maas.rescue-exit',
            key: 'settle',
            marker: async () => ({ status: machine.status }),
            act: () =>
              patiently(ctx.clock, { signal: ctx.signal, within: 30_000, onBusy: task.detail }, () =>
                CALL[move](maas, ctx.signal),
              ),
            happened: async () => 'not-happened',
          }),
        )
      }
    } catch (error) {
      ctx.signal.throwIfAborted()
      if (isHwError(error) && error.kind === 'auth') throw error
      lastTrouble = error
      ctx.logger.warn({ err: error, workflowId: ctx.workflowId }, 'settling goes on after an error')
    }
    await ctx.clock.sleep(LOOK_EVERY_MS, ctx.signal).catch((reason: unknown) => {
      throw lastTrouble ?? reason
    })
  }
}

/** What this run may move: only what it brought into its state itself. */
export type SettlingClaim = Parameters<typeof isHeldByUs>[1] & {
  readonly touched: boolean
  /** An abort was sent: MAAS takes the owner away at once, the status later; or, after a 503, not at all until a second one. */
  readonly aborted?: boolean
}

async function claimOf(ctx: UndoContext<Provisioning>): Promise<SettlingClaim> {
  const maas = ctx.use(Commissioning)
  const began = commissionMarker(ctx)
  const { value: user } = await maas.user(ctx.signal)
  const { value: machine } = await maas.read(ctx.signal)
  return {
    user,
    annotationIsOurs: markIsOurs(ctx, machine),
    touched: ctx.intents.some(({ effect }) => effect === 'maas.commission' || effect === 'maas.rescue-enter'),
    commissioningResultId:
      began !== undefined && machine.commissioningResultId !== began.resultId ? machine.commissioningResultId : null,
  }
}

/** Marked by this run; or unmarked and brought into rescue mode by it: the mark is taken off before the machine is left. */
function markIsOurs(ctx: UndoContext<Provisioning>, machine: MachineState): boolean {
  const mark = machine.annotations[RUN_ANNOTATION]
  if (mark !== undefined) return mark === ctx.workflowId
  return isRescue(machine.status) && ctx.intents.some(({ effect }) => effect === 'maas.rescue-enter')
}

/** A changed BIOS and a proven BMC address stay as they are; whoever reads the record must not have to guess. */
function nameWhatStays(ctx: UndoContext<Provisioning>): void {
  const bios = ctx.maybeOutput(biosPush)
  if (bios && bios.applied.length > 0)
    ctx.leaveBehind(
      `${bios.applied.length} changed BIOS settings on ${ctx.request.hostname}`,
      'They are those of the device type; the configuration of before is kept with the run (bios-before.json).',
    )
  const bmc = ctx.maybeOutput(ipmiConfigure)
  if (bmc && bmc.before.address !== bmc.now.address)
    ctx.leaveBehind(
      `BMC address of ${ctx.request.hostname}: now ${bmc.now.address}, was ${bmc.before.address}`,
      'It is proven and MAAS knows it; start again to finish, or set the old one.',
    )
}

/** A commissioning that MAAS refused because of a power action leaves its caller as owner, and nothing but the next one clears that (MAAS 3.3, recorded). */
function nameResidue(ctx: UndoContext<Provisioning>, machine: MachineState, claim: SettlingClaim): void {
  const resting = machine.status === STATUS.new || machine.status === STATUS.ready
  if (claim.touched && resting && machine.owner === claim.user)
    ctx.leaveBehind(
      `${claim.user} as owner of ${machine.hostname} in MAAS, although it is ${machine.statusName}`,
      'Harmless: MAAS left it there when it refused a commissioning; the next commissioning clears it.',
    )
}

type Move = 'abort' | 'exit' | 'off'
const SENTENCE: Readonly<Record<Move, string>> = {
  abort: 'Aborting the commissioning…',
  exit: 'Leaving the rescue system…',
  off: 'Switching the machine off…',
}
const CALL: Readonly<Record<Move, (maas: Commissioning, signal: AbortSignal) => Promise<void>>> = {
  abort: (maas, signal) => maas.abort(signal),
  exit: (maas, signal) => maas.exitRescue(signal),
  off: (maas, signal) => maas.powerOff(signal),
}

/** The table of known end states: by status, whose it is, and power. Pure. */
export function nextMove(
  machine: MachineState,
  claim: SettlingClaim,
): { readonly move: Move | 'wait' } | { readonly move: 'rest'; readonly state: string } {
  const rest = {
    move: 'rest',
    state: `${machine.statusName}, ${machine.power === 'off' ? 'off' : `power ${machine.power}`}`,
  } as const
  if (!claim.touched) return rest
  const ours = isHeldByUs(machine, claim)
  if (machine.status === STATUS.commissioning)
    return ours || (claim.aborted === true && machine.owner === null) ? { move: 'abort' } : rest
  if (machine.status === STATUS.exitingRescue) return machine.owner === claim.user ? { move: 'wait' } : rest
  if (isRescue(machine.status)) return ours ? { move: 'exit' } : rest
  const unowned = machine.owner === null || machine.owner === claim.user
  const leftOn =
    machine.status === STATUS.ready || machine.status === STATUS.failedCommissioning || machine.status === STATUS.new
  if (leftOn && unowned && machine.power === 'on') return { move: 'off' }
  return rest
}

/** Removes what the run put on the host, where the host still answers. A RAM disk that is gone took it along. */
async function tidyHost(ctx: UndoContext<Provisioning>): Promise<void> {
  const shell = ctx.use(HostShell)
  if (shell.location === undefined) return
  try {
    await ctx.subTask('Removing our files from the host…', () => shell.tidy(ctx.signal))
  } catch (error) {
    ctx.signal.throwIfAborted()
    ctx.warn(
      'host.not-tidied',
      `Files of the run may be left on the host until it is switched off: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
