import { HwError } from '../errors.ts'
import { Commissioning } from './capabilities.ts'
import { isRescue, RUN_ANNOTATION, type MachineState } from './machine-state.ts'
import { MACHINE_STATUS } from './machine-status.ts'
import { patiently, soon } from './patiently.ts'
import type { Acting } from './provisioning.ts'

/** How long MAAS may take to show what it acknowledged. */
const SHOWN_WITHIN_MS = 30_000

/**
 * Marks the machine as held by this run. Only possible while it is owned: commissioning or rescue mode.
 * A mark that does not show is a warning: it protects, but nothing is decided by it alone.
 */
export async function markHeld(ctx: Acting, key: string): Promise<void> {
  await setAnnotation(ctx, key, ctx.workflowId)
}

/** Takes the mark off again, before the machine is left: annotations of rescue mode would survive to Ready. */
export async function unmarkHeld(ctx: Acting, key: string): Promise<void> {
  await setAnnotation(ctx, key, '')
}

/** Whether the mark on the machine is of this run, or of one of our store that nobody works on any more. */
export async function annotationIsOurs(
  ctx: Pick<Acting, 'workflowId' | 'use'>,
  machine: MachineState,
): Promise<boolean> {
  const annotation = machine.annotations[RUN_ANNOTATION]
  if (annotation === undefined) return false
  return annotation === ctx.workflowId || ctx.use(Commissioning).isAbandonedRun(annotation)
}

async function setAnnotation(ctx: Acting, key: string, value: string): Promise<void> {
  const maas = ctx.use(Commissioning)
  const isSet = (machine: MachineState) => (machine.annotations[RUN_ANNOTATION] ?? '') === value
  let last: unknown
  for (let round = 0; round < 2; round++) {
    try {
      await ctx.effect({
        effect: 'maas.annotate',
        key,
        act: () => patiently(ctx.clock, { signal: ctx.signal, within: 60_000 }, () => maas.annotate(value, ctx.signal)),
      })
    } catch (error) {
      ctx.signal.throwIfAborted()
      last = error
    }
    const shown = await soon(ctx.clock, { signal: ctx.signal, within: SHOWN_WITHIN_MS }, async () =>
      (await readCalmly(ctx, isSet)) ? true : undefined,
    )
    if (shown) return
  }
  const what = value === '' ? 'clear' : 'set'
  ctx.warn(
    'machine.annotation',
    `MAAS did not ${what} the annotation ${RUN_ANNOTATION} on ${ctx.request.hostname}${last instanceof Error ? `: ${last.message}` : ''}.`,
  )
  if (value === '')
    ctx.leaveBehind(
      `annotation ${RUN_ANNOTATION} on ${ctx.request.hostname}`,
      `Clear it in MAAS while you own the machine: set_workload_annotations ${RUN_ANNOTATION}= (empty).`,
    )
}

/** A read that failed is no reason to fail for a mark. */
async function readCalmly(ctx: Acting, test: (machine: MachineState) => boolean): Promise<boolean> {
  try {
    return test((await ctx.use(Commissioning).read(ctx.signal)).value)
  } catch {
    ctx.signal.throwIfAborted()
    return false
  }
}

/**
 * Still ours to work on? Read before anything is written: a machine that is Ready has no owner, so that others may take it at any time.
 * @throws HwError `machine.taken`
 */
export async function assertStillOurs(ctx: Acting): Promise<MachineState> {
  const maas = ctx.use(Commissioning)
  const { value: machine } = await maas.read(ctx.signal)
  const { value: user } = await maas.user(ctx.signal)
  if (isRescue(machine.status) && machine.owner === user && !machine.locked) await assertNotForeign(ctx, machine)
  else assertFree(machine, user)
  return machine
}

/** Ready, unlocked, and nobody's (or, after a refused commissioning, still under our own name). @throws HwError `machine.taken` */
export function assertFree(machine: MachineState, user: string): void {
  const nobodys = machine.owner === null || machine.owner === user
  const resting =
    machine.status === MACHINE_STATUS.ready ||
    machine.status === MACHINE_STATUS.new ||
    machine.status === MACHINE_STATUS.failedCommissioning
  if (!resting || !nobodys || machine.locked) throw taken(machine)
}

/** Another run that somebody works on, perhaps in another process with the same MAAS user, has marked the machine. @throws HwError `machine.taken` */
export async function assertNotForeign(ctx: Pick<Acting, 'workflowId' | 'use'>, machine: MachineState): Promise<void> {
  const mark = machine.annotations[RUN_ANNOTATION]
  if (mark !== undefined && !(await annotationIsOurs(ctx, machine))) throw taken(machine, mark)
}

/** The error for a machine that somebody else has by now. */
export function taken(machine: MachineState, mark?: string): HwError {
  const whose =
    mark === undefined ? (machine.owner === null ? '' : ` and belongs to ${machine.owner}`) : ` for run ${mark}`
  return new HwError({
    code: 'machine.taken',
    kind: 'conflict',
    message: `${machine.hostname} is now ${machine.statusName}${whose}: somebody else took it during the run.`,
    hint: 'Find out in the MAAS events who acted; start again when the machine is free.',
    context: { status: machine.statusName, owner: machine.owner ?? '', run: mark ?? '' },
  })
}
