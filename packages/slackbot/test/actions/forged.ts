import { createHmac } from 'node:crypto'
import { systemClock } from 'hwautomation'
import type { World } from '../bot-world.ts'

let count = 0

/** Something that Slack never sent, signed by somebody who has the signing secret; the status it is answered with. */
export async function forged(world: World, fields: Readonly<Record<string, string>>): Promise<number> {
  const body = new URLSearchParams(fields).toString()
  const timestamp = String(Math.floor(systemClock.now() / 1000))
  const signature = createHmac('sha256', world.slack.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
  const { status } = await fetch(`http://127.0.0.1:${world.bot.port}/slack/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
  })
  return status
}

/** A slash command. */
export function forgedCommand(
  world: World,
  text: string,
  more: Readonly<Record<string, string>> = {},
): Promise<number> {
  return forged(world, {
    command: '/provision',
    text,
    user_id: world.slack.user('ada').id,
    user_name: 'ada',
    team_id: world.slack.teamId,
    channel_id: world.slack.channelId('provisioning'),
    trigger_id: `${(count += 1)}.forged`,
    ...more,
  })
}

/** A click, a submission. */
export function forgedPayload(world: World, payload: object, who = 'ada'): Promise<number> {
  const team = world.slack.teamId
  const { id } = world.slack.user(who)
  return forged(world, {
    payload: JSON.stringify({
      user: { id, team_id: team, username: who },
      team: { id: team },
      trigger_id: `${(count += 1)}.forged`,
      ...payload,
    }),
  })
}
