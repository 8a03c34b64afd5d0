import type { Option } from '@slack/types'
import { systemClock } from 'hwautomation'
import type { Asker } from '../access/access.ts'
import type { Bot } from '../bot.ts'
import { INPUTS } from '../views/action-ids.ts'
import { deviceTypeOptions, serverOptions } from '../views/options.ts'

/** Slack waits three seconds, for MAAS and for user groups together. Wall time. */
const PATIENCE_MS = 2_400

/**
 * What a select offers for what was typed so far. Nothing for who may not order, and where that cannot be known in time: Slack shows no
 * words there. Never rejects.
 */
export async function suggest(bot: Bot, asker: Asker, input: string, typed: string): Promise<Option[]> {
  const over = new AbortController()
  const late = systemClock.sleep(PATIENCE_MS, over.signal).then(
    () => [],
    () => [],
  )
  try {
    return await Promise.race([offered(bot, asker, input, typed), late])
  } finally {
    over.abort()
  }
}

async function offered(bot: Bot, asker: Asker, input: string, typed: string): Promise<Option[]> {
  try {
    const [decision, servers] = await Promise.all([
      bot.access.may(asker, { is: 'start' }),
      input === INPUTS.server ? bot.servers.now() : [],
    ])
    if (!decision.ok) return []
    if (input === INPUTS.server) return serverOptions(servers, typed)
    if (input === INPUTS.deviceType)
      return deviceTypeOptions(
        bot.hw.devices.names().map((name) => ({ name })),
        typed,
      )
    return []
  } catch (error) {
    bot.logger.warn({ input, error: error instanceof Error ? error.message : String(error) }, 'no suggestions')
    return []
  }
}
