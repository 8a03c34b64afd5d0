import type { BmcUserWish } from '../devices/bmc-settings.ts'
import { HwError } from '../errors.ts'
import type { StepContext } from '../workflow/context.ts'
import type { Evidence, Json } from '../workflow/record.ts'
import { assertPossible, wishProblems } from './bmc-beforehand.ts'
import { assertThisMachines } from './bmc-recognise.ts'
import { BmcSettings, type BmcAnswers, type BmcAt } from './bmc-settings.ts'
import { questionsOf, wishesOf, type SettingWish } from './bmc-wishes.ts'
import { soon } from './patiently.ts'
import type { Provisioning } from './provisioning.ts'
import { QUIET_FOR } from './quiet-for.ts'

/** How long a BMC may take to show what it acknowledged. */
const SHOWN_WITHIN_MS = 60_000

type Ctx = StepContext<Provisioning>

/**
 * The last look before anything is written to a BMC that was recognised: it is this machine's, and everything wanted of it can be read
 * back there.
 * @throws HwError `bmc.unrecognised`, `bmc.settings-refused`
 */
export async function assertWishesPossible(ctx: Ctx, at: BmcAt): Promise<void> {
  await ctx.subTask('Reading the BMC’s users and settings…', { quietFor: QUIET_FOR.bmc }, async (task) => {
    const { value } = await ctx.use(BmcSettings).ask(questionsOf(ctx.request), at)
    await assertThisMachines(ctx, value, 'may-be-silent')
    const readings = Object.entries(value.settings)
    if (readings.length > 0)
      task.detail(
        readings.map(([name, one]) => `${name}: ${one.state === 'read' ? one.value : 'unreadable'}`).join(', '),
      )
    assertPossible(ctx.request.hostname, await wishProblems(ctx, value.settings))
  })
}

/**
 * Gives the BMC its users, each proved by a log-in, and then its settings, those that shut a door of ours last; each is read back. What is
 * so already is left alone. Where it ends early, what was sent says which are changed (see `naming.ts`).
 */
export async function applyWishes(ctx: Ctx, at: BmcAt): Promise<void> {
  const { users, settings } = wishesOf(ctx.request)
  for (const user of users)
    await ctx.subTask(`Giving the BMC the user ${user.name}…`, { quietFor: QUIET_FOR.bmc }, (task) =>
      applyUser(ctx, at, user, task.detail),
    )
  for (const setting of settings)
    await ctx.subTask(`Setting ${setting.name} of the BMC to ${setting.value}…`, { quietFor: QUIET_FOR.bmc }, (task) =>
      applySetting(ctx, at, setting, task.detail),
    )
}

async function applyUser(ctx: Ctx, at: BmcAt, wish: BmcUserWish, detail: (line: string) => void): Promise<void> {
  const bmc = ctx.use(BmcSettings)
  const is = await userOf(ctx, at, wish)
  const wasWritten = ctx.intents.some(({ effect, key }) => effect === 'bmc.user' && key === wish.name)
  const asWanted = is?.enabled === true && is.privilege === wish.privilege
  // One try with the password: where it is right, nothing has to be changed.
  if (asWanted && (await bmc.canLogIn(wish, at))) return detail(wasWritten ? 'it can log in' : 'it is there already')
  await ctx.effect({
    effect: 'bmc.user',
    key: wish.name,
    marker: async () =>
      markerOf(
        ctx,
        'bmc.user',
        wish.name,
        at,
        is === undefined ? 'absent' : `${is.privilege}${is.enabled ? '' : ', disabled'}`,
      ),
    act: () => bmc.ensureUser(wish, at),
  })
  const shown = await soon(ctx.clock, { signal: ctx.signal, within: SHOWN_WITHIN_MS }, async () => {
    const now = await userOf(ctx, at, wish)
    return now?.enabled === true && now.privilege === wish.privilege ? now : undefined
  })
  if (shown === undefined)
    throw userNotThere(ctx, wish, 'the BMC acknowledged it, but does not show it with this privilege')
  if (!(await bmc.canLogIn(wish, at))) throw userNotThere(ctx, wish, 'the BMC refuses its password')
  detail('it can log in')
}

async function userOf(ctx: Ctx, at: BmcAt, { name }: BmcUserWish) {
  const { value } = await ctx.use(BmcSettings).ask({ users: true }, at)
  return value.users?.find((user) => user.name === name)
}

