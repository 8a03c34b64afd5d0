import type { Block } from '@slack/types'
import type { Clock, Documents, Json, Logger } from 'hwautomation'
import type { MessageContent } from '../views/content.ts'
import type { CallOutcome } from './call-outcome.ts'

/** `rich`: as it is meant to look; `plain`: with plainer blocks; `text`: no blocks at all. */
export type Look = 'rich' | 'plain' | 'text'

/** Knows what this workspace does not show, and says how a message has to be written for it. */
export interface Plainness {
  lookFor(content: MessageContent): Look
  /** Slack refused it looking so: the next plainer look, or undefined where there is none or where looks are not the reason. */
  plainerAfter(content: MessageContent, look: Look, outcome: CallOutcome & { readonly is: 'refused' }): Look | undefined
  /** Takes up what an earlier process has learned. */
  load(): Promise<void>
}

/** `text` and `blocks` of a message that looks so. Empty blocks take away those that are there. */
export function written(content: MessageContent, look: Look): { text: string; blocks: readonly Block[] } {
  const blocks = look === 'rich' ? content.blocks : look === 'plain' ? (content.plain ?? []) : []
  return { text: content.text, blocks }
}

const LOOK_ERRORS: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
])

/** Every workspace has these; if one of them is refused, the message is wrong, not the workspace too old. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  'section',
  'divider',
  'context',
  'actions',
  'header',
  'image',
  'rich_text',
])

const DOCUMENT = 'workspace/refuses'
/** Slack rolls blocks out; they are tried again after a week. */
const REMEMBERED_MS = 7 * 24 * 3_600_000

interface Learned {
  readonly types: readonly string[]
  readonly at: number
}

/** What is learned is kept in `documents`, so that a restart does not try it all again. */
export function createPlainness(parts: { documents: Documents; clock: Clock; logger: Logger }): Plainness {
  const { documents, clock, logger } = parts
  const refused = new Set<string>()
  /** Rich blocks of this many bytes were too long. */
  let tooLong = Number.POSITIVE_INFINITY

  const learn = (types: readonly string[]): void => {
    for (const type of types) refused.add(type)
    logger.warn({ types }, 'This workspace refuses a kind of block: plainer ones are used from now on')
    const learned: Learned = { types: [...refused], at: clock.now() }
    documents.put(DOCUMENT, learned as unknown as Json).catch((error: unknown) => {
      logger.warn({ err: error }, 'Could not keep which blocks the workspace refuses')
    })
  }

  return {
    lookFor(content) {
      const isRefused = content.blocks.some(({ type }) => refused.has(type))
      return isRefused || sizeOf(content) >= tooLong ? plainerThan(content, 'rich') : 'rich'
    },
    plainerAfter(content, look, outcome) {
      if (!LOOK_ERRORS.has(outcome.error) || look === 'text') return undefined
      if (look === 'rich' && outcome.error.endsWith('_too_long')) tooLong = Math.min(tooLong, sizeOf(content))
      else if (look === 'rich') {
        const types = unsupported(content, outcome.messages)
        if (types.length > 0) learn(types)
      }
      return plainerThan(content, look)
    },
    async load() {
      const learned = (await documents.get(DOCUMENT)) as Learned | undefined
      if (learned === undefined || clock.now() - learned.at > REMEMBERED_MS) return
      for (const type of learned.types) refused.add(type)
    },
  }
}

function plainerThan(content: MessageContent, look: Look): Look {
  return look === 'rich' && content.plain !== undefined ? 'plain' : 'text'
}

const UNSUPPORTED = /unsupported|unknown|not (?:allowed|supported|enabled)|invalid (?:block )?type/i

/**
 * `[ERROR] unsupported type: plan [json-pointer:/blocks/0/type]`: named, or pointed at. Where it is neither, all that is unusual is
 * suspected; a fault of another sort is that of this message alone.
 */
function unsupported(content: MessageContent, messages: readonly string[]): readonly string[] {
  const unusual = [...new Set(content.blocks.map(({ type }) => type))].filter((type) => !EVERYWHERE.has(type))
  const telling = messages.filter((message) => UNSUPPORTED.test(message))
  if (messages.length > 0 && telling.length === 0) return []
  const named = telling.flatMap((message) => [
    /type: (\w+)/.exec(message)?.[1],
    content.blocks[Number(/\/blocks\/(\d+)/.exec(message)?.[1] ?? -1)]?.type,
  ])
  const guilty = unusual.filter((type) => named.includes(type))
  return guilty.length > 0 ? guilty : unusual
}

function sizeOf(content: MessageContent): number {
  return Buffer.byteLength(JSON.stringify(content.blocks))
}
