import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import {
  createSlackWorkspace,
  type Lab,
  type SlackMessage,
  type SlackObject,
  type SlackWorkspace,
} from '@hwautomation/testkit'
import {
  createHwAutomation,
  MemoryStore,
  systemClock,
  type Clock,
  type Documents,
  type HwAutomation,
  type WorkflowStore,
} from 'hwautomation'
import { vi } from 'vitest'
import { createProvisionBot, type ProvisionBot } from '../../src/app.ts'
import type { OutboxLimits } from '../../src/outbox/limits.ts'
import { appManifest } from '../../src/manifest.ts'
import { botState, type BotState } from '../../src/state/documents.ts'
import { manifestConfig, textsIn, wordsOf } from '../bot-world.ts'
import { Gates, smallCapabilities, smallDefinition } from '../progress/small-workflow.ts'

/** The process is killed at its nth deed after it was armed: before that has its effect, or after it, while the answer is under way. */
export interface Death {
  readonly nth: number
  readonly when: 'before' | 'after'
}

/** Whose code is running: the calls of `fetch` are told apart by it. */
const running = new AsyncLocalStorage<MortalBot>()

/** Every process of a test calls Slack by this. */
export function stubFetch(): void {
  const real = globalThis.fetch
  vi.stubGlobal('fetch', (input: string | URL | Request, init?: RequestInit) => {
    const who = running.getStore()
    const call = async () => {
      const response = await real(input, init)
      return new Response(await response.arrayBuffer(), response)
    }
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    return who === undefined ? real(input, init) : who.mortally(`slack ${pathname.split('/').at(-1)}`, call)
  })
}

/** What outlives a process: Slack with the app installed, the store, the machines, and the address Slack delivers to. */
export class Site implements AsyncDisposable {
  readonly slack: SlackWorkspace
  readonly store = new MemoryStore()
  readonly lab: Lab
  gates = new Gates()
  readonly #door: Server
  readonly #sockets = new Set<Socket>()
  readonly #bots: MortalBot[] = []

  private constructor(slack: SlackWorkspace, lab: Lab) {
    this.slack = slack
    this.lab = lab
    this.#door = createServer((outside) => this.#letIn(outside))
  }

