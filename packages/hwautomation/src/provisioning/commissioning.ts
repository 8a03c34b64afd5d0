import { HwError } from '../errors.ts'
import type { StepContext } from '../workflow/context.ts'
import type { Json } from '../workflow/record.ts'
import { admit, refusal, type Claim } from './admission.ts'
import { Commissioning } from './capabilities.ts'
import { markHeld, taken, unmarkHeld } from './holding.ts'
import type { MachineState } from './machine-state.ts'
import { MACHINE_STATUS, machineStatusLabel } from './machine-status.ts'
import { commissionedBy, eventsSince, metInstead } from './others-acts.ts'
import { soon } from './patiently.ts'
import type { Provisioning } from './provisioning.ts'
import { QUIET_FOR } from './quiet-for.ts'

/** What was so before our request. */
export interface CommissionMarker {
  readonly [key: string]: Json
  readonly status: number
  readonly statusName: string
  readonly resultId: number | null
  /** Newest event before, where it could be read. */
  readonly event: number | null
}

/** How long MAAS may take to show a commissioning that it acknowledged. */
const ACCEPTED_WITHIN_MS = 60_000

/** The marker of this run's own commissioning, if it sent one. */
export function commissionMarker(ctx: Pick<StepContext<Provisioning>, 'intents'>): CommissionMarker | undefined {
  return ctx.intents.find((intent) => intent.effect === 'maas.commission')?.marker as CommissionMarker | undefined
}

/** The same, if it was begun: it may never have reached MAAS. */
export async function ownCommissioning(ctx: StepContext<Provisioning>): Promise<CommissionMarker | undefined> {
  const marker = commissionMarker(ctx)
  return marker !== undefined && (await hasBegun(ctx, marker)) ? marker : undefined
}

/** A result id that rose after our POST, with us as owner, is our commissioning. */
export function newResult(machine: MachineState, { resultId }: CommissionMarker): number | null {
  return machine.commissioningResultId === resultId ? null : machine.commissioningResultId
}

/** Read directly before each try: whoever took the machine while it was busy must not lose it by us. */
export async function commissionIfStill(
  ctx: StepContext<Provisioning>,
  claim: Claim,
  marker: CommissionMarker,
): Promise<void> {
  const maas = ctx.use(Commissioning)
  const { value: machine } = await maas.read(ctx.signal)
  const admission = admit(machine, { ...claim, commissioningResultId: newResult(machine, marker) })
  if (admission.way === 'refuse') throw refusal(admission)
  // A request that nobody heard of again has begun after all.
  if (admission.way === 'adopt') return
  if (admission.way === 'wait') throw taken(machine)
  await maas.commission(ctx.signal)
}

/** Somebody may have brought it to another status between our look and our request; only MAAS's events tell. */
export async function assertAsRead(ctx: StepContext<Provisioning>, marker: CommissionMarker): Promise<void> {
  const events = await eventsSince(ctx, marker.event)
  const met = metInstead(events, { into: machineStatusLabel(MACHINE_STATUS.commissioning), from: marker.statusName })
  if (met === undefined) return
  throw new HwError({
    code: 'machine.taken',
    kind: 'conflict',
    retryable: false,
    message: `Somebody made ${ctx.request.hostname} ${met} in the moment between our look and our request; MAAS commissioned it all the same.`,
    hint: 'Find out in the MAAS events who acted. The commissioning is aborted, which leaves the machine in New.',
    context: { met },
  })
}

/** A new result set alone proves nothing, since a refused request raises the id too (MAAS 3.3, recorded). */
export async function hasBegun(ctx: StepContext<Provisioning>, marker: CommissionMarker): Promise<boolean> {
  const maas = ctx.use(Commissioning)
  const { value: machine } = await maas.read(ctx.signal)
  if (machine.commissioningResultId === null || machine.commissioningResultId === marker.resultId) return false
  // Ready has no owner: whose commissioning it was, while nobody of us looked, is told by the events alone.
  const by = commissionedBy(await eventsSince(ctx, marker.event))
  if (by !== undefined && by !== (await maas.user(ctx.signal)).value) return false
  if (machine.status === MACHINE_STATUS.commissioning || machine.status === MACHINE_STATUS.testing) return true
  return maas.commissioningRan(machine.commissioningResultId, ctx.signal)
}

/** Sees the commissioning begin, marks the machine, and waits for its end. */
export async function waitUntilReady(ctx: StepContext<Provisioning>, marker: CommissionMarker): Promise<void> {
  const maas = ctx.use(Commissioning)
  const begun = await soon(ctx.clock, { signal: ctx.signal, within: ACCEPTED_WITHIN_MS }, async () =>
    (await hasBegun(ctx, marker)) ? true : undefined,
  )
  if (!begun)
    throw new HwError({
      code: 'maas.not-acted-upon',
      kind: 'transient',
      message: `MAAS acknowledged the commissioning of ${ctx.request.hostname}, but did not begin it within ${ACCEPTED_WITHIN_MS / 1000} s.`,
      hint: 'Look at the region controller’s log and at the machine’s events.',
    })
  const { value: user } = await maas.user(ctx.signal)
  const { value: started } = await maas.read(ctx.signal)
  if (started.owner === user && started.status === MACHINE_STATUS.commissioning) {
    // The mark bridges the time until the result id is known to be ours; Ready has no owner, and MAAS would not let us clear it there.
    await markHeld(ctx, 'commission')
    await unmarkHeld(ctx, 'commission-begun')
  }
  const end = await ctx.subTask(
    'Waiting for commissioning to complete…',
    { quietFor: QUIET_FOR.commissioning },
    (task) =>
      maas.until(
        (machine) => {
          task.detail(
            `${machine.statusName}${machine.statusMessage && machine.statusMessage !== machine.statusName ? `: ${machine.statusMessage}` : ''}`,
          )
          return machine.status === MACHINE_STATUS.commissioning || machine.status === MACHINE_STATUS.testing
            ? undefined
            : machine
        },
        { signal: ctx.signal, onTrouble: task.detail },
      ),
  )
  if (end.status === MACHINE_STATUS.ready) return
  throw await notReady(ctx, end)
}

async function notReady(ctx: StepContext<Provisioning>, machine: MachineState): Promise<HwError> {
  if (machine.status !== MACHINE_STATUS.failedCommissioning)
    return new HwError({
      code: 'machine.taken',
      kind: 'conflict',
      message: `The commissioning of ${machine.hostname} was ended by somebody else: MAAS says ${machine.statusName}${machine.statusMessage ? ` (${machine.statusMessage})` : ''}.`,
      hint: 'Find out in the MAAS events who acted; start again when the machine is free.',
      context: { status: machine.statusName, statusMessage: machine.statusMessage },
    })
  const scripts = await ctx
    .use(Commissioning)
    .explainFailure(ctx.signal)
    .catch(() => [])
  return new HwError({
    code: 'machine.commissioning-failed',
    kind: 'conflict',
    retryable: false,
    message: `The commissioning of ${machine.hostname} failed: ${machine.statusMessage}${scripts.length > 0 ? `; ${scripts.join('; ')}` : ''}.`,
    hint:
      scripts.length > 0
        ? 'The failing scripts and their last output are in the error; repair what they name and start again.'
        : 'Look at the machine’s console and events in MAAS.',
    context: { status: machine.statusName, statusMessage: machine.statusMessage, scripts },
  })
}
