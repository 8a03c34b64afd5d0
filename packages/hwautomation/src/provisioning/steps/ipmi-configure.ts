import { z } from 'zod'
import { isHwError } from '../../errors.ts'
import { hostOf } from '../../lan/power-address.ts'
import type { StepContext } from '../../workflow/context.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import {
  assertAddressable,
  assertNobodyThere,
  foundBefore,
  planAddress,
  targetOf,
  targetProblems,
  type FoundBefore,
} from '../bmc-address.ts'
import { differences, inWords, setAddress } from '../bmc-change.ts'
import { proveAddress } from '../bmc-prove.ts'
import { interruptedPutBack, putBack, wasPuttingBack } from '../bmc-put-back.ts'
import { BmcNetwork, type Sighting } from '../bmc-network.ts'
import { ensureShell } from '../ensure-shell.ts'
import { ensureTool } from '../ensure-tool.ts'
import { assertStillOurs } from '../holding.ts'
import type { Provisioning } from '../provisioning.ts'
import { QUIET_FOR } from '../quiet-for.ts'
import { stepTimes } from '../step-times.ts'

const lan = z.object({ source: z.string(), address: z.string(), netmask: z.string(), gateway: z.string() })
const output = z.object({
  before: lan,
  now: lan,
  /** What MAAS had, and has. */
  powerAddress: z.object({ before: z.string(), now: z.string() }),
  /** `direct`: the BMC itself was recognised at its new address. `maas`: MAAS reaches one there with the machine's credentials. */
  proof: z.enum(['direct', 'maas']),
})

