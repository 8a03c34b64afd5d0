import type { WorkflowEvent } from 'hwautomation'
import type { Priority } from '../outbox/outbox.ts'
import type { ShowMode } from '../views/run-message.ts'

/** What makes a story look again, least urgent first: `mode` is that all messages are to look different, `board` a change of many. */
const NEWS = ['mode', 'sub-task', 'board', 'step', 'click'] as const

/** Why a story is to look again. */
export type News = (typeof NEWS)[number]

/** The more urgent of two. */
export function moreUrgent(one: News | undefined, other: News): News {
  return one !== undefined && NEWS.indexOf(one) > NEWS.indexOf(other) ? one : other
}

/** What an event is to those who read along: a step's life is more than that of a sub-task. */
export function newsOf(event: Pick<WorkflowEvent, 'type'>): News {
  return event.type.startsWith('subtask.') || event.type === 'step.intent' ? 'sub-task' : 'step'
}

/** Whether the message changes for it: each sub-task, steps only, or only what somebody waits for. */
export function showsIn(mode: ShowMode, news: News, isFollowed: boolean): boolean {
  if (isFollowed || news === 'click' || news === 'mode' || news === 'board') return true
  return mode === 'live' || (mode === 'steps' && news === 'step')
}

/** How urgently it is written. Ends are `final`, whatever brought them. */
export function priorityOf(news: News, isFollowed: boolean): Priority {
  if (news === 'click') return 'click'
  if (isFollowed && news !== 'mode') return 'followed'
  return news === 'mode' ? 'sub-task' : news
}
