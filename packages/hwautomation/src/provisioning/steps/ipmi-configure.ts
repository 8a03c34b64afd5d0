import { z } from 'zod'
import { isHwError } from '../../errors.ts'
import { hostOf } from '../../lan/power-address.ts'
import type { StepContext } from '../../workflow/context.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { assertNobodyThere, foundBefore, hasAddress, planAddress, targetOf, targetProblems } from '../bmc-address.ts'
import { applyWishes, assertWishesPossible, knownCertificate, readWishes } from '../bmc-apply.ts'
import { lockedInBand } from '../bmc-beforehand.ts'
import { differences, inWords, setAddress } from '../bmc-change.ts'
import { BmcNetwork, type LanSettings } from '../bmc-network.ts'
import { planWishes, wishesDiffer } from '../bmc-plan.ts'
import { proveAddress } from '../bmc-prove.ts'
import { interruptedPutBack, putBack, wasPuttingBack } from '../bmc-put-back.ts'
import { foundNow, lookCalmly, powerOrWhyNot, sightOf, type BmcFound } from '../bmc-reading.ts'
import { readInBand, recogniseBmc, type Recognised } from '../bmc-recognise.ts'
import { wishesOf } from '../bmc-wishes.ts'
import { ensureShell } from '../ensure-shell.ts'
import { ensureTool } from '../ensure-tool.ts'
import { keepFacts } from '../inventory.ts'
import { assertStillOurs } from '../holding.ts'
import type { HostLocation } from '../host.ts'
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
  /** Where the BMC was recognised, for those who ask it later; only where something was wanted of it beside its address. */
  bmc: z.object({ address: z.string(), certificateSha256: z.string().nullable() }).exactOptional(),
  /** Wanted settings of the BMC as they were read back, and its wanted users, each of which logged in. */
  settings: z.record(z.string(), z.string()).exactOptional(),
  users: z.array(z.string()).exactOptional(),
})

type Ctx = StepContext<Provisioning>

/**
 * Gives the BMC its address, proves that it answers there, and tells MAAS, or puts the old one back. Then its users, and last the settings
 * that shut doors.
 */
