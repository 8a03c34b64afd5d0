import { MemoryStore } from 'hwautomation'
import { createOutbox } from '../packages/slackbot/src/outbox/create-outbox.ts'
import { modeFor, type Mode, ruleOf } from '../packages/slackbot/src/outbox/modes.ts'
import type { Delivery, MessageRef } from '../packages/slackbot/src/outbox/outbox.ts'
import { createBenchClock } from './slack-clock.ts'
import { type RunEvent, syntheticRuns } from './slack-runs.ts'
import { createBenchWorkspace } from './slack-workspace.ts'

const ACTIVE = [1, 10, 100, 300, 1_000]
/** Runs that somebody follows, where there are as many. */
const FOLLOWED = 20
const BOARD_EVERY_MS = 5_000
/** Below this nobody sees a difference: ratios are of at least so much. */
const AT_ONCE_MS = 1_000

type Figure = 'finals' | 'steps' | 'sub-tasks' | 'followed' | 'board' | 'digests' | 'first message'

/** Milliseconds from an event until it is visible, by what it is. */
type Staleness = Map<Figure, number[]>

interface Result {
  readonly staleness: Staleness
  readonly callsPerMinute: number
  readonly rateLimited: number
}

/**
 * Runs on a simulated clock against Slack's published limits: the outbox with its modes, next to one post per event and to one
 * `chat.update` per event by a client that obeys Retry-After. Staleness is the time from an event until it can be seen.
 */
export async function benchSlack(): Promise<string[]> {
  const lines = [
    'slack: 7 steps, 40 events over 20-60 min a run, starts within 10 min, one channel; staleness p50/p95, event until visible',
  ]
  for (const active of ACTIVE) {
    const events = syntheticRuns(active)
    const ours = await withOutbox(events, active)
    lines.push(
      `  ${String(active).padStart(4)} runs, outbox: ${figure(ours, 'finals')}, ${figure(ours, 'steps')}, ${figure(ours, 'sub-tasks')}, ${figure(ours, 'followed')}, ${figure(ours, 'board')}`,
      `             ${figure(ours, 'first message')}, ${figure(ours, 'digests')}; ${ours.callsPerMinute.toFixed(0)} calls/min, ${ours.rateLimited} 429s`,
    )
    for (const [name, method] of [
      ['one post per event', 'chat.postMessage'],
      ['chat.update per event', 'chat.update'],
    ] as const) {
      const peer = await perEvent(events, method)
      const times = p95(peer, 'finals') / p95(ours, 'finals')
      lines.push(
        `             ${name}: ${figure(peer, 'finals')} (p95 ×${times.toFixed(0)} of the outbox), ${figure(peer, 'steps')}, ${figure(peer, 'sub-tasks')}; ${peer.callsPerMinute.toFixed(0)} calls/min, ${peer.rateLimited} 429s`,
      )
    }
  }
  return lines
}

