import type { WorkflowRecord } from 'hwautomation'
import { fleetBoard } from '../views/fleet-board.ts'
import type { MessageContent } from '../views/content.ts'
import type { Desk } from './desk.ts'
import type { Subject } from './subject.ts'

export interface BoardState {
  readonly runs: readonly WorkflowRecord[]
  /** ISO 8601: living messages are up to date again. */
  readonly closedAt?: string
}

/** All runs of one channel in one message, while there are too many for a living message each. */
export function boardSubject(desk: Desk, runs: () => readonly WorkflowRecord[]): Subject<BoardState> {
  let revision = 0
  return {
    async read() {
      const closed = desk.mode() === 'board' ? {} : { closedAt: new Date(desk.clock.now()).toISOString() }
      revision += 1
      return { runs: runs(), ...closed }
    },
    revision: () => revision,
    endedAt: ({ closedAt }) => closedAt,
    isBusy: () => false,
    message({ runs, closedAt }) {
      const content = fleetBoard(runs, { now: desk.clock.now(), state: desk.manager.state })
      return closedAt === undefined ? content : closedBoard(content)
    },
    replies: () => [],
    goodbye: ({ runs }) => fleetBoard(runs, { now: desk.clock.now() }),
  }
}

/** Says that it does not change any more. */
function closedBoard({ text, blocks }: MessageContent): MessageContent {
  const words = 'This board is closed: each run’s own message is kept up to date again.'
  return {
    text: `${words} ${text}`,
    blocks: [
      ...blocks.slice(0, 49),
      { type: 'context', elements: [{ type: 'plain_text', text: words, emoji: false }] },
    ],
  }
}