export const ipmiConfigure = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'ipmi-configure',
  title: 'Configure IPMI',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'ipmi-configure'),
  expected: (ctx) => stepTimes(ctx.request.profile, 'ipmi-configure').expected,
  onCancel: 'finish',
  skippable: true,

  skip: (ctx) =>
    ctx.request.targetIpmiIp === undefined && !wishesOf(ctx.request).writes
      ? 'no BMC address was asked for'
      : undefined,

  async plan(ctx) {
    const target = ctx.request.targetIpmiIp
    const wishes = await planWishes(ctx)
    if (target === undefined) return wishes
    const problems = [...(await targetProblems(ctx)), ...(wishes.problems ?? [])]
    if (problems.length > 0) return { todo: [], problems }
    const from = hostOf((await ctx.use(BmcNetwork).registration(ctx.signal)).address)
    const address =
      from === target
        ? [`Check that the BMC has the address ${target}`]
        : [
            `Set the BMC’s address ${from === undefined ? '' : `from ${from} `}to ${target}, in-band`,
            'Prove that it answers there',
            'Tell MAAS, and have MAAS reach it',
          ]
    return { ...wishes, todo: [...address, ...wishes.todo] }
  },

  async guard(ctx) {
    await assertStillOurs(ctx)
  },

  async recheck(ctx) {
    const { targetIpmiIp } = ctx.request
    const { address } = await ctx.use(BmcNetwork).registration(ctx.signal)
    if (targetIpmiIp !== undefined && hostOf(address) !== targetIpmiIp)
      return `MAAS has the power address ${address} now, not ${targetIpmiIp}`
    return wishesDiffer(ctx, ctx.recorded.bmc)
  },

  async act(ctx) {
    const host = await ensureShell(ctx, `ipmi-${ctx.attempt}`)
    await ensureTool(ctx, 'ipmitool')
    const wishes = wishesOf(ctx.request)
    const inBand = await ctx.subTask(
      'Reading the BMC’s network settings…',
      { quietFor: QUIET_FOR.tool },
      async (task) => {
        const found = await readInBand(ctx)
        task.detail(found === undefined ? 'the BMC does not let its host ask' : inWords(found))
        return found
      },
    )
    // An address that an earlier attempt left open comes first: the BMC may not be where it can be asked.
    const isOpen = ctx.intents.some(({ effect }) => effect === 'bmc.lan-set')
    if (wishes.writes && !isOpen) await assertWishesPossible(ctx, (await recognise(ctx, inBand)).at)
    if (ctx.request.targetIpmiIp === undefined) ctx.safePoint()
    else await giveAddress(ctx, inBand, host)
    if (!wishes.writes) return
    const { at } = await recognise(ctx, inBand === undefined ? undefined : await readInBand(ctx))
    if (isOpen) await assertWishesPossible(ctx, at)
    await applyWishes(ctx, at)
  },

  async verify(ctx) {
    const inBand = await readInBand(ctx)
    const wishes = wishesOf(ctx.request)
    const recognised = wishes.any || inBand === undefined ? await recogniseIfNeeded(ctx, inBand) : undefined
    const now = inBand ?? recognised!.lan
    const registration = await ctx.use(BmcNetwork).registration(ctx.signal)
    await keepFacts(ctx, 'bmc', { 'bmc.address': now.address, 'bmc.mac': inBand?.mac ?? undefined })
    const before: BmcFound = foundBefore(ctx) ?? (await sightOf(ctx, now, registration.address))
    const asked = ctx.request.targetIpmiIp !== undefined
    const target = asked ? targetOf(ctx.request, before) : now
    const there = await lookCalmly(ctx, target.address)
    const power = asked || hasAddress(registration) ? await powerOrWhyNot(ctx) : 'not asked'
    const direct =
      there.state === 'seen' &&
      there.certificateSha256 === before.certificateSha256 &&
      before.certificateSha256 !== null
    const read = recognised === undefined ? undefined : await readWishes(ctx, recognised.at)
    const problems = [
      ...(differences(now, target).length === 0 ? [] : [`the BMC says ${inWords(now)} instead of ${inWords(target)}`]),
      ...(!asked || hostOf(registration.address) === target.address
        ? []
        : [`MAAS has the power address ${registration.address}`]),
      ...(['on', 'off', 'not asked'].includes(power) ? [] : [`MAAS reads its power as ${power}`]),
      ...(before.certificateSha256 === null || direct ? [] : [`the BMC does not answer at ${target.address} any more`]),
      ...(read?.problems ?? []),
    ]
    const short = ({ source, address, netmask, gateway }: typeof now) => ({ source, address, netmask, gateway })
    return {
      ok: problems.length === 0,
      output: {
        before: short(before),
        now: short(now),
        powerAddress: { before: before.powerAddress, now: registration.address },
        proof: direct ? 'direct' : 'maas',
        ...(recognised === undefined
          ? {}
          : { bmc: { address: recognised.at.address, certificateSha256: recognised.at.certificateSha256 } }),
        ...(read === undefined ? {} : { settings: read.settings, users: [...read.users] }),
      },
      evidence: [
        ctx.evidence(
          `the BMC’s address is ${now.address}`,
          { ...now },
          inBand === undefined
            ? { source: 'redfish', request: 'EthernetInterfaces' }
            : { source: 'ipmitool', request: `lan print ${inBand.channel}` },
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
        ...(power === 'not asked'
          ? []
          : [
              ctx.evidence(
                `MAAS reaches it at ${registration.address}`,
                { power },
                { source: 'maas', request: 'query_power_state' },
              ),
            ]),
        ...(read?.evidence ?? []),
      ],
      ...(problems.length === 0 ? {} : { problem: problems.join('; ') }),
    }
  },
})

/** Sets the address and proves it, in one section that nothing interrupts; or puts the old one back. */
async function giveAddress(ctx: Ctx, inBand: LanSettings | undefined, host: HostLocation): Promise<void> {
  const address = ctx.request.targetIpmiIp!
  if (inBand === undefined) {
    const { lan: now } = await recognise(ctx, undefined)
    const target = targetOf(ctx.request, now)
    if (differences(now, target).length === 0) return ctx.safePoint()
    throw lockedInBand(
      ctx.request.hostname,
      `its KCS control does not let ipmitool on the host change its network settings, which are ${inWords(now)}, to ${inWords(target)}`,
    )
  }
  const before = foundBefore(ctx) ?? (await foundNow(ctx, inBand))
  const target = await planAddress(ctx, before)
  const goingBack = wasPuttingBack(ctx)
  if (!goingBack && inBand.address !== address)
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
}

/** Where only boarding rules ask for the BMC, one that cannot be recognised breaks them, not this step. */
async function recogniseIfNeeded(ctx: Ctx, inBand: LanSettings | undefined): Promise<Recognised | undefined> {
  try {
    return await recognise(ctx, inBand)
  } catch (error) {
    if (wishesOf(ctx.request).writes || inBand === undefined) throw error
    if (!isHwError(error) || error.code !== 'bmc.unrecognised') throw error
    return undefined
  }
}

function recognise(ctx: Ctx, inBand: LanSettings | undefined): Promise<Recognised> {
  return recogniseBmc(ctx, inBand, knownCertificate(ctx))
}
