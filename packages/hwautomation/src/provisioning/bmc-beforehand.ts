import { HwError, isHwError } from '../errors.ts'
import { hostOf } from '../lan/power-address.ts'
import type { PlanContext } from '../workflow/context.ts'
import { BmcNetwork } from './bmc-network.ts'
import { assertThisMachines } from './bmc-recognise.ts'
import { BmcSettings, type BmcAnswers, type BmcSettingReadings } from './bmc-settings.ts'
import { DOORS, questionsOf, wishesOf } from './bmc-wishes.ts'
import type { Provisioning } from './provisioning.ts'

type Ctx = Pick<PlanContext<Provisioning>, 'request' | 'use' | 'signal'>

/** What the BMC said without its host running, or why nobody asked it. */
export type AskedBeforehand =
  | { readonly answers: BmcAnswers; readonly at: string; readonly observedAt: string }
  | { readonly why: string; /** Asking again may help. */ readonly passing?: boolean; readonly code?: string }

/**
 * All that speaks against what the device type wants of the BMC and can be known without the host running, and whether the BMC is closed
 * already to the tools of the run. Asks nobody where the type says nothing about the BMC. Call it before the first change of a run.
 * @throws HwError `bmc.settings-refused` naming every reason; `bmc.locked-in-band`
 */
export async function checkWishesBeforehand(ctx: Ctx): Promise<void> {
  const { writes, any } = wishesOf(ctx.request)
  if (writes) {
    const asked = await askBeforehand(ctx)
    const answers = 'answers' in asked ? asked.answers : undefined
    assertPossible(ctx.request.hostname, await wishProblems(ctx, answers?.settings))
    await assertOpen(ctx, answers?.settings)
  } else if (any) await assertOpen(ctx, await doorsBeforehand(ctx))
}

/**
 * What shuts the tools of a run out of its host, by what the BMC says now, for a run that wants nothing of the BMC itself: it may be of a
 * machine that an earlier one, or somebody else, closed. In words; undefined: nothing known.
 */
export async function lockedBeforehand(ctx: Ctx): Promise<string | undefined> {
  return lockedProblem(ctx, await doorsBeforehand(ctx))
}

async function doorsBeforehand(ctx: Ctx): Promise<BmcSettingReadings | undefined> {
  const bmc = ctx.use(BmcSettings)
  const doors = DOORS.filter((name) => bmc.settingProblem(name) === undefined)
  if (doors.length === 0) return undefined
  try {
    const asked = await askBeforehand(ctx)
    return 'answers' in asked ? asked.answers.settings : undefined
  } catch (error) {
    // Another machine's BMC says nothing about this one; nothing is to be sent to it either.
    ctx.signal.throwIfAborted()
    if (isHwError(error) && error.code === 'bmc.unrecognised') return undefined
    throw error
  }
}

async function assertOpen(ctx: Ctx, readings: BmcSettingReadings | undefined): Promise<void> {
  const locked = await lockedProblem(ctx, readings)
  if (locked !== undefined) throw lockedInBand(ctx.request.hostname, locked)
}

/** Reads what wishes and rules are about at the address MAAS has, with MAAS's own credentials. */
export async function askBeforehand(ctx: Ctx): Promise<AskedBeforehand> {
  const bmc = ctx.use(BmcSettings)
  if (!bmc.asksUnseen)
    return { why: 'the site’s own credentials (bmc.credentials) are sent only to a BMC that its host has shown us' }
  try {
    const address = hostOf((await ctx.use(BmcNetwork).registration(ctx.signal)).address)
    if (address === undefined) return { why: 'MAAS has no power address of it that can be read' }
    const questions = questionsOf(ctx.request)
    const settings = [...new Set([...(questions.settings ?? []), ...DOORS])]
    const at = { address, certificateSha256: null, signal: ctx.signal }
    const { value, observedAt } = await bmc.ask({ ...questions, settings }, at)
    await assertThisMachines(ctx, value, 'may-be-silent')
    return { answers: value, at: address, observedAt }
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (!isHwError(error) || error.kind === 'internal' || error.code === 'bmc.unrecognised') throw error
    return { why: error.message, passing: error.retryable, code: error.code }
  }
}

