import type { FetchFunction } from '@slack/web-api'
import { type Clock, HwError, type Logger, type Redactor, systemClock, type WorkflowStore } from 'hwautomation'
import { attemptFile } from './attempt-file.ts'
import { attemptLook } from './attempt-look.ts'
import { attemptPost } from './attempt-post.ts'
import { createBudgets } from './budgets.ts'
import { fitFile, fitForSlack } from './content-limits.ts'
import { createDesk } from './desk.ts'
import { createEdits } from './edits.ts'
import { createHomes } from './homes.ts'
import { createInteractive } from './interactive.ts'
import { createKeptPosts } from './kept.ts'
import { DEFAULT_LIMITS, type OutboxLimits } from './limits.ts'
import type { Delivery, Outbox } from './outbox.ts'
import { createParking } from './parking.ts'
import { createPlainness } from './plainness.ts'
import { createPosts } from './posts.ts'
import { createPutBytes } from './put-bytes.ts'
import { createSchedule } from './schedule.ts'
import { createSlackClients } from './slack-clients.ts'
import { drained, statsOf } from './stats.ts'
import { steadyClock } from './steady-clock.ts'
import { createWire } from './wire.ts'

export interface OutboxOptions {
  /** Bot token, `xoxb-…`. */
  readonly token: string
  /** Default: Slack's own. */
  readonly apiUrl?: string
  /** Undelivered posts, and what was posted, are kept there. */
  readonly store: Pick<WorkflowStore, 'documents'>
  /** For limits and backoff; time-outs of calls are wall time. Default: the wall clock. */
  readonly clock?: Clock
  readonly logger?: Logger
  /** Takes secrets out of everything that is written to Slack. */
  readonly redactor?: Pick<Redactor, 'text' | 'value'>
  readonly limits?: Partial<OutboxLimits>
  /** For proxies and tests; default: the global one. */
  readonly fetch?: FetchFunction
  /**
   * What is done after a post without an answer: `history` looks for it in the channel (scopes `channels:history`, `groups:history`,
   * `im:history`), and only then posts it again; with `off`, thread posts and finals are never repeated and end as `unknown`, and the
   * first message of a run is posted once more, since nothing of it would be seen otherwise: its thread says that there may be two.
   */
  readonly duplicateCheck: 'history' | 'off'
}

const ignore = () => {}
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const UNREDACTED: Pick<Redactor, 'text' | 'value'> = { text: (text) => text, value: (value) => value }
const DAY_MS = 24 * 3_600_000

/**
 * The one place that writes to Slack: within its limits by design, newest state first, each post once.
 *
 * @example
 * const outbox = createOutbox({ token, store, duplicateCheck: 'history' })
 * await outbox.start()
 * const root = await outbox.post({ key: `run/${id}`, channel, content, priority: 'step' })
 * if (root.ok) void outbox.edit(root, content, 'step')
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { clock: wall = systemClock, logger = SILENT, redactor = UNREDACTED } = options
  const clock = steadyClock(wall)
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const clients = createSlackClients({ ...options, logger, redactor })
  const documents = options.store.documents('slack-outbox')
  const budgets = createBudgets(limits)
  const plainness = createPlainness({ documents, clock: wall, logger })
  const kept = createKeptPosts(documents, wall, logger)
  const stopping = new AbortController()

  const wire = createWire({ client: clients.background, redactor, logger, parking: () => parking })
  const parking = createParking({
    clock,
    logger,
    probe: () => wire.call('auth.test', {}),
    onResume: () => schedule.wake(),
  })
  const schedule = createSchedule({ clock, logger, isHeld: () => parking.revoked !== undefined })
  const edits = createEdits({ ...limits, clock, schedule, budget: budgets.edits, wire, redactor, plainness, logger })
  const homes = createHomes({ ...limits, clock, schedule, budget: budgets.homes, wire, redactor, logger })
  const putBytes = createPutBytes({ ...options, logger, redactor })
  const { duplicateCheck } = options
  const desk = createDesk({ clock, wall, logger, redactor, wire, budgets, plainness, kept, duplicateCheck, putBytes })
  const posts = createPosts({
    clock,
    logger,
    schedule,
    kept,
    stopping: stopping.signal,
    budgetsFor: ({ step, channel, isFile }) => {
      if (step === 'look') return duplicateCheck === 'off' ? [] : [budgets.lookups]
      return isFile ? [budgets.files, ...budgets.ofPost(channel)] : budgets.ofPost(channel)
    },
    attempt: (item) => {
      if (item.step === 'look') return attemptLook(desk, item)
      const { post, file } = item.kept
      return file === undefined ? attemptPost(desk, item, post!) : attemptFile(desk, item, file)
    },
  })
  const now = createInteractive({
    client: clients.interactive,
    clock,
    logger,
    redactor,
    budgets,
    parking,
    onLimited: () => (wire.counts.rateLimited += 1),
  })

  const waiting = () => [...edits.waiting(), ...posts.waiting()]
  const ended = (): Delivery =>
    parking.revoked === undefined
      ? { ok: false, because: 'stopped', detail: 'The outbox has stopped' }
      : { ok: false, because: 'revoked', detail: parking.revoked }
  const isStopped = () => stopping.signal.aborted
  let stopped: Promise<void> | undefined

  const stop = async (): Promise<void> => {
    stopping.abort()
    parking.stop()
    await schedule.stop()
    await posts.kept()
    await sweeping
    edits.end(ended())
    posts.end(ended())
  }
  /** Once a day, when something is posted: no timer runs for it. */
  let sweeping: Promise<void> | undefined
  let sweptAt = Number.NEGATIVE_INFINITY
  const sweepDaily = (): void => {
    if (clock.now() - sweptAt < DAY_MS) return
    sweptAt = clock.now()
    sweeping = kept.sweep(limits.keepSentDays * DAY_MS).catch((error: unknown) => {
      logger.warn({ err: error }, 'Could not forget posts of long ago')
    })
  }

  return {
    async start() {
      await plainness.load()
      await posts.resume()
      sweepDaily()
    },
    async post(post) {
      if (isStopped()) return ended()
      sweepDaily()
      return posts.put({ post: { ...post, content: fitForSlack(post.content, redactor) } })
    },
    async edit(message, content, priority) {
      return isStopped() ? ended() : edits.edit(message, content, priority)
    },
    async upload(file) {
      if (isStopped()) return ended()
      return posts.put({ file: { ...file, content: fitFile(file.content, redactor) } })
    },
    publishHome(user, view) {
      if (!isStopped()) homes.publish(user, view)
    },
    async now(method, args) {
      if (!isStopped()) return now(method, args)
      throw new HwError({
        code: 'slack.stopped',
        kind: 'cancelled',
        message: `The bot is stopping: ${method} was not called`,
        hint: 'Try again when it is back.',
        context: { method },
      })
    },
    stats: () => statsOf(waiting(), clock.now(), wire.counts, parking.revoked),
    drain: (withinMs) => drained(() => [...edits.unfinished(), ...posts.waiting()], withinMs),
    stop: () => (stopped ??= stop()),
  }
}