/** Gives the BMC its address, proves that it answers there, and tells MAAS; or puts the old one back. */
export const ipmiConfigure = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'ipmi-configure',
  title: 'Configure IPMI',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'ipmi-configure'),
  expected: (ctx) => stepTimes(ctx.request.profile, 'ipmi-configure').expected,
  onCancel: 'finish',
  skippable: true,

  skip: (ctx) => (ctx.request.targetIpmiIp === undefined ? 'no BMC address was asked for' : undefined),

  async plan(ctx) {
    const problems = await targetProblems(ctx)
    if (problems.length > 0) return { todo: [], problems }
    const target = ctx.request.targetIpmiIp!
    const from = hostOf((await ctx.use(BmcNetwork).registration(ctx.signal)).address)
    if (from === target) return ctx.todo(`Check that the BMC has the address ${target}`)
    return ctx.todo(
      `Set the BMC’s address ${from === undefined ? '' : `from ${from} `}to ${target}, in-band`,
      'Prove that it answers there',
      'Tell MAAS, and have MAAS reach it',
    )
  },

  async guard(ctx) {
    await assertStillOurs(ctx)
  },

  async recheck(ctx) {
    const { address } = await ctx.use(BmcNetwork).registration(ctx.signal)
    return hostOf(address) === ctx.request.targetIpmiIp
      ? undefined
      : `MAAS has the power address ${address} now, not ${ctx.request.targetIpmiIp}`
  },

  async act(ctx) {
    const address = ctx.request.targetIpmiIp!
    const host = await ensureShell(ctx, `ipmi-${ctx.attempt}`)
    await ensureTool(ctx, 'ipmitool')
    const { before, current, target } = await ctx.subTask(
      'Reading the BMC’s network settings…',
      { quietFor: QUIET_FOR.tool },
      async (task) => {
        const found = await readLan(ctx)
        task.detail(inWords(found.current))
        const before = foundBefore(ctx) ?? found.before
        return { before, current: found.current, target: await planAddress(ctx, before) }
      },
    )
    const goingBack = wasPuttingBack(ctx)
    if (!goingBack && current.address !== address)
      await ctx.subTask(`Checking that nobody else has ${address}…`, () => assertNobodyThere(ctx, address))
    ctx.safePoint()
    await ctx.critical(
      'changing the BMC address',
      stepTimes(ctx.request.profile, 'ipmi-configure').attempt,
      async (inside) => {
        if (goingBack) return putBack(inside, before, interruptedPutBack(ctx.request))
        try {
          await inside.subTask(`Setting the BMC’s address to ${address}…`, { quietFor: QUIET_FOR.tool }, () =>
            setAddress(inside, before, target, 'to'),
          )
          await proveAddress(inside, before, address, host.identity)
        } catch (error) {
          // Time ran out: what was sent says that the address is open, and the run names it.
          inside.signal.throwIfAborted()
          await putBack(inside, before, error)
        }
      },
    )
  },

  async verify(ctx) {
    const bmc = ctx.use(BmcNetwork)
    const { value: now } = await bmc.read(ctx.signal)
    const registration = await bmc.registration(ctx.signal)
    const before = foundBefore(ctx) ?? (await readLan(ctx)).before
    const target = targetOf(ctx.request, before)
    const there = await lookCalmly(ctx, target.address)
    const power = await powerOrWhyNot(ctx)
    const direct =
      there.state === 'seen' &&
      there.certificateSha256 === before.certificateSha256 &&
      before.certificateSha256 !== null
    const problems = [
      ...(differences(now, target).length === 0 ? [] : [`the BMC says ${inWords(now)} instead of ${inWords(target)}`]),
      ...(hostOf(registration.address) === target.address
        ? []
        : [`MAAS has the power address ${registration.address}`]),
      ...(power === 'on' || power === 'off' ? [] : [`MAAS reads its power as ${power}`]),
      ...(before.certificateSha256 === null || direct ? [] : [`the BMC does not answer at ${target.address} any more`]),
    ]
    return {
      ok: problems.length === 0,
      output: {
        before: { source: before.source, address: before.address, netmask: before.netmask, gateway: before.gateway },
        now: { source: now.source, address: now.address, netmask: now.netmask, gateway: now.gateway },
        powerAddress: { before: before.powerAddress, now: registration.address },
        proof: direct ? 'direct' : 'maas',
      },
      evidence: [
        ctx.evidence(
          `the BMC’s address is ${now.address}`,
          { ...now },
          { source: 'ipmitool', request: `lan print ${now.channel}` },
        ),
        ...(direct
          ? [
              ctx.evidence(
                `the same BMC answers at ${target.address}`,
                { ...there },
                { source: 'redfish', request: 'TLS certificate, service root' },
              ),
            ]
          : []),
        ctx.evidence(
          `MAAS reaches it at ${registration.address}`,
          { power },
          { source: 'maas', request: 'query_power_state' },
        ),
      ],
      ...(problems.length === 0 ? {} : { problem: problems.join('; ') }),
    }
  },
})

/** MAAS that does not reach the BMC is what verifying is about, not a failure of verifying. */
async function powerOrWhyNot(ctx: StepContext<Provisioning>): Promise<string> {
  try {
    return await ctx.use(BmcNetwork).powerThroughMaas(ctx.signal)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (isHwError(error) && error.code === 'maas.bmc-unreachable') return `unreachable (${error.message})`
    throw error
  }
}

async function readLan(ctx: StepContext<Provisioning>) {
  const bmc = ctx.use(BmcNetwork)
  const registration = await bmc.registration(ctx.signal)
  assertAddressable(ctx.request, registration)
  const { value: current } = await bmc.read(ctx.signal)
  const there = await lookCalmly(ctx, current.address)
  const before: FoundBefore = {
    channel: current.channel,
    source: current.source,
    address: current.address,
    netmask: current.netmask,
    gateway: current.gateway,
    powerAddress: registration.address,
    certificateSha256: there.state === 'seen' ? there.certificateSha256 : null,
    serviceUuid: there.state === 'seen' ? there.serviceUuid : null,
  }
  return { current, before }
}

/** Our own BMC, which is not reachable from everywhere: a broken way there only means that we do not see it. */
async function lookCalmly(ctx: StepContext<Provisioning>, address: string): Promise<Sighting> {
  try {
    return await ctx.use(BmcNetwork).look(address, ctx.signal)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (isHwError(error)) return { state: 'occupied', why: error.message }
    throw error
  }
}