/** Every reason why the BMC cannot have what its type wants. `readings`: what it says, where it was asked. */
export async function wishProblems(ctx: Ctx, readings?: BmcSettingReadings): Promise<readonly string[]> {
  const bmc = ctx.use(BmcSettings)
  const { users, settings } = wishesOf(ctx.request)
  const problems: string[] = []
  for (const user of users) {
    const problem = bmc.userProblem(user)
    if (problem !== undefined) problems.push(`BMC user ${user.name}: ${problem}`)
    else if ((await bmc.ownUser(user, ctx.signal)) === 'would-change')
      problems.push(
        `BMC user ${user.name} is the one we and MAAS log in as, and this would change its password or privilege: name another user, or set the password of secret ${user.passwordSecret} in MAAS and on the BMC first`,
      )
  }
  for (const { name, value } of settings) {
    const reading = readings?.[name]
    const problem =
      bmc.settingProblem(name, value) ??
      (reading?.state === 'unreadable' ? `it cannot be read back on this BMC (${reading.why})` : undefined)
    if (problem !== undefined) problems.push(`ipmi.settings.${name}: ${problem}`)
  }
  if (settings.some(({ name, value }) => name === 'ipmi-over-lan' && value === 'disabled')) {
    const { powerType } = await ctx.use(BmcNetwork).registration(ctx.signal)
    if (powerType === 'ipmi')
      problems.push(
        'ipmi.settings.ipmi-over-lan: MAAS switches this machine by IPMI over the network; give it the power type redfish first',
      )
  }
  return problems
}

/** @throws HwError `bmc.settings-refused` where there are problems */
export function assertPossible(hostname: string, problems: readonly string[]): void {
  if (problems.length === 0) return
  throw new HwError({
    code: 'bmc.settings-refused',
    kind: 'invalid',
    message: `The BMC of ${hostname} cannot be given what its device type wants: ${problems.join('; ')}.`,
    hint: 'Correct ipmi.settings and ipmi.users of the device type, or bmc.secrets of the configuration. Nothing of it was written.',
    context: { problems },
  })
}

/** What this machine's BMC has shut already, so that a tool of the run cannot work on its host; undefined: nothing known. */
export async function lockedProblem(ctx: Ctx, readings?: BmcSettingReadings): Promise<string | undefined> {
  const is = (name: (typeof DOORS)[number]) => {
    const reading = readings?.[name]
    return reading?.state === 'read' ? reading.value : undefined
  }
  if (is('require-host-authentication') === 'enabled')
    return 'it requires host authentication, so that ilorest on the host cannot log in: switch Oem.Hpe.RequireHostAuthentication of its Manager off (Security > Access Settings), the run sets it again at its end if the device type says so'
  const kcs = is('kcs-control')
  const { targetIpmiIp } = ctx.request
  if (kcs === undefined || kcs === 'administrator' || targetIpmiIp === undefined) return undefined
  const { address } = await ctx.use(BmcNetwork).registration(ctx.signal)
  if (hostOf(address) === targetIpmiIp) return undefined
  return `its KCS control is ${kcs}, so that ipmitool on the host may not set its address: set KCS control to Administrator (Oem.Supermicro.KCSInterface), the run sets it again at its end if the device type says so`
}

/** The error of a machine whose BMC has shut the doors that the run needs. */
export function lockedInBand(hostname: string, problem: string): HwError {
  return new HwError({
    code: 'bmc.locked-in-band',
    kind: 'conflict',
    retryable: false,
    message: `The BMC of ${hostname} is closed to the tools on its host: ${problem}.`,
    hint: 'Open that door on the BMC’s web page or over Redfish, then start again.',
  })
}
