import type { BatchRecord, ManagerState, WorkflowRecord } from 'hwautomation'
import type { MessageContent } from '../../src/views/content.ts'
import { fleetBoard } from '../../src/views/fleet-board.ts'
import * as notices from '../../src/views/notices.ts'
import { runMessage } from '../../src/views/run-message.ts'
import { failurePost, finalPost, stepPost } from '../../src/views/thread.ts'
import { WISH } from './everything.ts'

export const NOW = Date.parse('2026-11-23T14:00:00Z')
export const STATE: ManagerState = { intake: { ...WISH, is: 'paused' }, hardwareOff: WISH }

/** Everything that is drawn of a run, by name. */
export function drawnOf(record: WorkflowRecord, batch: BatchRecord): Record<string, MessageContent> {
  const options = { now: NOW, followers: ['<!channel>'], batch: { label: '<!here> srv' }, state: STATE }
  return {
    live: runMessage(record, { ...options, mode: 'live' }),
    steps: runMessage(record, { ...options, mode: 'steps', working: false }),
    board: runMessage(record, { ...options, mode: 'board' }),
    step: stepPost(record, record.steps[4]?.id ?? '<!channel>'),
    noStep: stepPost(record, '<!channel>'),
    failure: failurePost(record),
    notAnId: failurePost(record, '<!channel>'),
    final: finalPost(record),
    fleet: fleetBoard([record, record], { now: NOW, state: STATE }),
    status: notices.statusText(record, NOW),
    list: notices.listText([record, record], { now: NOW, batches: [batch], state: STATE }),
    history: notices.historyText(record.resourceLabel, [record], NOW),
    busy: notices.busy(record, NOW),
    already: notices.alreadyDone(record.resourceLabel, record),
    ...(record.error === undefined ? {} : { refused: notices.refused(record.error) }),
  }
}
