import { SlackFailure } from '../failure.ts'
import { validateBlocks } from '../blocks/validate.ts'
import type { ApiMethod } from './method.ts'

/** docs.slack.dev/reference/methods/auth.test. */
export const authTest: ApiMethod = {
  token: 'bot',
  tier: 'special',
  mutating: false,
  run: ({ team }) => ({
    reply: {
      url: `https://${team.domain}.slack.com/`,
      team: team.name,
      user: team.botName,
      team_id: team.id,
      user_id: team.botUserId,
      bot_id: team.botId,
      is_enterprise_install: false,
    },
  }),
}

/** docs.slack.dev/reference/methods/api.test: says back what it was given; `error` makes it fail. */
export const apiTest: ApiMethod = {
  token: 'none',
  tier: 4,
  mutating: false,
  run(_site, args) {
    const echo = args.echo()
    if (args.has('error')) throw new SlackFailure(args.required('error'), { args: echo })
    return { reply: { args: echo } }
  },
}

/** docs.slack.dev/reference/methods/apps.connections.open. Which error an app without Socket Mode gets is assumed. */
export const connectionsOpen: ApiMethod = {
  token: 'app',
  tier: 3,
  mutating: true,
  run(site) {
    if (site.installation.socketMode === false) throw new SlackFailure('forbidden_team')
    return { reply: () => ({ url: site.openSocketUrl() }) }
  },
}

/** docs.slack.dev/reference/methods/blocks.validate: needs no scope. */
export const blocksValidate: ApiMethod = {
  token: 'bot',
  tier: 4,
  mutating: false,
  run(_site, args) {
    const view = args.object('view')
    const message = args.object('message')
    const blocks = args.json('blocks')
    const faults =
      view !== undefined
        ? validateBlocks(view['type'] === 'home' ? 'home' : 'modal', view)
        : validateBlocks('message', message ?? { blocks: blocks ?? [] })
    if (faults.length === 0) return { reply: {} }
    const messages = faults.map(({ pointer, message }) => `[ERROR] ${message} [json-pointer:${pointer}]`)
    throw new SlackFailure('invalid_blocks', { response_metadata: { messages } })
  },
}
