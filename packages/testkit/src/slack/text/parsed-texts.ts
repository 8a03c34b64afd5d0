import { isObject, wordOf } from '../json.ts'
import type { SlackJson, SlackMessage, SlackObject } from '../workspace.ts'
import { liveTokens, type LiveTokens } from './live-tokens.ts'

/** Everything in a message that Slack parses: its text, mrkdwn objects, markdown blocks, and what rich text says outright. */
export function liveIn(message: Pick<SlackMessage, 'text' | 'blocks'>): LiveTokens {
  const found = [liveTokens(message.text), ...message.blocks.flatMap((block) => inNode(block))]
  return { mentions: found.flatMap(({ mentions }) => mentions), links: found.flatMap(({ links }) => links) }
}

function inNode(node: SlackJson): readonly LiveTokens[] {
  if (Array.isArray(node)) return node.flatMap(inNode)
  if (!isObject(node)) return []
  const own = ofNode(node)
  if (own !== undefined) return [own]
  return Object.entries(node).flatMap(([name, value]) => (NEVER_PARSED.has(name) ? [] : inNode(value)))
}

const NEVER_PARSED = new Set(['metadata', 'value', 'block_id', 'action_id'])

function ofNode(node: SlackObject): LiveTokens | undefined {
  const text = typeof node['text'] === 'string' ? node['text'] : ''
  switch (node['type']) {
    case 'mrkdwn':
      return liveTokens(text, node['verbatim'] === true ? 'verbatim' : 'mrkdwn')
    case 'markdown':
      return liveTokens(text, 'markdown')
    case 'plain_text':
    case 'raw_text':
    case 'text':
      return { mentions: [], links: [] }
    case 'user':
      return { mentions: [`@${wordOf(node['user_id'])}`], links: [] }
    case 'usergroup':
      return { mentions: [`!subteam^${wordOf(node['usergroup_id'])}`], links: [] }
    case 'broadcast':
      return { mentions: [`!${wordOf(node['range'])}`], links: [] }
    case 'link':
      return { mentions: [], links: [wordOf(node['url'])] }
    default:
      return undefined
  }
}
