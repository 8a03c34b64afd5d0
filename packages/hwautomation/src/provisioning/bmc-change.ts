import { HwError } from '../errors.ts'
import type { LanConfig, LanStep } from '../lan/lan-plan.ts'
import type { StepContext } from '../workflow/context.ts'
import type { FoundBefore } from './bmc-address.ts'
import { BmcNetwork, type LanSettings } from './bmc-network.ts'
import { untilEnded } from './dead-process.ts'
import { soon } from './patiently.ts'
import type { Provisioning } from './provisioning.ts'

/** How long a BMC may take to apply what it acknowledged. */
const APPLIED_WITHIN_MS = 60_000

type Ctx = StepContext<Provisioning>

const PARAMETERS = ['ipsrc', 'ipaddr', 'netmask', 'defgw'] as const

/** What the BMC says otherwise than it should, by parameter; empty: everything holds. A leased address comes from elsewhere. */
export function differences(now: LanConfig, target: LanConfig): readonly LanStep['parameter'][] {
  const parameters = target.source === 'dhcp' ? (['ipsrc'] as const) : PARAMETERS
  return parameters.filter((parameter) => now[FIELD[parameter]] !== target[FIELD[parameter]])
}

const FIELD = { ipsrc: 'source', ipaddr: 'address', netmask: 'netmask', defgw: 'gateway' } as const

/** Sends the steps that do not hold yet and reads back, until the BMC says what it should. In-band, so that no address is needed. */
export async function setAddress(ctx: Ctx, before: FoundBefore, target: LanConfig, why: string): Promise<void> {
  const bmc = ctx.use(BmcNetwork)
  for (let round = 1; ; round++) {
    const { value: now } = await bmc.read(ctx.signal)
    const steps = differences(now, target)
    if (steps.length === 0) return
    if (round > 2) throw notTaken(ctx, now, target)
    for (const parameter of steps) {
      const id = `${ctx.workflowId}-lan-${why}-${parameter}-${ctx.attempt}-${round}`
      const holds = async () => !differences((await bmc.read(ctx.signal)).value, target).includes(parameter)
      await ctx.effect<FoundBefore>({
        effect: 'bmc.lan-set',
        key: `${why} ${parameter} ${ctx.attempt}.${round}`,
        marker: async () => before,
        act: () =>
          bmc.set(before.channel, stepTo(target, parameter), {
            id,
            signal: ctx.signal,
          }),
        happened: async () => {
          await untilEnded(ctx, id)
          return (await holds()) ? 'happened' : 'not-happened'
        },
      })
      // Some BMCs acknowledge at once and apply later.
      await soon(ctx.clock, { signal: ctx.signal, within: APPLIED_WITHIN_MS }, async () =>
        (await holds()) ? true : undefined,
      )
    }
  }
}

function stepTo(target: LanConfig, parameter: LanStep['parameter']): LanStep {
  if (parameter !== 'ipsrc') return { parameter, value: target[FIELD[parameter]] }
  return { parameter, value: target.source === 'dhcp' || target.source === 'bios' ? target.source : 'static' }
}

function notTaken(ctx: Ctx, now: LanSettings, target: LanConfig): HwError {
  return new HwError({
    code: 'bmc.address-not-taken',
    kind: 'transient',
    message: `The BMC of ${ctx.request.hostname} acknowledged the new settings, but still says ${inWords(now)} instead of ${inWords(target)}.`,
    hint: 'Check whether the BMC locks its network settings (host interface, security mode).',
  })
}

/** LAN settings in one phrase. */
export function inWords({ source, address, netmask, gateway }: LanConfig): string {
  return `${source} ${address}/${netmask} via ${gateway}`
}
