import type { SlackWorkspace } from '@hwautomation/testkit'
import {
  systemClock,
  WorkflowManager,
  type Clock,
  type Documents,
  type Logger,
  type RunHandle,
  type WorkflowStore,
} from 'hwautomation'
import { createOutbox } from '../../src/outbox/create-outbox.ts'
import type { OutboxLimits } from '../../src/outbox/limits.ts'
import type { Outbox } from '../../src/outbox/outbox.ts'
import { createProgress, type ProgressOptions } from '../../src/progress/create-progress.ts'
import type { Progress } from '../../src/progress/progress.ts'
import { botState, type BotState, type Order } from '../../src/state/documents.ts'
import { type Gates, smallCapabilities, smallDefinition, smallWorkflow, type SmallRequest } from './small-workflow.ts'

/** What outlives a process: Slack, the store, the machines behind the gates. */
export interface Surroundings {
  readonly slack: SlackWorkspace
  readonly store: WorkflowStore
  readonly gates: Gates
}

/**
 * The process is killed at its nth call to Slack, or its nth write of a document of the bot: before it is sent, or when it was done and
 * the answer is under way.
 */
export interface Death {
  readonly at: 'call' | 'write'
  readonly nth: number
  readonly when: 'before' | 'after'
}

export interface BotOptions {
  readonly death?: Death
  readonly progress?: Partial<ProgressOptions>
  readonly limits?: Partial<OutboxLimits>
  readonly concurrency?: number
  readonly logger?: Logger
  /** Default `history`. */
  readonly duplicateCheck?: 'history' | 'off'
}

/** A workspace without limits is written to as fast as it answers: these tests are about what is said. */
/** The outbox looks for a lost file after 7 and 20 s: here they pass so many times faster. */
const HASTE = 50
const NO_LIMIT = { perMinute: 100_000, burst: 1_000 }
const FAST: Partial<OutboxLimits> = {
  edits: { ...NO_LIMIT, reserve: 1 },
  channelPosts: NO_LIMIT,
  posts: NO_LIMIT,
  homes: NO_LIMIT,
  files: NO_LIMIT,
  lookups: NO_LIMIT,
  editEveryMs: 0,
  homeEveryMs: 0,
}

/** A bot with its engine as one process: after its death nothing it asks for happens, and no answer comes. */
export class BotProcess {
  readonly manager: WorkflowManager
  readonly outbox: Outbox
  readonly state: BotState
  readonly progress: Progress
  /** What it did so far: methods of Slack, and collections it wrote to. */
  readonly done: Readonly<Record<Death['at'], string[]>> = { call: [], write: [] }
  readonly died: Promise<void>
  readonly #gates: Gates
  readonly #slack: SlackWorkspace
  #death: Death | undefined
  #isDead = false
  #onDeath!: () => void

