import { z } from 'zod'
import { WorkflowStep } from '../../workflow/step.ts'
import { Commissioning, HostShell } from '../capabilities.ts'
import { ensureShell } from '../ensure-shell.ts'
import { findHost } from '../fresh-boot.ts'
import { hostLocationSchema } from '../host.ts'
import { collectFacts } from '../inventory.ts'
import { assertMatches } from '../matching.ts'
import { isRescue } from '../machine-state.ts'
import { MACHINE_STATUS } from '../machine-status.ts'
import type { Provisioning } from '../provisioning.ts'
import { stepTimes } from '../step-times.ts'
import { commission } from './commission.ts'

const output = z.object({
  host: hostLocationSchema,
  /** The boot the shell lives in: the one of the commissioning, or rescue mode. */
  shell: z.enum(['commissioning', 'rescue']),
})

/** Finds the machine's address and a shell on it: the one that commissioning left running, else rescue mode. Proves that it is the right machine. */
export const retrieveIp = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'retrieve-ip',
  title: 'Retrieve IP address',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'retrieve-ip'),
  expected: (ctx) => stepTimes(ctx.request.profile, 'retrieve-ip').expected,
  onCancel: 'stop',

  async plan(ctx) {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    const willCommission = machine.status !== MACHINE_STATUS.ready || ctx.request.recommission === true
    const todo = [`Log in over SSH, prove serial number and UUID, compare with device type ${ctx.request.deviceType}`]
    if (isRescue(machine.status) || willCommission) return { todo }
    return { todo: ['Boot the machine into MAAS’s rescue mode', ...todo], reboots: 1 }
  },

  async act(ctx) {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    const commissionedNow = ctx.maybeOutput(commission)?.way === 'commissioned'
    // The shell that commissioning left may be gone; then, and where there was no commissioning, rescue mode gives a new one.
    const left =
      commissionedNow &&
      ctx.attempt === 1 &&
      ctx.intents.length === 0 &&
      machine.status === MACHINE_STATUS.ready &&
      machine.power !== 'off'
    const host = left ? await findHost(ctx, machine) : await ensureShell(ctx, 'enter')
    await ctx.subTask(`Checking that this is a ${ctx.request.deviceType}…`, async () =>
      assertMatches(ctx.request, host.identity),
    )
    await ctx.subTask('Reading what hardware it has…', () => collectFacts(ctx))
  },

  async recheck(ctx) {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    const { serial, uuid } = ctx.recorded.host.identity
    const holds = same(machine.serial, serial) ?? same(machine.uuid, uuid) ?? false
    // Where it answers is looked for again by whoever needs a shell.
    return holds ? undefined : `MAAS knows ${machine.hostname} by another serial number and UUID now`
  },

  async verify(ctx) {
    const { value: machine } = await ctx.use(Commissioning).read(ctx.signal)
    const host = ctx.use(HostShell).location
    const bootId = host && (await ctx.use(HostShell).bootId(ctx.signal))
    return {
      ok: host !== undefined && bootId === host.bootId,
      output: { host: host!, shell: isRescue(machine.status) ? 'rescue' : 'commissioning' },
      evidence: host
        ? [
            ctx.evidence(
              `${machine.hostname} answers at ${host.address}`,
              { serial: host.identity.serial, uuid: host.identity.uuid, bootId },
              { source: 'ssh', request: 'dmi tables, boot id' },
            ),
            ctx.evidence(
              `it is a ${ctx.request.deviceType}`,
              {
                vendor: host.identity.vendor,
                product: host.identity.product,
                architecture: host.identity.architecture,
              },
              { source: 'ssh', request: 'dmi tables, uname -m' },
            ),
          ]
        : [],
      ...(bootId === host?.bootId ? {} : { problem: 'the host was rebooted while it was looked at' }),
    }
  },
})

/** Undefined where either is not known. */
function same(a: string | null, b: string | null): boolean | undefined {
  return a === null || b === null ? undefined : a.trim().toLowerCase() === b.trim().toLowerCase()
}