async function applySetting(
  ctx: Ctx,
  at: BmcAt,
  { name, value }: SettingWish,
  detail: (line: string) => void,
): Promise<void> {
  const bmc = ctx.use(BmcSettings)
  const read = async () => {
    const reading = (await bmc.ask({ settings: [name] }, at)).value.settings[name]
    return reading?.state === 'read' ? reading.value : `unreadable (${reading?.why ?? 'not shown'})`
  }
  const was = await read()
  if (was === value) return detail('it is so already')
  let last = was
  for (let round = 1; round <= 2; round++) {
    await ctx.effect({
      effect: 'bmc.setting',
      key: name,
      marker: async () => markerOf(ctx, 'bmc.setting', name, at, was),
      act: async () => {
        const still = await bmc.write(name, value, at)
        if (still !== undefined)
          ctx.warn(
            'bmc.reset-required',
            `The BMC of ${ctx.request.hostname} says that ${name} takes effect only after ${still}.`,
          )
      },
    })
    const shown = await soon(ctx.clock, { signal: ctx.signal, within: SHOWN_WITHIN_MS }, async () => {
      last = await read()
      return last === value ? true : undefined
    })
    if (shown) return detail(`was ${was}`)
  }
  throw new HwError({
    code: 'bmc.setting-not-taken',
    kind: 'transient',
    message: `The BMC of ${ctx.request.hostname} acknowledged ${name}: ${value}, but still says ${last}.`,
    hint: 'Check whether the BMC is locked down (iDRAC lockdown mode, Supermicro SysLockdown, iLO security state).',
  })
}

/** What was found first, and where: kept from attempt to attempt, so that the record tells what it was before the run. */
function markerOf(ctx: Ctx, effect: string, key: string, at: BmcAt, was: string): Json {
  const first = ctx.intents.find((intent) => intent.effect === effect && intent.key === key)?.marker
  return first ?? { was, address: at.address, certificateSha256: at.certificateSha256 }
}

/** The certificate under which this step has written to the BMC before. */
export function knownCertificate(ctx: Pick<Ctx, 'intents'>): string | undefined {
  const markers = ctx.intents.flatMap(({ effect, marker }) => (effect.startsWith('bmc.') ? [marker] : []))
  const known = markers.map((marker) => (marker as { readonly certificateSha256?: unknown } | null)?.certificateSha256)
  return known.find((sha256): sha256 is string => typeof sha256 === 'string')
}

/** What re-reading the BMC showed of its wishes. */
export interface WishesRead {
  readonly settings: Readonly<Record<string, string>>
  readonly users: readonly string[]
  readonly problems: readonly string[]
  readonly evidence: readonly Evidence[]
}

/** Reads users and settings again, and logs in as each user again. */
export async function readWishes(ctx: Ctx, at: BmcAt): Promise<WishesRead> {
  const bmc = ctx.use(BmcSettings)
  const { users, settings } = wishesOf(ctx.request)
  const { value } = await bmc.ask(questionsOf(ctx.request), at)
  const logIns = new Map<string, boolean>()
  for (const user of users) logIns.set(user.name, await bmc.canLogIn(user, at))
  return judged(ctx, value, { users, settings, logIns })
}

function judged(
  ctx: Pick<Ctx, 'evidence'>,
  answers: BmcAnswers,
  wanted: {
    readonly users: readonly BmcUserWish[]
    readonly settings: readonly SettingWish[]
    readonly logIns: ReadonlyMap<string, boolean>
  },
): WishesRead {
  const problems: string[] = []
  const evidence: Evidence[] = []
  const found: Record<string, string> = {}
  for (const { name, privilege } of wanted.users) {
    const user = answers.users?.find((one) => one.name === name)
    if (user?.enabled === true && user.privilege === privilege && wanted.logIns.get(name) === true)
      evidence.push(
        ctx.evidence(
          `the BMC’s user ${name} is ${privilege} and can log in`,
          { ...user },
          { source: 'redfish', request: 'Accounts, Sessions' },
        ),
      )
    else
      problems.push(
        `the BMC’s user ${name} is ${user === undefined ? 'not there' : `${user.privilege}${user.enabled ? '' : ', disabled'}`}${wanted.logIns.get(name) === true ? '' : ' and cannot log in'}`,
      )
  }
  for (const { name, value } of wanted.settings) {
    const reading = answers.settings[name]
    const now = reading?.state === 'read' ? reading.value : `not readable (${reading?.why ?? 'not shown'})`
    found[name] = now
    if (now === value)
      evidence.push(
        ctx.evidence(`${name} of the BMC is ${value}`, { [name]: now }, { source: 'redfish', request: name }),
      )
    else problems.push(`${name} of the BMC is ${now}, not ${value}`)
  }
  return { settings: found, users: wanted.users.map(({ name }) => name), problems, evidence }
}

function userNotThere({ request }: Ctx, { name, passwordSecret }: BmcUserWish, why: string): HwError {
  return new HwError({
    code: 'bmc.user-not-proven',
    kind: 'conflict',
    retryable: false,
    message: `The user ${name} of the BMC of ${request.hostname} is not as it should be: ${why}.`,
    hint: `Check the BMC’s password rules against the password of secret ${passwordSecret}, and its log.`,
  })
}
