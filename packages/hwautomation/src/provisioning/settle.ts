import { isHwError, toHwError } from '../errors.ts'
import type { UndoContext } from '../workflow/context.ts'
import { isHeldByUs } from './admission.ts'
import { Commissioning, HostShell } from './capabilities.ts'
import { commissionMarker } from './commissioning.ts'
import { unmarkHeld } from './holding.ts'
import { isRescue, RUN_ANNOTATION, type MachineState } from './machine-state.ts'
import { MACHINE_STATUS } from './machine-status.ts'
import { leftAlone } from './others-acts.ts'
import { nameResidue, nameUnsettled, nameWhatStays } from './naming.ts'
import type { Provisioning } from './provisioning.ts'
import { QUIET_FOR } from './quiet-for.ts'
import { untilBiosRests } from './until-bios-rests.ts'

/** Between two looks at a machine that is on its way. MAAS's power actions take 4-9 s. */
const LOOK_EVERY_MS = 5_000
/** After errors in a row it is asked ever more rarely, up to this. */
const LONGEST_LOOK_MS = 60_000
/** A machine that is still leaving rescue mode by then is asked again: exit is harmless there, and MAAS has no expiry for it (MAAS 3.3, recorded). */
const EXIT_AGAIN_MS = 180_000

type Ctx = UndoContext<Provisioning>

/**
 * After a failure or a cancel: takes the machine to a state that MAAS and people know, by what it is in now and only where this run brought
 * it there. Acts, reads, waits and repeats until the state is read back, through outages too; the signal's deadline ends it.
 * Returns the end state in words; throws when it cannot be reached.
 */
export async function settleMachine(ctx: Ctx): Promise<string> {
  nameWhatStays(ctx)
  await untilBiosRests(ctx)
  await tidyHost(ctx)
  const progress: Progress = { unmarked: false, exitSince: undefined, lastSeen: undefined }
  let lastTrouble: unknown
  const giveUp = (reason: unknown): never => {
    nameUnsettled(ctx, progress.lastSeen)
    throw lastTrouble ?? reason
  }
  let wait = LOOK_EVERY_MS
  for (;;) {
    try {
      const state = await moveOn(ctx, progress)
      if (state !== undefined) return state
      wait = LOOK_EVERY_MS
    } catch (error) {
      if (ctx.signal.aborted || (isHwError(error) && error.kind === 'auth')) giveUp(error)
      lastTrouble = error
      wait = Math.min(wait * 1.5, LONGEST_LOOK_MS)
      ctx.logger.warn({ error: toHwError(error).message }, 'settling goes on after an error')
    }
    await ctx.clock.sleep(wait, ctx.signal).catch(giveUp)
  }
}

interface Progress {
  unmarked: boolean
  /** Since when it has been leaving rescue mode, on the clock. */
  exitSince: number | undefined
  lastSeen: MachineState | undefined
}

/** One look and at most one move; the end state in words once there is nothing left to do. */
async function moveOn(ctx: Ctx, progress: Progress): Promise<string | undefined> {
  const maas = ctx.use(Commissioning)
  const { value: user } = await maas.user(ctx.signal)
  const look = async () => {
    const { value: machine } = await maas.read(ctx.signal)
    progress.lastSeen = machine
    if (machine.status !== MACHINE_STATUS.exitingRescueMode) progress.exitSince = undefined
    else progress.exitSince ??= ctx.clock.now()
    const stuck = progress.exitSince !== undefined && ctx.clock.now() - progress.exitSince > EXIT_AGAIN_MS
    return { machine, next: nextMove(machine, { ...claimOf(ctx, machine, user), stuck }) }
  }
  const { machine, next } = await look()
  if (next.move === 'rest') {
    nameResidue(ctx, machine, user)
    return next.state
  }
  const { move } = next
  if (move === 'wait') return undefined
  if (!progress.unmarked && machine.owner === user && machine.annotations[RUN_ANNOTATION] === ctx.workflowId) {
    await unmarkHeld(ctx, 'settle')
    progress.unmarked = true
  }
  await ctx.subTask(SENTENCE[move], { quietFor: QUIET_FOR.powerOff }, () =>
    ctx.effect({
      effect: EFFECT[move],
      key: 'settle',
      marker: async () => ({ status: machine.status }),
      act: async () => {
        // Read directly before: whoever took the machine meanwhile must not lose it by us.
        if ((await look()).next.move !== move) return
        await CALL[move](maas, ctx.signal)
      },
      happened: async () => 'not-happened',
    }),
  )
  return undefined
}

