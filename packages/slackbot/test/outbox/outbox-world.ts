import {
  createLabClock,
  createSlackWorkspace,
  type LabClock,
  type SlackWorkspace,
  type SlackWorkspaceOptions,
} from '@hwautomation/testkit'
import { MemoryStore } from 'hwautomation'
import { createOutbox, type OutboxOptions } from '../../src/outbox/create-outbox.ts'
import type { Outbox, Post } from '../../src/outbox/outbox.ts'
import type { MessageContent } from '../../src/views/content.ts'

/** A simulated workspace and an outbox that writes to it, in one time. */
export interface OutboxWorld extends AsyncDisposable {
  readonly slack: SlackWorkspace
  readonly clock: LabClock
  readonly store: MemoryStore
  readonly outbox: Outbox
  /** What the outbox logged, as text. */
  readonly logged: readonly string[]
  readonly channel: string
  readonly duplicateCheck: OutboxOptions['duplicateCheck']
  /** A second outbox of the same store: the next process. */
  next(options?: Partial<OutboxOptions>): Outbox
}

export async function outboxWorld(
  workspace: SlackWorkspaceOptions = {},
  options: Partial<OutboxOptions> = {},
): Promise<OutboxWorld> {
  const clock = workspace.clock ?? createLabClock('auto')
  const slack = await createSlackWorkspace({ ...workspace, clock })
  const store = new MemoryStore()
  const logged: string[] = []
  const log = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const logger = { debug: log, info: log, warn: log, error: log }
  const outboxes: Outbox[] = []
  const next = (more: Partial<OutboxOptions> = {}) => {
    const { botToken: token, apiUrl } = slack
    const outbox = createOutbox({ token, apiUrl, store, clock, logger, duplicateCheck: 'history', ...options, ...more })
    outboxes.push(outbox)
    return outbox
  }
  return {
    slack,
    clock,
    store,
    outbox: next(),
    logged,
    channel: slack.channelId('provisioning'),
    duplicateCheck: options.duplicateCheck ?? 'history',
    next,
    async [Symbol.asyncDispose]() {
      await Promise.all(outboxes.map((outbox) => outbox.stop()))
      await slack.close()
      clock.close()
    },
  }
}

/** A message that says so, in a section. */
export function saying(text: string): MessageContent {
  return { text, blocks: [{ type: 'section', text: { type: 'plain_text', text } }] }
}

/** A post to the channel of the world. */
export function postOf(world: Pick<OutboxWorld, 'channel'>, key: string, more: Partial<Post> = {}): Post {
  return { key, channel: world.channel, content: saying(key), priority: 'step', ...more }
}

/** Posts a message and returns where it is. */
export async function posted(world: OutboxWorld, key: string): Promise<{ channel: string; ts: string }> {
  const delivery = await world.outbox.post(postOf(world, key))
  if (!delivery.ok) throw new Error(`Not posted: ${delivery.detail}`)
  return delivery
}

/** Calls of a method that reached the workspace. */
export function callsOf(world: Pick<OutboxWorld, 'slack'>, method: string): number {
  return world.slack.log.of(`slack ${method}`).length
}

/** Turns of the event loop until it holds. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 10_000
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Never came true: ${holds.toString()}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
