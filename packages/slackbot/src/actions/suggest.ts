import type { Option } from '@slack/types'
import type { Asker } from '../access/access.ts'
import type { Bot } from '../bot.ts'
import { INPUTS } from '../views/action-ids.ts'
import { deviceTypeOptions, serverOptions } from '../views/options.ts'

/** What a select offers for what was typed so far. Nothing for who may not order: Slack shows no words there. Never rejects. */
export async function suggest(bot: Bot, asker: Asker, input: string, typed: string): Promise<Option[]> {
  try {
    const decision = await bot.access.may(asker, { is: 'start' })
    if (!decision.ok) return []
    if (input === INPUTS.server) return serverOptions(await bot.servers.now(), typed)
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
