import { objectsOf, wordOf } from '../json.ts'
import { SlackFailure } from '../failure.ts'
import type { BlockFault, SlackJson } from '../workspace.ts'
import { everyBlock } from './complete.ts'
import { validateBlocks } from './validate.ts'

/** @throws SlackFailure `invalid_blocks` with what is wrong where, or `msg_blocks_too_long` */
export function refuseFaultyMessage(blocks: readonly SlackJson[], refused: ReadonlySet<string>): void {
  refuse(validateBlocks('message', { blocks: [...blocks] }), 'invalid_blocks')
  refuseUnwanted(blocks, refused, 'invalid_blocks')
}

/** `error` with `response_metadata.messages`, as slackapi/bolt-js#1148 and slackapi/node-slack-sdk#1133 show it. */
export function refuse(faults: readonly BlockFault[], error: string): void {
  if (faults.length === 0) return
  const tooLong = faults.find(({ message }) => message === 'msg_blocks_too_long' || message === 'view_too_large')
  if (tooLong !== undefined) throw new SlackFailure(tooLong.message)
  const messages = faults.map(({ pointer, message }) => `[ERROR] ${message} [json-pointer:${pointer}]`)
  throw new SlackFailure(error, {
    errors: messages.map((message) => message.replace('[ERROR] ', '')),
    response_metadata: { messages },
  })
}

/** Block types that this workspace does not take. */
export function refuseUnwanted(blocks: readonly SlackJson[], refused: ReadonlySet<string>, error: string): void {
  if (refused.size === 0) return
  const unwanted = [...everyBlock(objectsOf([...blocks]))].find((block) => refused.has(wordOf(block['type'])))
  if (unwanted === undefined) return
  refuse([{ pointer: '/blocks', message: `unsupported type: ${wordOf(unwanted['type'])}` }], error)
}