  constructor({ slack, store, gates }: Surroundings, options: BotOptions = {}) {
    this.died = new Promise((resolve) => (this.#onDeath = resolve))
    this.#gates = gates
    this.#slack = slack
    this.#death = options.death
    const mortal = this.#mortalStore(store)
    const clock = this.#mortalClock()
    const logger = options.logger ?? SILENT
    this.manager = new WorkflowManager({ store: mortal, concurrency: options.concurrency ?? 10, closeGrace: 200 })
    this.manager.register(smallDefinition, () => smallCapabilities(gates))
    this.outbox = createOutbox({
      token: slack.botToken,
      apiUrl: slack.apiUrl,
      store: mortal,
      clock: this.#mortalClock(HASTE),
      logger,
      limits: { ...FAST, ...options.limits },
      fetch: this.#mortalFetch(),
      duplicateCheck: options.duplicateCheck ?? 'history',
    })
    this.state = botState(mortal)
    this.progress = createProgress({
      hw: { manager: this.manager, store: mortal },
      outbox: this.outbox,
      state: this.state,
      clock,
      logger,
      begin: async (order) => void (await this.begin(order)),
      beatMs: 20,
      ...options.progress,
    })
  }

  async start(): Promise<this> {
    await this.manager.open()
    await this.outbox.start()
    await this.progress.start()
    return this
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** What a command comes to: the order is written down, begun and shown. */
  async order(request: SmallRequest, more: Partial<Order> = {}): Promise<string> {
    const order: Order = {
      key: `slack/${request.serverId}`,
      is: 'run',
      user: this.#slack.user('ada').id,
      userName: 'ada',
      channel: this.#slack.channelId('provisioning'),
      at: new Date().toISOString(),
      request: { ...request },
      tellMe: false,
      ...more,
    }
    await this.state.orders.put(order.key, order)
    return this.begin(order)
  }

  async begin(order: Order): Promise<string> {
    const workflow = smallWorkflow(order.request as unknown as SmallRequest, this.#gates)
    const run: RunHandle = await this.manager.start(workflow, {
      requestedBy: order.userName,
      via: 'slack',
      idempotencyKey: order.key,
    })
    const begun = { ...order, became: run.id }
    await this.state.orders.put(order.key, begun)
    await this.progress.ordered(begun)
    return run.id
  }

  /** It is not killed any more. */
  spare(): void {
    this.#death = undefined
  }

  /** Ends here and now. */
  die(): Promise<never> {
    this.#isDead = true
    this.#onDeath()
    return new Promise(() => {})
  }

  /** In good order; one that is dead has nothing to close. */
  async stop(): Promise<void> {
    if (this.#isDead) return
    await this.progress.stop()
    await this.outbox.stop()
    await this.manager.close({ mode: 'detach', within: 200 })
  }

  /** Does it, unless this is the moment to die. */
  async #mortally<T>(at: Death['at'], what: string, work: () => Promise<T>): Promise<T> {
    if (this.#isDead) return this.die()
    this.done[at].push(what)
    const isIt = this.#death?.at === at && this.#death.nth === this.done[at].length
    if (isIt && this.#death?.when === 'before') return this.die()
    const value = await work()
    return isIt || this.#isDead ? this.die() : value
  }

  #mortalFetch(): typeof fetch {
    return (input, init) => {
      const { pathname } = new URL(String(input instanceof Request ? input.url : input))
      return this.#mortally('call', pathname.split('/').at(-1)!, async () => {
        const response = await fetch(input, init)
        return new Response(await response.arrayBuffer(), response)
      })
    }
  }

  #mortalClock(haste = 1): Clock {
    const began = systemClock.now()
    return {
      now: () => began + (systemClock.now() - began) * haste,
      sleep: async (ms, signal) => {
        await systemClock.sleep(ms / haste, signal)
        if (this.#isDead) await this.die()
      },
    }
  }

  #mortalStore(store: WorkflowStore): WorkflowStore {
    const alive = async <T>(work: () => Promise<T>): Promise<T> => {
      if (this.#isDead) return this.die()
      const value = await work()
      return this.#isDead ? this.die() : value
    }
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        if (name === 'documents')
          return (collection: string) => this.#mortalDocuments(collection, store.documents(collection), alive)
        if (name === 'onLost' || name === 'events' || name === 'journal') return member.bind(target)
        // one store serves all processes of a test, one after the other
        if (name === 'close') return async () => {}
        return (...args: unknown[]) => alive(() => member.apply(target, args) as Promise<unknown>)
      },
    })
  }

  #mortalDocuments(
    collection: string,
    documents: Documents,
    alive: <T>(work: () => Promise<T>) => Promise<T>,
  ): Documents {
    return {
      get: (id) => alive(() => documents.get(id)),
      put: (id, value) => this.#mortally('write', collection, () => documents.put(id, value)),
      delete: (id) => this.#mortally('write', collection, () => documents.delete(id)),
      entries: () => documents.entries(),
    }
  }
}

const ignore = () => {}
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