/** The rules of the bot: what is written depends on how many runs are active. */
async function withOutbox(events: readonly RunEvent[], active: number): Promise<Result> {
  const clock = createBenchClock()
  const slack = createBenchWorkspace(clock)
  const begin = clock.now()
  const outbox = createOutbox({
    token: 'xoxb-bench',
    store: new MemoryStore(),
    clock,
    fetch: slack.fetch,
    duplicateCheck: 'history',
  })
  const staleness: Staleness = new Map()
  const runs = Array.from({ length: active }, () => ({
    root: undefined as Promise<MessageRef | undefined> | undefined,
    isShown: false,
    waiting: [] as { readonly event: RunEvent; readonly figure: Figure }[],
  }))
  const boardWaits: RunEvent[] = []
  let board: MessageRef | undefined
  let isBoardDue = false
  let mode: Mode = 'live'
  let running = 0
  let ended = 0

  const age = (event: RunEvent) => clock.now() - begin - event.at
  const post = async (key: string, thread?: string): Promise<Delivery> =>
    outbox.post({
      key,
      channel: 'C1',
      ...(thread === undefined ? {} : { thread }),
      content: content(key),
      priority: thread === undefined ? 'step' : key.endsWith('final') ? 'final' : 'sub-task',
    })

  const happen = async (event: RunEvent): Promise<void> => {
    const run = runs[event.run]!
    if (event.seq === 0) running += 1
    if (event.kind === 'final') {
      running -= 1
      ended += 1
    }
    mode = modeFor(running, mode)
    const rule = ruleOf(mode)
    // Nobody follows what they don't see.
    const isFollowed = active > FOLLOWED && event.run < FOLLOWED && run.isShown
    const priority = event.kind === 'final' ? 'final' : isFollowed ? 'followed' : event.kind
    if (mode === 'board') {
      boardWaits.push(event)
      isBoardDue = true
    }
    run.root ??= post(`run/${event.run}`).then((root) => {
      note(staleness, 'first message', age(event))
      run.isShown = true
      return root.ok ? root : undefined
    })
    if (event.kind === 'step' && event.seq > 0 && rule.threadPosts >= 8)
      void run.root.then((root) => post(`run/${event.run}/${event.seq}`, root?.ts))
    if (event.kind === 'final')
      void run.root.then(async (root) => {
        await post(`run/${event.run}/final`, root?.ts)
        note(staleness, 'digests', age(event))
      })
    if (!rule.writes.has(priority)) return
    const figure =
      priority === 'followed' ? 'followed' : event.kind === 'final' ? 'finals' : (`${event.kind}s` as Figure)
    run.waiting.push({ event, figure })
    const root = await run.root
    if (root === undefined) return
    const seen = [...run.waiting]
    await outbox.edit(root, content(`state ${event.seq}`), priority)
    for (const each of seen)
      if (run.waiting.includes(each)) {
        note(staleness, each.figure, age(each.event))
        run.waiting.splice(run.waiting.indexOf(each), 1)
      }
  }

  const paintBoard = async (): Promise<void> => {
    if (board === undefined) {
      const posted = await post('board')
      board = posted.ok ? posted : undefined
    }
    const seen = boardWaits.splice(0)
    isBoardDue = false
    if (board !== undefined) await outbox.edit(board, content('board'), 'board')
    for (const event of seen) note(staleness, 'board', age(event))
  }
  const beat = (): void => {
    if (isBoardDue) void paintBoard()
    if (ended < active) clock.after(BOARD_EVERY_MS, beat)
  }

  for (const event of events) clock.after(event.at, () => void happen(event))
  clock.after(0, beat)
  await clock.run()
  const { rateLimited } = outbox.stats()
  await outbox.stop()
  return {
    staleness,
    callsPerMinute: slack.calls / ((clock.now() - begin) / 60_000),
    rateLimited,
  }
}

/** One call per event, in order; after a 429 the client waits as long as it was told, and with it all that is behind. */
async function perEvent(events: readonly RunEvent[], method: string): Promise<Result> {
  const clock = createBenchClock()
  const slack = createBenchWorkspace(clock)
  const begin = clock.now()
  const staleness: Staleness = new Map()
  let last = 0
  for (const event of events) {
    await clock.run(Math.max(clock.now(), begin + event.at))
    for (let wait = slack.call(method, 'C1'); wait !== undefined; wait = slack.call(method, 'C1'))
      await clock.run(clock.now() + wait)
    last = clock.now() - begin
    note(staleness, event.kind === 'final' ? 'finals' : (`${event.kind}s` as Figure), last - event.at)
  }
  return { staleness, callsPerMinute: slack.calls / (last / 60_000), rateLimited: slack.limits.refused }
}

function content(text: string) {
  return { text, blocks: [{ type: 'section' as const, text: { type: 'plain_text' as const, text } }] }
}

function note(staleness: Staleness, figure: Figure, ms: number): void {
  const known = staleness.get(figure)
  if (known === undefined) staleness.set(figure, [ms])
  else known.push(ms)
}

function p95({ staleness }: Result, name: Figure): number {
  return Math.max(AT_ONCE_MS, percentile(staleness.get(name), 95))
}

function percentile(values: readonly number[] | undefined, percent: number): number {
  const sorted = (values ?? []).toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0
}

function figure({ staleness }: Result, name: Figure): string {
  const values = staleness.get(name)
  if (values === undefined) return `${name} -`
  return `${name} ${short(percentile(values, 50))}/${short(percentile(values, 95))}`
}

function short(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 120_000) return `${(ms / 1_000).toFixed(0)} s`
  return ms < 2 * 3_600_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 3_600_000).toFixed(1)} h`
}
