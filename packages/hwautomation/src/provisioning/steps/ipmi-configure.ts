import { z } from 'zod'
import { HwError, isHwError } from '../../errors.ts'
import type { StepContext } from '../../workflow/context.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import {
  assertNobodyThere,
  foundBefore,
  hostOf,
  planAddress,
  proveAddress,
  putBack,
  setAddress,
  type FoundBefore,
} from '../bmc-address.ts'
import { BmcNetwork } from '../capabilities.ts'
import { ensureShell } from '../ensure-shell.ts'
import { ensureTool } from '../ensure-tool.ts'
import { assertStillOurs } from '../holding.ts'
import type { Provisioning } from '../provisioning.ts'
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

/** Power types whose driver talks to a BMC at an address. */
const WITH_ADDRESS = ['ipmi', 'redfish']

/** Gives the BMC its address, proves that it answers there, and tells MAAS; or puts the old one back. */
export const ipmiConfigure = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'ipmi-configure',
  title: 'Configure IPMI',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'ipmi-configure'),
  expected: (ctx) => stepTimes(ctx.request.profile, 'ipmi-configure').expected,
  onCancel: 'finish',

  skip: (ctx) => (ctx.request.targetIpmiIp === undefined ? 'no BMC address was asked for' : undefined),

  async plan(ctx) {
    const bmc = ctx.use(BmcNetwork)
    const registration = await bmc.registration(ctx.signal)
    if (!WITH_ADDRESS.includes(registration.powerType))
      return { todo: [], problems: [noAddress(ctx.request.hostname, registration.powerType).message] }
    const target = ctx.request.targetIpmiIp!
    const neighbour = (await bmc.neighbours(ctx.signal)).find(({ address }) => address === target)
    if (neighbour) return { todo: [], problems: [`${target} belongs to ${neighbour.who}`] }
    const from = hostOf(registration.address)
    if (from === target) return ctx.todo(`Check that the BMC has the address ${target}`)
    const taken = await bmc.look(target, ctx.signal)
    if (taken !== undefined) return { todo: [], problems: [`${target} is in use: something answers there`] }
    return ctx.todo(
      `Set the BMC’s address from ${from} to ${target}, in-band`,
      'Prove that it answers there',
      'Tell MAAS, and have MAAS reach it',
    )
  },

  async guard(ctx) {
    await assertStillOurs(ctx)
  },

  async act(ctx) {
    const target = ctx.request.targetIpmiIp!
    const host = await ensureShell(ctx, `ipmi-${ctx.attempt}`)
    await ensureTool(ctx, 'ipmitool')
    const { before, plan } = await ctx.subTask('Reading the BMC’s network settings…', async (task) => {
      const now = await readLan(ctx)
      task.detail(`${now.before.source} ${now.before.address}/${now.before.netmask}`)
      return { before: foundBefore(ctx) ?? now.before, plan: await planAddress(ctx, now.current) }
    })
    if (plan.target.address !== before.address && foundBefore(ctx) === undefined)
      await ctx.subTask(`Checking that nobody else has ${target}…`, () => assertNobodyThere(ctx, target, before))
    ctx.safePoint()
    await ctx.critical(
      'changing the BMC address',
      stepTimes(ctx.request.profile, 'ipmi-configure').attempt,
      async (inside) => {
        try {
          await inside.subTask(`Setting the BMC’s address to ${target}…`, () =>
            setAddress(inside, before, plan.target, 'to'),
          )
          await proveAddress(inside, before, target, host.identity)
        } catch (error) {
          if (inside.signal.aborted)
            inside.leaveBehind(
              `BMC address of ${ctx.request.hostname}: ${before.address} or ${target}, it was being changed when time ran out`,
              'Look with ipmitool on the host (lan print) which one it is, and set MAAS’s power address to it.',
            )
          inside.signal.throwIfAborted()
          await putBack(inside, before, error)
        }
      },
    )
  },

  async verify(ctx) {
    const bmc = ctx.use(BmcNetwork)
    const target = ctx.request.targetIpmiIp!
    const { value: now } = await bmc.read(ctx.signal)
    const registration = await bmc.registration(ctx.signal)
    const before = foundBefore(ctx) ?? (await readLan(ctx)).before
    const there = await bmc.look(target, ctx.signal)
    const power = await powerOrWhyNot(ctx)
    const direct =
      there !== undefined && there.certificateSha256 === before.certificateSha256 && before.certificateSha256 !== null
    const problems = [
      ...(now.address === target ? [] : [`the BMC says its address is ${now.address}`]),
      ...(hostOf(registration.address) === target ? [] : [`MAAS has the power address ${registration.address}`]),
      ...(power === 'on' || power === 'off' ? [] : [`MAAS reads its power as ${power}`]),
      ...(before.certificateSha256 === null || direct ? [] : [`the BMC does not answer at ${target} any more`]),
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
                `the same BMC answers at ${target}`,
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
  if (!WITH_ADDRESS.includes(registration.powerType)) throw noAddress(ctx.request.hostname, registration.powerType)
  const { value: current } = await bmc.read(ctx.signal)
  const sight = await bmc.look(current.address, ctx.signal)
  const before: FoundBefore = {
    channel: current.channel,
    source: current.source,
    address: current.address,
    netmask: current.netmask,
    gateway: current.gateway,
    powerAddress: registration.address,
    certificateSha256: sight?.certificateSha256 ?? null,
    serviceUuid: sight?.serviceUuid ?? null,
  }
  return { current, before }
}

function noAddress(hostname: string, powerType: string): HwError {
  return new HwError({
    code: 'bmc.no-address',
    kind: 'invalid',
    message: `${hostname} has the power type ${powerType || 'none'} in MAAS, which has no BMC address to change.`,
    hint: 'Leave targetIpmiIp out, or give the machine an IPMI or Redfish power type in MAAS.',
  })
}
