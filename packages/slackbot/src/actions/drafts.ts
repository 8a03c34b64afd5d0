import type { Clock, Documents, WorkflowStore } from 'hwautomation'
import type { Order } from '../state/documents.ts'

/** What a plan was made for, until somebody says "start", or does not. Kept by the bot: what a modal carries, its user can read and change. */
export type Draft = Pick<Order, 'is' | 'user' | 'channel' | 'request' | 'tellMe'> & { readonly at: string }

const KEEP_MS = 24 * 60 * 60_000

/** Drafts by an id that says nothing. They outlive a restart, as the modal does that shows them. */
export class Drafts {
  readonly #documents: Documents
  readonly #clock: Clock

  constructor(store: Pick<WorkflowStore, 'documents'>, clock: Clock) {
    this.#documents = store.documents('slack-drafts')
    this.#clock = clock
  }

  async keep(id: string, draft: Omit<Draft, 'at'>): Promise<void> {
    await this.#documents.put(id, { ...draft, at: new Date(this.#clock.now()).toISOString() })
  }

  /** The draft, if this user made it. */
  async of(id: string, user: string): Promise<Draft | undefined> {
    const draft = (await this.#documents.get(id)) as unknown as Draft | undefined
    return draft?.user === user ? draft : undefined
  }

  /** Forgets what was not started within a day. */
  async sweep(): Promise<void> {
    const oldest = this.#clock.now() - KEEP_MS
    for await (const [id, draft] of this.#documents.entries())
      if (!(Date.parse((draft as unknown as Draft).at) > oldest)) await this.#documents.delete(id)
  }
}
