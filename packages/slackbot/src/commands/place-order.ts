import {
  didYouMean,
  expandRange,
  HwError,
  isHwError,
  ServerProvisioningWorkflow,
  systemClock,
  toHwError,
  type Json,
  type ProvisioningRequest,
} from 'hwautomation'
import type { NeededApproval } from '../access/access.ts'
import type { Delivered } from '../actions/delivered.ts'
import { isAllowed, wishOf, type Bot } from '../bot.ts'
import type { Order } from '../state/documents.ts'
import { alreadyDone, busy, done, refused, unknown } from '../views/notices.ts'
import { beginOrder } from './begin-order.ts'
import { orderKey } from './order-key.ts'

/** What somebody wants done. */
export interface Wanted {
  readonly is: 'run' | 'batch'
  /** As the library takes it. */
  readonly request: Json
  readonly tellMe: boolean
  /** Where it is to be shown; absent: where the bot shows what belongs nowhere else. */
  readonly channel?: string
}

/**
 * Takes an order: authorised, judged by the library, written down, begun, shown. Whoever delivers the same again gets the same run.
 * @throws what the library refuses with before it was written down
 */
export async function placeOrder(bot: Bot, delivered: Delivered, wanted: Wanted): Promise<void> {
  const { state, hw } = bot
  const { is, request, tellMe } = wanted
  if (!(await isAllowed(bot, delivered, { is: is === 'batch' ? 'batch' : 'start' }))) return
  const key = orderKey(delivered.key)
  const before = await state.orders.get(key)
  if (before !== undefined) return sayAgain(bot, delivered, before)
  const { servers, deviceTypes } = await judged(bot, wanted)
  refuseTooMuch(bot, servers)
  const channel = channelFor(bot, delivered, wanted.channel)
  const approval = approvalOf(bot.access.approvalFor({ servers, deviceTypes, channel }))
  const order: Order = {
    key,
    is,
    user: delivered.asker.user,
    userName: (await wishOf(bot, delivered)).by,
    channel,
    at: new Date(bot.clock.now()).toISOString(),
    request,
    tellMe,
    ...(approval === undefined ? {} : { approval }),
  }
  await state.orders.put(key, order)
  await carryOut(bot, order, delivered.answer)
  bot.logger.info({ user: order.user, key, is, active: hw.manager.activeRuns }, 'ordered')
}

/**
 * A new run that goes on from another: written down before it is begun, as an order is.
 * @throws HwError `workflow.assume-needed` where somebody has to say first what became of a call
 */
export async function placeRetry(
  bot: Bot,
  delivered: Delivered,
  { of, assume, channel }: { readonly of: string; readonly assume?: 'done' | 'not-done'; readonly channel?: string },
): Promise<void> {
  const { hw, state, progress } = bot
  const key = orderKey(delivered.key)
  const before = await state.orders.get(key)
  if (before !== undefined) return sayAgain(bot, delivered, before)
  const order: Order = {
    key,
    is: 'run',
    user: delivered.asker.user,
    userName: (await wishOf(bot, delivered)).by,
    channel: channelFor(bot, delivered, channel),
    at: new Date(bot.clock.now()).toISOString(),
    // for people: what is begun is the run
    request: (await hw.manager.get(of))?.record().request ?? {},
    retryOf: of,
    ...(assume === undefined ? {} : { assume }),
    tellMe: false,
  }
  await state.orders.put(key, order)
  try {
    await begin(bot, order, delivered.answer)
  } catch (error) {
    if (!isHwError(error) || error.code === 'workflow.assume-needed') throw error
    await sayRefused(bot, order, error, delivered.answer)
  }
  progress.touch(of)
}

/** Begins an order that is written down, here or by an earlier process, and tells how that went. Never rejects for a refusal. */
export async function carryOut(bot: Bot, order: Order, answer: Delivered['answer']): Promise<void> {
  try {
    await begin(bot, order, answer)
  } catch (error) {
    if (!isHwError(error)) throw error
    await sayRefused(bot, order, error, answer)
  }
}

/**
 * @throws what the library refuses with, and then that is written down, too; unless the bot is being stopped, which is no refusal: then the
 * next process begins it
 */
async function begin(bot: Bot, order: Order, answer: Delivered['answer']): Promise<void> {
  const { state, hw, progress, redactor, ending } = bot
  const begun = await meanwhile(answer, () => beginOrder(hw, order)).catch(async (error: unknown) => {
    if (isHwError(error) && !ending.aborted)
      await state.orders.put(order.key, { ...order, refused: redactor.text(error.message) })
    throw error
  })
  const became = { ...order, became: begun.id }
  await state.orders.put(order.key, became)
  await progress.ordered(became)
  await answer.say(done(await beganWords(bot, order, begun.id)))
}

/** MAAS may take minutes to answer: nobody should think that nobody heard. Wall time. */
const PATIENCE_MS = 5_000

