import { createSlackWorkspace, type SlackMessage, type SlackWorkspace } from '@hwautomation/testkit'
import { MemoryStore, type WorkflowStore } from 'hwautomation'
import { expect, vi } from 'vitest'
import { BotProcess, type BotOptions } from './bot-process.ts'
import { Gates } from './small-workflow.ts'

export const SOON = { timeout: 8_000, interval: 4 }

/** A workspace, a store, and the bots that come and go in them. */
export class Site implements AsyncDisposable {
  readonly slack: SlackWorkspace
  readonly gates: Gates
  readonly store: WorkflowStore
  readonly #bots: BotProcess[] = []

  private constructor(slack: SlackWorkspace, gates: Gates, store: WorkflowStore) {
    this.slack = slack
    this.gates = gates
    this.store = store
  }

  static async open(gates: 'open' | 'closed' = 'closed', store: WorkflowStore = new MemoryStore()): Promise<Site> {
    return new Site(await createSlackWorkspace({ rateLimits: 'none' }), new Gates(gates), store)
  }

  bot(options: BotOptions = {}): Promise<BotProcess> {
    const bot = new BotProcess(this, options)
    this.#bots.push(bot)
    return bot.start()
  }

  roots(channel = 'provisioning'): readonly SlackMessage[] {
    return this.slack.messages(channel)
  }

  root(channel = 'provisioning'): SlackMessage {
    const [root] = this.roots(channel)
    if (root === undefined) throw new Error(`There is nothing in ${channel}`)
    return root
  }

  thread(root: SlackMessage = this.root()): readonly SlackMessage[] {
    return this.slack.thread(root.channel, root.ts)
  }

  /** Everything was told of it. */
  async told(bot: BotProcess, id: string): Promise<void> {
    await vi.waitFor(async () => expect((await bot.state.links.get(id))?.done).toBe(true), SOON)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const bot of this.#bots) await bot.stop()
    await this.slack.close()
  }
}

/** All words of a message. */
export function wordsOf(message: SlackMessage | undefined): string {
  return message === undefined ? '' : `${message.text} ${JSON.stringify(message.blocks)}`
}

export function server(number: number): string {
  return `srv${String(number).padStart(3, '0')}`
}
