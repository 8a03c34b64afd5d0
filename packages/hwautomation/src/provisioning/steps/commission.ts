import { z } from 'zod'
import { HwError } from '../../errors.ts'
import type { StepContext } from '../../workflow/context.ts'
import type { Json } from '../../workflow/record.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { admit, refusal, type Claim } from '../admission.ts'
import { checkTargetBeforehand } from '../bmc-address.ts'
import { Commissioning } from '../capabilities.ts'
import { annotationIsOurs, markHeld, unmarkHeld } from '../holding.ts'
import { isRescue, STATUS, type MachineState } from '../machine-state.ts'
import { patiently, soon } from '../patiently.ts'
import type { Provisioning } from '../provisioning.ts'
import { stepTimes } from '../step-times.ts'

const output = z.object({
  /** What was done to bring the machine here. */
  way: z.enum(['commissioned', 'was-ready', 'adopted']),
  /** MAAS status before the run. */
  statusBefore: z.string(),
  /** Result set of the commissioning that the facts come from. */
  resultId: z.number().nullable(),
  architecture: z.string(),
})

interface CommissionMarker {
  readonly [key: string]: Json
  readonly status: number
  readonly statusName: string
  readonly resultId: number | null
}

/** How long MAAS may take to show a commissioning that it acknowledged. */
const ACCEPTED_WITHIN_MS = 60_000

/** Brings the machine under MAAS's control and its facts up to date: commissions it where its state demands it or the request asks for it. */
export const commission = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'commission',
  title: 'Commission',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'commission'),
  expected: (ctx) => stepTimes(ctx.request.profile, 'commission').expected,
  onCancel: 'stop',

  async plan(ctx) {
    const { machine, admission } = await assess(ctx)
    if (admission.way === 'refuse') return { todo: [], problems: [`${admission.reason}. ${admission.hint}`] }
    if (admission.way === 'wait') return { todo: [`Wait: ${admission.reason}`, 'Then take it as Ready'] }
    if (admission.way === 'commission')
      return {
        todo: [
          `Commission ${machine.hostname} in MAAS (it is ${machine.statusName})`,
          'A cancel during commissioning would leave it in New, whatever it was before',
        ],
        reboots: 1,
      }
    return {
      todo: [],
      skip: `${machine.hostname} is ${machine.statusName}: its commissioning is used as it is`,
      expectedMs: 0,
    }
  },

  async guard(ctx) {
    const { admission } = await assess(ctx)
    if (admission.way === 'refuse') throw refusal(admission)
    await checkTargetBeforehand(ctx)
  },

  async act(ctx) {
    const maas = ctx.use(Commissioning)
    let { machine, admission, claim } = await assess(ctx)
    const begun = commissionMarker(ctx) !== undefined
    if (admission.way === 'wait' || (admission.way === 'adopt' && !begun && !isRescue(machine.status))) {
      machine = await waitForOthers(
        ctx,
        admission.way === 'wait'
          ? admission.reason
          : `${machine.hostname} is still being commissioned by an earlier run`,
      )
      admission = admit(machine, claim)
      if (admission.way === 'refuse') throw refusal(admission)
    }
    if (admission.way === 'rescue' || (admission.way === 'adopt' && isRescue(machine.status))) {
      if (!begun || machine.status !== STATUS.ready) return
    }
    const marker = await ctx.subTask('Starting commissioning…', async (task) => {
      let used: CommissionMarker | undefined
      await ctx.effect<CommissionMarker>({
        effect: 'maas.commission',
        marker: async () => ({
          status: machine.status,
          statusName: machine.statusName,
          resultId: machine.commissioningResultId,
        }),
        act: async (known) => {
          used = known
          await patiently(ctx.clock, { signal: ctx.signal, within: 60_000, onTrouble: task.detail }, () =>
            maas.commission(ctx.signal),
          )
        },
        happened: async (known) => {
          used = known
          return (await hasBegun(ctx, known)) ? 'happened' : 'not-happened'
        },
      })
      return used!
    })
    await waitUntilReady(ctx, marker)
  },

  async verify(ctx) {
    const maas = ctx.use(Commissioning)
    const { value: machine } = await maas.read(ctx.signal)
    const marker = commissionMarker(ctx)
    const ok = machine.status === STATUS.ready || isRescue(machine.status)
    return {
      ok,
      output: {
        way: marker ? 'commissioned' : isRescue(machine.status) ? 'adopted' : 'was-ready',
        statusBefore: marker?.statusName ?? machine.statusName,
        resultId: machine.commissioningResultId,
        architecture: machine.architecture,
      },
      evidence: [
        ctx.evidence(
          marker ? `${machine.hostname} was commissioned` : `${machine.hostname} is ${machine.statusName}`,
          { status: machine.statusName, result: machine.commissioningResultId, serial: machine.serial },
          { source: 'maas', request: `GET machines/${machine.systemId}/` },
        ),
      ],
      ...(ok ? {} : { problem: `MAAS says ${machine.statusName}, not Ready` }),
    }
  },
})

