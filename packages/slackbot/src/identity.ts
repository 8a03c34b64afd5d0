import { isHwError, type Clock, type Logger } from 'hwautomation'
import type { Outbox } from './outbox/outbox.ts'

/** Who the bot is, as Slack says. */
export interface Identity {
  readonly team_id: string
  readonly user_id: string
  readonly bot_id?: string
}

const ASK_AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 30_000]

/** Asks until Slack answers. @throws HwError where it does not take the token */
export async function identityOf(
  outbox: Pick<Outbox, 'now'>,
  { clock, logger, signal }: { readonly clock: Clock; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<Identity> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await outbox.now<Identity>('auth.test', {})
    } catch (error) {
      // to ask who one is can be repeated, whatever became of it
      const isFinal = !isHwError(error) || error.kind === 'auth' || error.kind === 'invalid'
      if (isFinal || signal.aborted) throw error
      logger.warn({ error: error.message }, 'Slack cannot be reached; runs go on meanwhile')
      await clock.sleep(ASK_AGAIN_MS[Math.min(tries, ASK_AGAIN_MS.length - 1)]!, signal)
    }
  }
}
