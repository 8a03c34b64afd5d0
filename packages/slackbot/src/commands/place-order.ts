import {
  expandRange,
  HwError,
  isHwError,
  ServerProvisioningWorkflow,
  toHwError,
  type Json,
  type ProvisioningRequest,
} from 'hwautomation'
import type { NeededApproval } from '../access/access.ts'
import type { Delivered } from '../actions/delivered.ts'
import { isAllowed, wishOf, type Bot } from '../bot.ts'
import type { Order } from '../state/documents.ts'
import { alreadyDone, busy, done, refused, unknown } from '../views/notices.ts'
import { didYouMean } from 'hwautomation'
import { beginOrder } from './begin-order.ts'

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

/** A new run that goes on from another. */
export async function placeRetry(
  bot: Bot,
  delivered: Delivered,
  { of, assume, channel }: { readonly of: string; readonly assume?: 'done' | 'not-done'; readonly channel?: string },
): Promise<void> {
  const { by } = await wishOf(bot, delivered)
  const order: Order = {
    key: orderKey(delivered.key),
    is: 'run',
    user: delivered.asker.user,
    userName: by,
    channel: channelFor(bot, delivered, channel),
    at: new Date(bot.clock.now()).toISOString(),
    request: {},
    retryOf: of,
    ...(assume === undefined ? {} : { assume }),
    tellMe: false,
  }
  const { id } = await beginOrder(bot.hw, order)
  const became = { ...order, became: id }
  await bot.state.orders.put(order.key, became)
  await bot.progress.ordered(became)
  bot.progress.touch(of)
  await delivered.answer.say(done('It goes on, as a new run: see its message.'))
}

/** Begins an order that is written down, here or by an earlier process, and tells how that went. Never rejects for a refusal. */
export async function carryOut(bot: Bot, order: Order, answer: Delivered['answer']): Promise<void> {
  const { state, hw, progress } = bot
  try {
    const { id } = await beginOrder(hw, order)
    const became = { ...order, became: id }
    await state.orders.put(order.key, became)
    await progress.ordered(became)
    await answer.say(done(await beganWords(bot, order, id)))
  } catch (error) {
    if (!isHwError(error)) throw error
    await state.orders.put(order.key, { ...order, refused: bot.redactor.text(error.message) })
    await sayRefused(bot, order, error, answer)
  }
}

async function beganWords({ hw }: Bot, order: Order, id: string): Promise<string> {
  if (order.is === 'batch')
    return order.approval === undefined
      ? 'The batch is under way: see its message.'
      : 'The batch waits for a second person: see its message.'
  const record = (await hw.manager.get(id))?.record()
  const server = `\`${record?.resourceLabel ?? id}\``
  if (record !== undefined && record.idempotencyKey !== order.key)
    return `${server} is under way already with the same order, which ${record.requestedBy} gave: this is one run.`
  if (record?.waitingFor?.kind === 'approval')
    return `${server} waits for a second person to approve it: see its message.`
  return `${server} is under way: see its message.`
}

async function sayRefused(bot: Bot, order: Order, error: HwError, answer: Delivered['answer']): Promise<void> {
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

/** The wish of a delivery, for ever: a second start with this key is the first one's run. */
function orderKey(delivery: string): string {
  return `slack/${delivery}`
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
