import { z } from 'zod'
import type { StepContext } from '../../workflow/context.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { admit, refusal, type Claim } from '../admission.ts'
import { checkTargetBeforehand } from '../bmc-address.ts'
import { checkWishesBeforehand, lockedBeforehand } from '../bmc-beforehand.ts'
import { wishesOf } from '../bmc-wishes.ts'
import { Commissioning } from '../capabilities.ts'
import {
  assertAsRead,
  commissionIfStill,
  commissionMarker,
  hasBegun,
  newResult,
  ownCommissioning,
  waitUntilReady,
  type CommissionMarker,
} from '../commissioning.ts'
import { annotationIsOurs } from '../holding.ts'
import { isRescue, type MachineState } from '../machine-state.ts'
import { MACHINE_STATUS } from '../machine-status.ts'
import { newestEvent } from '../others-acts.ts'
import { patiently } from '../patiently.ts'
import type { Provisioning } from '../provisioning.ts'
import { QUIET_FOR } from '../quiet-for.ts'
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
    // What the type wants of the BMC is the business of ipmi-configure's plan, and with it how the BMC is now.
    const locked = wishesOf(ctx.request).writes ? undefined : await lockedBeforehand(ctx)
    const problems = locked === undefined ? {} : { problems: [`The BMC is closed to the tools on its host: ${locked}`] }
    if (admission.way === 'wait') return { todo: [`Wait: ${admission.reason}`, 'Then take it as Ready'], ...problems }
    if (admission.way === 'commission')
      return {
        ...problems,
        todo: [
          `Commission ${machine.hostname} in MAAS (it is ${machine.statusName})`,
          'A cancel during commissioning would leave it in New, whatever it was before',
        ],
        reboots: 1,
      }
    if (locked !== undefined) return { todo: [], ...problems }
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
    await checkWishesBeforehand(ctx)
  },

  async act(ctx) {
    let { machine, admission, claim } = await assess(ctx)
    const before = commissionMarker(ctx)
    const begun = before !== undefined
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
      // Ready after a request of ours that nobody heard of again: by our commissioning, or by somebody else's.
      if (before === undefined || machine.status !== MACHINE_STATUS.ready || !(await hasBegun(ctx, before))) return
    }
    const marker = await ctx.subTask('Starting commissioning…', async (task) => {
      let used: CommissionMarker | undefined
      await ctx.effect<CommissionMarker>({
        effect: 'maas.commission',
        marker: async () => {
          const event = await newestEvent(ctx)
          const { status, statusName, commissioningResultId: resultId } = machine
          return { status, statusName, resultId, event }
        },
        act: async (known) => {
          used = known
          await patiently(ctx.clock, { signal: ctx.signal, within: 60_000, onTrouble: task.detail }, () =>
            commissionIfStill(ctx, claim, known),
          )
        },
        happened: async (known) => {
          used = known
          return (await hasBegun(ctx, known)) ? 'happened' : 'not-happened'
        },
      })
      return used!
    })
    await assertAsRead(ctx, marker)
    await waitUntilReady(ctx, marker)
  },

  async recheck(ctx) {
    const { machine, admission } = await assess(ctx)
    if (admission.way === 'refuse' || admission.way === 'wait') return admission.reason
    if (machine.status !== MACHINE_STATUS.ready && !isRescue(machine.status))
      return `${machine.hostname} is ${machine.statusName} now`
    return machine.commissioningResultId === ctx.recorded.resultId
      ? undefined
      : `${machine.hostname} has been commissioned again since`
  },

  async verify(ctx) {
    const maas = ctx.use(Commissioning)
    const { value: machine } = await maas.read(ctx.signal)
    const marker = await ownCommissioning(ctx)
    const ok = machine.status === MACHINE_STATUS.ready || isRescue(machine.status)
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
    commissioningResultId: before === undefined ? null : newResult(machine, before),
  }
  return { machine, claim, admission: admit(machine, claim) }
}

/** Somebody else's commissioning: it is not ours to abort, so we wait for its end, for as long as the step may take. */
function waitForOthers(ctx: StepContext<Provisioning>, reason: string): Promise<MachineState> {
  return ctx.waiting('device', reason, () =>
    ctx.subTask('Waiting for a commissioning that is already running…', { quietFor: QUIET_FOR.commissioning }, (task) =>
      ctx
        .use(Commissioning)
        .until(
          (machine) =>
            machine.status === MACHINE_STATUS.commissioning || machine.status === MACHINE_STATUS.testing
              ? undefined
              : machine,
          {
            signal: ctx.signal,
            onTrouble: task.detail,
          },
        ),
    ),
  )
}