/** The marker of this run's own commissioning, if it sent one. */
export function commissionMarker(ctx: Pick<StepContext<Provisioning>, 'intents'>): CommissionMarker | undefined {
  return ctx.intents.find((intent) => intent.effect === 'maas.commission')?.marker as CommissionMarker | undefined
}

async function assess(
  ctx: Pick<StepContext<Provisioning>, 'use' | 'signal' | 'request' | 'workflowId'> &
    Partial<Pick<StepContext<Provisioning>, 'intents'>>,
) {
  const maas = ctx.use(Commissioning)
  const { value: user } = await maas.user(ctx.signal)
  const { value: machine } = await maas.read(ctx.signal)
  const before = ctx.intents === undefined ? undefined : commissionMarker({ intents: ctx.intents })
  const claim: Claim = {
    user,
    recommission: ctx.request.recommission ?? false,
    annotationIsOurs: await annotationIsOurs(ctx, machine),
    // A result id that rose after our POST, with us as owner, is our commissioning.
    commissioningResultId:
      before !== undefined && machine.commissioningResultId !== before.resultId ? machine.commissioningResultId : null,
  }
  return { machine, claim, admission: admit(machine, claim) }
}

/** Somebody else's commissioning: it is not ours to abort, so we wait for its end, for as long as the step may take. */
function waitForOthers(ctx: StepContext<Provisioning>, reason: string): Promise<MachineState> {
  return ctx.waiting('device', reason, () =>
    ctx.subTask('Waiting for a commissioning that is already running…', (task) =>
      ctx
        .use(Commissioning)
        .until(
          (machine) =>
            machine.status === STATUS.commissioning || machine.status === STATUS.testing ? undefined : machine,
          {
            signal: ctx.signal,
            onTrouble: task.detail,
          },
        ),
    ),
  )
}

/** A new result set alone proves nothing, since a refused request raises the id too (MAAS 3.3, recorded). */
async function hasBegun(ctx: StepContext<Provisioning>, marker: CommissionMarker): Promise<boolean> {
  const maas = ctx.use(Commissioning)
  const { value: machine } = await maas.read(ctx.signal)
  if (machine.commissioningResultId === null || machine.commissioningResultId === marker.resultId) return false
  if (machine.status === STATUS.commissioning || machine.status === STATUS.testing) return true
  return maas.commissioningRan(machine.commissioningResultId, ctx.signal)
}

async function waitUntilReady(ctx: StepContext<Provisioning>, marker: CommissionMarker): Promise<void> {
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
  if (started.owner === user && started.status === STATUS.commissioning) {
    // The mark bridges the time until the result id is known to be ours; Ready has no owner, and MAAS would not let us clear it there.
    await markHeld(ctx, 'commission')
    await unmarkHeld(ctx, 'commission-begun')
  }
  const end = await ctx.subTask('Waiting for commissioning to complete…', (task) =>
    maas.until(
      (machine) => {
        task.detail(
          `${machine.statusName}${machine.statusMessage && machine.statusMessage !== machine.statusName ? `: ${machine.statusMessage}` : ''}`,
        )
        return machine.status === STATUS.commissioning || machine.status === STATUS.testing ? undefined : machine
      },
      { signal: ctx.signal, onTrouble: task.detail },
    ),
  )
  if (end.status === STATUS.ready) return
  throw await notReady(ctx, end)
}

async function notReady(ctx: StepContext<Provisioning>, machine: MachineState): Promise<HwError> {
  if (machine.status !== STATUS.failedCommissioning)
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
