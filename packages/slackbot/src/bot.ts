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
  /** Where messages go that were asked for in no channel. */
  readonly announceChannel?: string
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
  const { asker, what, answer } = delivered
  const decision = await bot.access.may(asker, act)
  if (decision.ok) return true
  const { because, words } = decision
  await noteDenial(bot, delivered, { because, words, ...about })
  await answer.say(denied(what, words))
  return false
}

async function noteDenial(
  { hw, people, logger }: Bot,
  { asker, what, handle }: Delivered,
  { because, words, run }: { readonly because: string; readonly words: string; readonly run?: string },
): Promise<void> {
  logger.info({ user: asker.user, what, because }, 'denied')
  await hw.manager.note({
    action: what,
    by: await people.nameOf(asker.user, handle),
    via: 'slack',
    outcome: 'refused',
    error: { code: `slack.denied.${because}`, message: words },
    ...(run === undefined ? {} : { workflowId: run }),
    detail: { user: asker.user, team: asker.team, ...(asker.channel === undefined ? {} : { channel: asker.channel }) },
  })
}

/** Who asks, as the library writes it down. */
export async function wishOf(
  { people }: Bot,
  { asker, handle }: Delivered,
): Promise<{ readonly by: string; readonly via: 'slack' }> {
  return { by: await people.nameOf(asker.user, handle), via: 'slack' }
}