  static async open(lab: Lab): Promise<Site> {
    const site = new Site(await createSlackWorkspace({ rateLimits: 'none' }), lab)
    site.#door.listen(0, '127.0.0.1')
    await once(site.#door, 'listening')
    const { port } = site.#door.address() as AddressInfo
    const manifest = appManifest(await manifestConfig('http', { duplicateCheck: 'history' })) as unknown as SlackObject
    site.slack.install(manifest, `http://127.0.0.1:${port}/slack/events`)
    return site
  }

  /** The next process. */
  async begin(): Promise<MortalBot> {
    const bot = await MortalBot.begin(this)
    this.#bots.push(bot)
    void bot.died.then(() => this.#cut())
    return bot
  }

  /** What this person alone was told, in the channel, by direct message, or in the modal before them. */
  told(name: string): readonly string[] {
    const user = this.slack.user(name)
    const alone = user.sees('provisioning').filter(({ ephemeralTo }) => ephemeralTo !== undefined)
    const modal = user.modal()
    return [...alone, ...user.directMessages()]
      .map(wordsOf)
      .concat(modal === undefined ? [] : textsIn(modal.view).join(' '))
  }

  /** The root messages about a run or batch: their buttons carry its id. */
  messagesOf(id: string): readonly SlackMessage[] {
    return this.slack.messages('provisioning').filter(({ blocks }) => JSON.stringify(blocks).includes(id))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cut()
    this.#door.close()
    for (const bot of this.#bots) await bot.stop()
    await this.slack.close()
  }

  #letIn(outside: Socket): void {
    const bot = this.#bots.at(-1)
    if (bot === undefined || bot.isDead) return void outside.destroy()
    const inside = connect(bot.port, '127.0.0.1')
    for (const [one, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      this.#sockets.add(one)
      one
        .on('error', () => {})
        .on('close', () => {
          this.#sockets.delete(one)
          other.destroy()
        })
      one.pipe(other)
    }
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** The bot with its engine as one process, as it is started in earnest. After its death nothing it asks for happens, and no answer comes. */
export class MortalBot {
  readonly died: Promise<void>
  readonly state: BotState
  /** What it did since it was armed. */
  readonly deeds: string[] = []
  hw!: HwAutomation
  #bot!: ProvisionBot
  #death: Death | undefined
  #isArmed = false
  #isDead = false
  #onDeath!: () => void

  private constructor(site: Site) {
    this.died = new Promise((resolve) => (this.#onDeath = resolve))
    this.state = botState(site.store)
  }

  static begin(site: Site): Promise<MortalBot> {
    const process = new MortalBot(site)
    return running.run(process, async () => {
      const { slack, lab } = site
      process.hw = await createHwAutomation({
        ...lab.connection(),
        clock: process.#clock(),
        store: process.#store(site.store),
        concurrency: 10,
      })
      process.hw.manager.register(smallDefinition, () => smallCapabilities(site.gates))
      process.#bot = createProvisionBot({
        hw: process.hw,
        slack: {
          mode: 'http',
          botToken: slack.botToken,
          signingSecret: slack.signingSecret,
          port: 0,
          apiUrl: slack.apiUrl,
        },
        announceChannel: slack.channelId('provisioning'),
        duplicateCheck: 'history',
        outboxLimits: UNLIMITED,
        clock: process.#clock(HASTE),
        access: { approval: { by: 'operators' } },
      })
      await process.#bot.start()
      return process
    })
  }

  get port(): number {
    return this.#bot.port!
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** From now on its deeds are counted, and at one of them it dies. */
  arm(death?: Death): void {
    this.#isArmed = true
    this.#death = death
  }

  /** Counts no more, dies no more. */
  spare(): void {
    this.#isArmed = false
    this.#death = undefined
  }

  /** Does it as part of this process. */
  within<T>(work: () => Promise<T>): Promise<T> {
    return running.run(this, work)
  }

  /** Does it, unless this is the moment to die. */
  async mortally<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#isDead) return never()
    if (!this.#isArmed) return this.#alive(work)
    this.deeds.push(what)
    const isIt = this.#death?.nth === this.deeds.length
    if (isIt && this.#death?.when === 'before') return this.#die()
    const value = await this.#alive(work)
    return isIt ? this.#die() : value
  }

  async stop(): Promise<void> {
    if (this.#isDead) return
    await this.#bot.stop()
    await this.hw.close({ mode: 'detach', within: 100 })
  }

  #die(): Promise<never> {
    this.#isDead = true
    this.#onDeath()
    // it listens no more; whatever else it would do for that waits for ever
    void this.#bot.stop()
    return never()
  }

  async #alive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isDead) return never()
    const value = await work()
    return this.#isDead ? never() : value
  }

  #clock(haste = 1): Clock {
    const began = systemClock.now()
    return {
      now: () => began + (systemClock.now() - began) * haste,
      sleep: (ms, signal) => this.#alive(() => systemClock.sleep(ms / haste, signal)),
    }
  }

  #store(store: WorkflowStore): WorkflowStore {
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        if (name === 'documents')
          return (collection: string) => this.#documents(collection, store.documents(collection))
        if (name === 'onLost' || name === 'events' || name === 'journal') return member.bind(target)
        // one store serves all processes of a test, one after the other
        if (name === 'close') return async () => {}
        const work = (args: unknown[]) => () => member.apply(target, args) as Promise<unknown>
        if (WRITES.has(String(name))) return (...args: unknown[]) => this.mortally(`store ${String(name)}`, work(args))
        return (...args: unknown[]) => this.#alive(work(args))
      },
    })
  }

  #documents(collection: string, documents: Documents): Documents {
    return {
      get: (id) => this.#alive(() => documents.get(id)),
      put: (id, value) => this.mortally(`put ${collection}`, () => documents.put(id, value)),
      delete: (id) => this.mortally(`delete ${collection}`, () => documents.delete(id)),
      entries: () => documents.entries(),
    }
  }
}

const WRITES = new Set(['save', 'append', 'saveState', 'putArtefact'])

/** The outbox looks for a lost message after 7 and 20 s, two clicks within 2 s are one: here they pass so many times faster. */
const HASTE = 50
const NO_LIMIT = { perMinute: 100_000, burst: 1_000 }
const UNLIMITED: Partial<OutboxLimits> = {
  edits: { ...NO_LIMIT, reserve: 1 },
  channelPosts: NO_LIMIT,
  posts: NO_LIMIT,
  homes: NO_LIMIT,
  files: NO_LIMIT,
  lookups: NO_LIMIT,
  editEveryMs: 0,
  homeEveryMs: 0,
}

function never(): Promise<never> {
  return new Promise(() => {})
}
