import type { Documents, Json, WorkflowStore } from 'hwautomation'

/** What somebody asked for in Slack, written down before it is done, so that it is done once. Id: the idempotency key of the wish. */
export interface Order {
  readonly key: string
  readonly is: 'run' | 'batch'
  /** Slack user id, and the name shown to people. */
  readonly user: string
  readonly userName: string
  /** Team of the user, where it differs from ours (Slack Connect). */
  readonly team?: string
  /** Where the living message goes. */
  readonly channel: string
  /** ISO 8601. */
  readonly at: string
  /** The provisioning request, or the batch order, as the library takes it. */
  readonly request: Json
  /** The run that this order retries, instead of `request`. */
  readonly retryOf?: string
  /** What became of a call of that run whose outcome nobody knows, as they say. */
  readonly assume?: 'done' | 'not-done'
  /** It waits for a second person: decided when it was asked for, and it stays so. */
  readonly approval?: { readonly reason: string; readonly expiresIn?: string }
  /** They want a direct message at the end. */
  readonly tellMe: boolean
  /** The run or batch that came of it; absent until it was started. */
  readonly became?: string
  /** Refused: they were told. */
  readonly refused?: string
}

/** Which message shows which run or batch (or, for a while, all runs of a channel), and what of it has been told. Id: that of the run or batch. */
export interface Link {
  readonly id: string
  readonly is: 'run' | 'batch' | 'board'
  readonly channel: string
  /** Absent until the message was posted. */
  readonly ts?: string
  /** Slack user id of who asked for it; absent for what was started elsewhere. */
  readonly requester?: string
  readonly tellMe: boolean
  /** Users who follow it. */
  readonly followers: readonly string[]
  /** `seq` (run) or revision (batch) that the message shows in the end; 0 until then. */
  readonly shown: number
  /** The run's end has been told completely: final message, thread, log, direct message. */
  readonly done: boolean
  /** Why nothing more is written to the message. */
  readonly lost?: string
  /** Key of the root post where it is not the first one: the message was deleted and posted again, or had to move to a direct message. */
  readonly root?: string
  /** Made of what was seen to happen, not of an order: whoever ordered it, if anybody did, is not known yet. */
  readonly adopted?: boolean
  /** The newest run that goes on from this one. */
  readonly retriedAs?: string
  /** ISO 8601: when it was made, and when the end had been told. */
  readonly at?: string
  readonly closedAt?: string
}

/** A wish that was taken: its second arrival (a duplicate envelope, an HTTP replay, a double click) is not done again. */
export interface Seen {
  readonly at: string
  /** It is being done; absent once it was done or refused, and they were told. */
  readonly open?: OpenWish
}

/** What is known of a wish from its arrival to its answer, for the process after the one that was killed in between. */
export interface OpenWish {
  /** Slack user id. */
  readonly user: string
  /** As `Delivered.what`. */
  readonly what: string
  /** Redacted: what was typed, or the id that the button carries. */
  readonly said: string
  /** The modal that waits for the answer. */
  readonly view?: string
}

/** One collection of the library's store, typed. */
export interface Collection<Value> {
  get(id: string): Promise<Value | undefined>
  put(id: string, value: Value): Promise<void>
  delete(id: string): Promise<void>
  entries(): AsyncIterable<readonly [id: string, value: Value]>
}

export interface BotState {
  readonly orders: Collection<Order>
  readonly links: Collection<Link>
  readonly seen: Collection<Seen>
}

/** What the bot keeps, in the library's store: it outlives a restart as the runs do. */
export function botState(store: Pick<WorkflowStore, 'documents'>): BotState {
  return {
    orders: typed<Order>(store.documents('slack-orders')),
    links: typed<Link>(store.documents('slack-links')),
    seen: typed<Seen>(store.documents('slack-seen')),
  }
}

/** Only this package writes these collections; what it reads there it wrote. */
function typed<Value>(documents: Documents): Collection<Value> {
  return {
    get: async (id) => (await documents.get(id)) as Value | undefined,
    put: (id, value) => documents.put(id, value as Json),
    delete: (id) => documents.delete(id),
    async *entries() {
      for await (const [id, value] of documents.entries()) yield [id, value as Value]
    },
  }
}