type Move = 'abort' | 'exit' | 'off'
const SENTENCE: Readonly<Record<Move, string>> = {
  abort: 'Aborting the commissioning…',
  exit: 'Leaving the rescue system…',
  off: 'Switching the machine off…',
}
const EFFECT = { abort: 'maas.abort', exit: 'maas.rescue-exit', off: 'maas.power-off' } as const
const CALL: Readonly<Record<Move, (maas: Commissioning, signal: AbortSignal) => Promise<void>>> = {
  abort: (maas, signal) => maas.abort(signal),
  exit: (maas, signal) => maas.exitRescue(signal),
  off: (maas, signal) => maas.powerOff(signal),
}

/** What this run may move: only what it brought into its state itself. */
export type SettlingClaim = Parameters<typeof isHeldByUs>[1] & {
  /** It began to commission the machine, entered rescue mode, or took over what an earlier run had left. */
  readonly touched: boolean
  /** A request of ours met it in this status, which somebody had just brought it to: it is theirs. */
  readonly leftAlone?: string | undefined
  /** It has been leaving rescue mode for too long. */
  readonly stuck?: boolean
}

function claimOf(ctx: Ctx, machine: MachineState, user: string): SettlingClaim {
  const began = commissionMarker(ctx)
  const mark = machine.annotations[RUN_ANNOTATION]
  const entered = ctx.intents.some(({ effect }) => effect === 'maas.rescue-enter')
  const marked = ctx.intents.some(({ effect }) => effect === 'maas.annotate')
  return {
    user,
    touched: began !== undefined || entered || marked,
    leftAlone: leftAlone(ctx),
    // Unmarked and brought into rescue mode by us: the mark is taken off before the machine is left.
    annotationIsOurs: mark === undefined ? isRescue(machine.status) && (entered || marked) : mark === ctx.workflowId,
    commissioningResultId:
      began !== undefined && machine.commissioningResultId !== began.resultId ? machine.commissioningResultId : null,
  }
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
  if (claim.leftAlone !== undefined)
    return { move: 'rest', state: `${rest.state}, left as it is: it was ${claim.leftAlone} by somebody else` }
  if (!claim.touched || machine.locked) return rest
  const ours = isHeldByUs(machine, claim)
  if (machine.status === MACHINE_STATUS.commissioning) {
    // An abort takes the owner away at once and the status later, or, after a 503, not at all until a second one (MAAS 3.3, recorded).
    const aborted =
      machine.owner === null &&
      claim.commissioningResultId != null &&
      claim.commissioningResultId === machine.commissioningResultId
    return ours || aborted ? { move: 'abort' } : rest
  }
  if (machine.status === MACHINE_STATUS.exitingRescueMode) {
    if (machine.owner !== claim.user) return rest
    return { move: claim.stuck === true && ours ? 'exit' : 'wait' }
  }
  if (isRescue(machine.status)) return ours ? { move: 'exit' } : rest
  const unowned = machine.owner === null || machine.owner === claim.user
  const leftOn =
    machine.status === MACHINE_STATUS.ready ||
    machine.status === MACHINE_STATUS.failedCommissioning ||
    machine.status === MACHINE_STATUS.new
  return leftOn && unowned && machine.power === 'on' ? { move: 'off' } : rest
}

/** Removes what the run put on the host, where the host still answers. A RAM disk that is gone took it along. */
async function tidyHost(ctx: Ctx): Promise<void> {
  const shell = ctx.use(HostShell)
  if (shell.location === undefined) return
  try {
    await ctx.subTask('Removing our files from the host…', { quietFor: QUIET_FOR.tool }, () => shell.tidy(ctx.signal))
  } catch (error) {
    ctx.signal.throwIfAborted()
    ctx.warn(
      'host.not-tidied',
      `Files of the run may be left on the host until it is switched off: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
