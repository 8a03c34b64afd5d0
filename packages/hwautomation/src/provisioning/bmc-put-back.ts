import { HwError, toHwError } from '../errors.ts'
import type { LanConfig } from '../lan/lan-plan.ts'
import type { StepContext } from '../workflow/context.ts'
import { replaceHost, type FoundBefore } from './bmc-address.ts'
import { setAddress } from './bmc-change.ts'
import { reachedByMaas, registerAs } from './bmc-prove.ts'
import { BmcNetwork } from './bmc-network.ts'
import { soon } from './patiently.ts'
import type { Provisioning } from './provisioning.ts'
import { QUIET_FOR } from './quiet-for.ts'

/** How long a DHCP server may take to give a lease, and MAAS to reach the BMC at its old address. */
const SETTLES_WITHIN_MS = 60_000

type Ctx = StepContext<Provisioning>

/**
 * Puts the old address back, in the BMC and in MAAS, and throws `because` with what came of it. That the BMC has its old settings is
 * noted with the intents (`bmc.lan-set`, key `back …`) once it was read back; where the note is missing, the run names the address as open.
 * What is left otherwise is named here, and the step is not tried again then.
 */
export async function putBack(ctx: Ctx, before: FoundBefore, because: unknown): Promise<never> {
  const reason = toHwError(because)
  let address: string
  try {
    address = await ctx.subTask(
      `Putting the old BMC address ${before.address} back…`,
      { quietFor: QUIET_FOR.tool },
      () => restoreBmc(ctx, before),
    )
  } catch (error) {
    throw saying(reason, `The old address ${before.address} could not be put back: ${messageOf(error)}`)
  }
  const { hostname } = ctx.request
  const problem = await ctx
    .subTask(`Having MAAS reach the BMC at ${address} again…`, (task) => restoreMaas(ctx, before, address, task.detail))
    .catch((error: unknown) => messageOf(error))
  const moved = address !== before.address
  const is = moved ? `is ${address} now (${before.source}; was ${before.address})` : `is ${address} again`
  if (problem !== undefined)
    ctx.leaveBehind(
      `BMC address of ${hostname}: ${is}, but ${problem.replace(/\.$/, '')}`,
      `Check the machine’s power address in MAAS: it must be ${address}, and a power query must work.`,
    )
  else if (moved)
    ctx.leaveBehind(
      `BMC address of ${hostname}: ${is}`,
      'MAAS knows it and reaches it; the DHCP server gave another lease.',
    )
  const said = `The BMC’s address ${is}${problem === undefined ? '' : `, but ${problem}`}`
  throw saying(reason, said, problem === undefined && !moved ? {} : { retryable: false })
}

/** This attempt had already given the new address up when an earlier process ended: it goes on with that. */
export function wasPuttingBack(ctx: Pick<StepContext, 'intents' | 'attempt'>): boolean {
  return ctx.intents.some(({ effect, key }) => {
    const words = effect === 'bmc.lan-set' ? /^(?:restore \S+|back) (?<attempt>\d+)/.exec(key)?.groups : undefined
    return words?.['attempt'] === `${ctx.attempt}`
  })
}

/** What `putBack` is given then: the reason itself was with the process. */
export function interruptedPutBack(request: Provisioning): HwError {
  return new HwError({
    code: 'bmc.address-not-proven',
    kind: 'transient',
    message: `The new BMC address ${request.targetIpmiIp} of ${request.hostname} had not been proved when an earlier process ended.`,
    hint: 'Check the BMC network’s VLAN and gateway, and that nobody else uses the address.',
  })
}

/** The address that the BMC says it has after its old settings were sent. */
async function restoreBmc(ctx: Ctx, before: FoundBefore): Promise<string> {
  const bmc = ctx.use(BmcNetwork)
  const old: LanConfig = before
  await setAddress(ctx, before, old, 'restore')
  const read = async () => (await bmc.read(ctx.signal)).value.address
  const leased = await soon(ctx.clock, { signal: ctx.signal, within: SETTLES_WITHIN_MS }, async () => {
    const address = await read()
    const stillSet = address === ctx.request.targetIpmiIp && address !== before.address
    return old.source === 'dhcp' && (address === '0.0.0.0' || stillSet) ? undefined : address
  })
  const address = leased ?? (await read())
  if (address === '0.0.0.0') throw new Error('it has no address yet')
  await ctx.effect<FoundBefore>({
    effect: 'bmc.lan-set',
    key: `back ${ctx.attempt}`,
    marker: async () => before,
    act: async () => {},
    happened: async () => 'not-happened',
  })
  return address
}

/** What is wrong with MAAS's view of it, in words; undefined: MAAS reaches the BMC there. */
async function restoreMaas(
  ctx: Ctx,
  before: FoundBefore,
  address: string,
  detail: (line: string) => void,
): Promise<string | undefined> {
  const wanted = address === before.address ? before.powerAddress : replaceHost(before.powerAddress, address)
  await registerAs(ctx, wanted)
  const power = await reachedByMaas(ctx, SETTLES_WITHIN_MS, detail)
  return power === undefined ? 'MAAS does not reach it there' : undefined
}

/** The same error, saying more; the one before is its cause. */
function saying(reason: HwError, sentence: string, more: { readonly retryable?: boolean } = {}): HwError {
  const { code, kind, hint, retryable, retryAfterMs, context, message } = reason
  const end = (text: string) => (text.endsWith('.') ? text : `${text}.`)
  return new HwError({
    code,
    kind,
    retryable,
    context,
    message: `${end(message)} ${end(sentence)}`,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...more,
    cause: reason,
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
