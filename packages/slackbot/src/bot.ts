import type { Clock, HwAutomation, Logger, Redactor } from 'hwautomation'
import type { Access, Act } from './access/access.ts'
import type { AccessPolicy, BotLimits } from './access/policy.ts'
import type { Delivered } from './actions/delivered.ts'
import type { Drafts } from './actions/drafts.ts'
import type { People } from './actions/people.ts'
import type { ServerList } from './actions/server-list.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { Progress } from './progress/progress.ts'
import type { BotState } from './state/documents.ts'
import { denied } from './views/notices.ts'

/** What commands and actions work with. */
export interface Bot {
  readonly hw: HwAutomation
  readonly outbox: Outbox
  readonly progress: Progress
  readonly state: BotState
  readonly access: Access
  readonly policy: AccessPolicy
  readonly limits: BotLimits
  readonly people: People
  readonly servers: ServerList
  readonly drafts: Drafts
  /** Slash command, e.g. `/provision`. */
  readonly command: string
  /** Slack's Web API. */
  readonly apiUrl: string
  /** Where messages go that were asked for in no channel. */
  readonly announceChannel?: string
  /** Aborts when the bot is told to stop: what fails from then on may fail because of that. */
  readonly ending: AbortSignal
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
}

/** May they? Who may not is told so, and it is in the audit trail. Asked each time: a role may have been taken away since. */
export async function isAllowed(
  bot: Bot,
  delivered: Delivered,
  act: Act,
  about: { readonly run?: string } = {},
): Promise<boolean> {
  const { asker, answer } = delivered
  const decision = await bot.access.may(asker, act)
  if (decision.ok) {
    if (act.is !== 'look') await noteWish(bot, delivered, about)
    return true
  }
  const { because, words, channels } = decision
  await noteDenial(bot, delivered, { because, words, ...about })
  await answer.say(denied(NOT_DONE[act.is], words, channels))
  return false
}

const NOT_DONE: Readonly<Record<Act['is'], string>> = {
  look: 'You may not look at this.',
  start: 'Nothing was ordered.',
  retry: 'The run was not retried.',
  batch: 'Nothing was done about the batch.',
  cancel: 'Nothing was cancelled.',
  approve: 'Nothing was approved.',
  refuse: 'Nothing was refused.',
}

/**
 * Who wished for it, by the id that Slack vouches for: what the library writes down has a display name, which anybody can choose. A trail
 * that cannot be written keeps nobody from cancelling.
 */
async function noteWish(
  { hw, people, logger }: Bot,
  delivered: Delivered,
  about: { readonly run?: string },
): Promise<void> {
  const { asker, what, handle } = delivered
  const by = await people.nameOf(asker.user, handle)
  try {
    await hw.manager.note({ action: what, by, via: 'slack', outcome: 'accepted', ...noted(delivered, about) })
  } catch (error) {
    logger.error({ user: asker.user, what, error: String(error) }, 'the audit trail could not be written')
  }
}

function noted({ asker, key }: Delivered, { run }: { readonly run?: string }) {
  const { user, team, channel } = asker
  return {
    ...(run === undefined ? {} : { workflowId: run }),
    detail: { user, team, ...(channel === undefined ? {} : { channel }), key },
  }
}

async function noteDenial(
  { hw, people, logger }: Bot,
  delivered: Delivered,
  { because, words, run }: { readonly because: string; readonly words: string; readonly run?: string },
): Promise<void> {
  const { asker, what, handle } = delivered
  logger.info({ user: asker.user, what, because }, 'denied')
  await hw.manager.note({
    action: what,
    by: await people.nameOf(asker.user, handle),
    via: 'slack',
    outcome: 'refused',
    error: { code: `slack.denied.${because}`, message: words },
    ...noted(delivered, run === undefined ? {} : { run }),
  })
}

/** Who asks, as the library writes it down. */
export async function wishOf(
  { people }: Bot,
  { asker, handle }: Delivered,
): Promise<{ readonly by: string; readonly via: 'slack' }> {
  return { by: await people.nameOf(asker.user, handle), via: 'slack' }
}