async function meanwhile<Result>(answer: Delivered['answer'], work: () => Promise<Result>): Promise<Result> {
  const over = new AbortController()
  const still = systemClock
    .sleep(PATIENCE_MS, over.signal)
    .then(() => answer.say(done('MAAS has not answered yet. It is waited for, and you are told what came of it.')))
    .catch(() => {})
  try {
    return await work()
  } finally {
    over.abort()
    // what is said last is how it ended
    await still
  }
}

async function beganWords({ hw }: Bot, order: Order, id: string): Promise<string> {
  if (order.is === 'batch')
    return order.approval === undefined
      ? 'The batch is under way: see its message.'
      : 'The batch waits for a second person: see its message.'
  const record = (await hw.manager.get(id))?.record()
  const server = `\`${record?.resourceLabel ?? id}\``
  if (order.retryOf !== undefined && record?.waitingFor?.kind !== 'approval')
    return `${server}: it goes on, as a new run: see its message.`
  if (record !== undefined && record.idempotencyKey !== order.key)
    return `${server} is under way already with the same order, which ${record.requestedBy} gave: this is one run.`
  if (record?.waitingFor?.kind === 'approval')
    return `${server} waits for a second person to approve it: see its message.`
  return `${server} is under way: see its message.`
}

async function sayRefused(bot: Bot, order: Order, error: HwError, answer: Delivered['answer']): Promise<void> {
  if (bot.ending.aborted)
    return answer.say(
      done(
        'The bot is being restarted. What you asked for is written down, and begun when it is back within a quarter of an hour.',
      ),
    )
  const { code, context } = error
  bot.logger.info({ key: order.key, code }, 'an order was refused')
  if (code === 'workflow.resource-busy' && typeof context['run'] === 'string') {
    const holder = (await bot.hw.manager.get(context['run']))?.record()
    if (holder !== undefined) return answer.say(busy(holder, bot.clock.now()))
  }
  const server = (order.request as { readonly serverId?: unknown }).serverId
  if (code === 'maas.no-such-machine' && typeof server === 'string') {
    const names = (await bot.servers.now()).flatMap(({ hostname, fqdn, systemId }) => [hostname, fqdn, systemId])
    return answer.say(unknown('server', server, didYouMean(server, new Set(names))))
  }
  await answer.say(refused(asShown(bot, error)))
}

/** Redacted: it leaves the process. */
export function asShown({ redactor }: Pick<Bot, 'redactor'>, error: unknown): HwError {
  const { code, kind, message, hint, context } = toHwError(error)
  return new HwError({
    code,
    kind,
    message: redactor.text(message),
    context: redactor.value(context),
    ...(hint === undefined ? {} : { hint: redactor.text(hint) }),
  })
}

async function sayAgain(bot: Bot, { answer }: Delivered, { became, refused: why }: Order): Promise<void> {
  const run = became === undefined ? undefined : (await bot.hw.manager.get(became))?.record()
  await answer.say(alreadyDone(why ?? 'This was ordered before.', run))
}

/** Throws the library's words for what cannot be; counts what would be touched. */
async function judged(
  { hw }: Bot,
  { is, request }: Wanted,
): Promise<{ servers: number; deviceTypes: readonly string[] }> {
  if (is === 'run') {
    const workflow = new ServerProvisioningWorkflow(request as unknown as ProvisioningRequest, hw)
    return { servers: 1, deviceTypes: [workflow.request.deviceType] }
  }
  const { servers, sheet, deviceType } = request as {
    readonly servers?: string
    readonly sheet?: string
    readonly deviceType?: string
  }
  if (sheet === undefined && servers !== undefined)
    return { servers: expandRange(servers).length, deviceTypes: deviceType === undefined ? [] : [deviceType] }
  const { items } = await hw.checkBatch(request as Parameters<typeof hw.checkBatch>[0])
  return { servers: items.length, deviceTypes: [...new Set(items.map((item) => item.deviceType))] }
}

function refuseTooMuch({ limits, hw }: Bot, servers: number): void {
  const fault =
    servers > limits.batchSize
      ? `${servers} servers are more than the ${limits.batchSize} that one batch may have here.`
      : hw.manager.activeRuns + servers > limits.queue
        ? `${hw.manager.activeRuns} runs are under way, and ${limits.queue} is all that are taken here.`
        : undefined
  if (fault === undefined) return
  throw new HwError({
    code: 'slack.too-much',
    kind: 'conflict',
    message: fault,
    hint: servers > limits.batchSize ? 'Order fewer at a time.' : 'Wait until some of them have ended, then ask again.',
  })
}

function channelFor({ announceChannel }: Bot, { asker }: Delivered, wanted: string | undefined): string {
  return wanted ?? asker.channel ?? announceChannel ?? asker.user
}

function approvalOf(needed: NeededApproval | undefined): Order['approval'] {
  if (needed === undefined) return undefined
  const { reason, expiresIn } = needed
  return { reason, ...(expiresIn === undefined ? {} : { expiresIn: String(expiresIn) }) }
}
