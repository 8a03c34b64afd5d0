import type { Link } from '../state/documents.ts'
import type { MessageContent } from '../views/content.ts'
import type { ShowMode } from '../views/run-message.ts'
import type { Reply } from './living-message.ts'

/** A reply that is made when its turn comes. */
export interface PlannedReply {
  /** Tells the replies of one thread apart, for ever. */
  readonly name: string
  /** `step`: left out while there are too many runs for it. `end`: always. */
  readonly is: 'step' | 'end'
  make(): Promise<Reply>
}

/** What a story is about: a run or a batch, as it is read, judged and shown. Reads only what would survive a power cut where it has ended. */
export interface Subject<State> {
  /** Undefined where the store does not have it any more. */
  read(): Promise<State | undefined>
  /** Rises with what is to be seen. */
  revision(state: State): number
  /** ISO 8601, once it has ended. */
  endedAt(state: State): string | undefined
  /** At work: it changes often. */
  isBusy(state: State): boolean
  message(state: State, link: Link, mode: ShowMode): MessageContent
  /** Everything its thread is to have by now, in order. */
  replies(state: State, link: Link): readonly PlannedReply[]
  /** How it ended, for a direct message. */
  goodbye(state: State): MessageContent
}
