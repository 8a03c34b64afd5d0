import { type Clock, systemClock, timestamp } from '../clock.ts'
import { type Logger, silentLogger } from '../logger.ts'
import { Redactor } from '../redaction.ts'
import { bounded } from './attempt.ts'
import { Detached, LeaseLost } from './cancellation.ts'
import type { RunnableWorkflow, WorkflowDefinition } from './definition.ts'
import { inWords, toMs } from './duration.ts'
import { Emitter, type Listener } from './emitter.ts'
import type { WorkflowEvent } from './events.ts'
import { fingerprint } from './fingerprint.ts'
import { newRecord } from './new-record.ts'
import type { RecordPage, RecordQuery, WorkflowStore } from './ports.ts'
import { redactedLogger } from './redacted-logger.ts'
import { Run } from './run.ts'
import { liveHandle, type RunHandle, storedHandle } from './run-handle.ts'
import { Slots } from './slots.ts'
import { definitionConflict, idempotencyMismatch, managerClosed, resourceBusy } from './start-refusals.ts'
import { hasEnded } from './status.ts'
import type { Duration } from './step.ts'
import { Turns } from './turns.ts'

const DEFAULT_CONCURRENCY = 10
const DEFAULT_CLOSE_GRACE = '30s'

export interface ManagerOptions {
  readonly store: WorkflowStore
  /** Default: the wall clock. */
  readonly clock?: Clock
  /** Default: silent. */
  readonly logger?: Logger
  /** Knows the secrets that must not appear in records, events, errors and logs. */
  readonly redactor?: Redactor
  /** Runs at a time; the others wait, PENDING. Default 10. */
  readonly concurrency?: number
  /** Wall time that aborted work has to stop, and that `close` waits by default. Default 30 s. */
  readonly closeGrace?: Duration
}

export interface StartOptions {
  /** Who wants it, for people and for the fair queue. Default `anonymous`. */
  readonly requestedBy?: string
  /** The door it comes through. Default `api`. */
  readonly via?: string
  /** A second start with the same key is the first run, whatever has become of it. */
  readonly idempotencyKey?: string
  /** Gives up resolving the request. A run that was started is not touched by it. */
  readonly signal?: AbortSignal
}

export interface CloseOptions {
  /**
   * `detach` (default): runs stop sending and stay as they are in the store, to be resumed. `cancel`: runs are cancelled, with undo.
   * `drain`: runs, waiting ones too, go on to their end.
   */
  readonly mode?: 'detach' | 'cancel' | 'drain'
  /** Wall time; what is not over then is detached. Default `closeGrace`. */
  readonly within?: Duration
}

/**
 * Starts runs, keeps at most one active per resource and a bounded number in all, and knows them afterwards.
 *
 * Unfinished runs that the store holds from an earlier process are listed as they are: nothing works on them here and they hold
 * no resource, until they are resumed.
 *
 * @example
 * await using manager = new WorkflowManager({ store })
 * const run = await manager.start(workflow, { requestedBy: 'ada', idempotencyKey: 'ticket-42' })
 * const end = await run.outcome()
 */
export class WorkflowManager {
  readonly #store: WorkflowStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #redactor: Redactor
  readonly #slots: Slots
  readonly #graceMs: number
  readonly #events: Emitter<WorkflowEvent>
  readonly #definitions = new Map<string, WorkflowDefinition<any>>()
  /** Runs of this process that are not over, by id. */
  readonly #active = new Map<string, ActiveRun>()
  readonly #keyed = new Turns()
  #opened: Promise<void> | undefined
  #closed: Promise<void> | undefined

  constructor(options: ManagerOptions) {
    this.#store = options.store
    this.#clock = options.clock ?? systemClock
    this.#redactor = options.redactor ?? new Redactor()
    this.#logger = redactedLogger(options.logger ?? silentLogger, this.#redactor)
    this.#slots = new Slots(options.concurrency ?? DEFAULT_CONCURRENCY)
    this.#graceMs = toMs(options.closeGrace ?? DEFAULT_CLOSE_GRACE)
    this.#events = new Emitter(this.#logger)
  }

  /** Opens the store. `start`, `get` and `list` do it where it has not been done. */
  open(): Promise<void> {
    this.#opened ??= this.#store.open()
    return this.#opened
  }

  /**
   * Makes a definition known, so that runs of it can be told from unknown ones. `start` does it.
   * @throws HwError `workflow.definition-conflict` if another definition has its name and version
   */
  register(definition: WorkflowDefinition<any>): void {
    const name = `${definition.name}@${definition.version}`
    const known = this.#definitions.get(name)
    if (known !== undefined && stepIds(known) !== stepIds(definition)) throw definitionConflict(name)
    this.#definitions.set(name, known ?? definition)
  }

  /**
   * Starts a run in the background. The same `idempotencyKey`, or an identical request while its run is active, gives the handle of
   * the first run.
   * @throws HwError `workflow.resource-busy` if a different run holds the resource, `workflow.idempotency-mismatch` if the key
   * belongs to a different request, `workflow.manager-closed`, and whatever `resolve` of the workflow refuses with
   */
  async start<Request>(workflow: RunnableWorkflow<Request>, options: StartOptions = {}): Promise<RunHandle> {
    this.#refuseIfClosed()
    this.register(workflow.definition)
    await this.open()
    // starts with one key go one after the other: the second finds the first, whatever became of it
    return this.#keyed.run(options.idempotencyKey, () => this.#start(workflow, options))
  }

  async #start<Request>(workflow: RunnableWorkflow<Request>, options: StartOptions): Promise<RunHandle> {
    const asked = fingerprint(workflow.definition.name, workflow.request)
    const key = options.idempotencyKey
    const first = await this.#byKey(key, asked)
    if (first !== undefined && first.isSame) return first.handle()

    const resolved = await workflow.resolve(options.signal ?? new AbortController().signal)
    const meant = fingerprint(workflow.definition.name, [resolved.resource, resolved.request])
    if (first !== undefined) return this.#sameOrRefuse(first, meant, key!)

    await this.#untilLetGo(resolved.resource)
    // From here to the entry in #active nothing is awaited: two starts at once cannot both find the place free.
    this.#refuseIfClosed()
    const holder = this.#holderOf(resolved.resource)
    if (holder !== undefined && holder.meant !== meant) throw resourceBusy(holder.run.record)
    if (holder !== undefined) return this.#handleOf(holder)
    const record = newRecord(workflow.definition, resolved, {
      ...options,
      fingerprint: asked,
      at: timestamp(this.#clock),
    })
    const run = new Run(workflow, resolved.request, record, {
      store: this.#store,
      clock: this.#clock,
      logger: this.#logger,
      redactor: this.#redactor,
      slots: this.#slots,
      graceMs: this.#graceMs,
      emit: (event) => this.#events.emit(event),
    })
    const active: ActiveRun = { run, meant, asked, key, created: run.create() }
    this.#active.set(run.id, active)
    // the run's own `finished` is resolved after this, so that whoever waited for it finds the resource free
    run.onFinished(() => this.#active.delete(run.id))
    try {
      await active.created
    } catch (error) {
      run.abandon(error)
      throw error
    }
    run.start()
    return liveHandle(run, this.#store)
  }

  /** The run with this id, running here or in the store; undefined if there is none. */
  async get(id: string): Promise<RunHandle | undefined> {
    await this.open()
    const active = this.#active.get(id)
    if (active !== undefined) return liveHandle(active.run, this.#store)
    const record = await this.#store.load(id)
    return record === undefined ? undefined : storedHandle(record, this.#store)
  }

  /** Runs, newest first, a page at a time. */
  async list(query: RecordQuery = {}): Promise<RecordPage> {
    await this.open()
    return this.#store.list(query)
  }

  /** Hears of every event of every run of this process, after it is in the journal. Returns the function that ends it. */
  onEvent(listener: Listener<WorkflowEvent>): () => void {
    return this.#events.on(listener)
  }

  /** Whether this process works on the run, or will when its turn comes. False for one that was detached, crashed or is over. */
  isWorkingOn(id: string): boolean {
    return this.#active.has(id)
  }

  /** How many runs of this process are not over. */
  get activeRuns(): number {
    return this.#active.size
  }

  /**
   * Takes no new runs, lets go of those there are (see `CloseOptions`), and closes the store. Afterwards no timer and no listener
   * of ours is left. Later calls give the first one's promise.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.#closed ??= this.#close(options)
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close({ mode = 'detach', within }: CloseOptions): Promise<void> {
    const withinMs = within === undefined ? this.#graceMs : toMs(within)
    const runs = () => [...this.#active.values()].map(({ run }) => run)
    try {
      await this.#opened
      if (mode === 'cancel')
        await Promise.allSettled(runs().map((run) => run.cancel('system', 'the manager was closed')))
      if (mode === 'detach') for (const run of runs()) run.leave(new Detached())
      if (await this.#over(runs(), withinMs)) return
      for (const run of runs()) run.leave(new Detached(), true)
      if (await this.#over(runs(), this.#graceMs)) return
      this.#logger.error({ runs: runs().map((run) => run.id) }, 'runs that would not stop were left behind')
      // whatever they still do, they write nothing any more
      for (const run of runs()) run.leave(new LeaseLost('the manager was closed'))
    } finally {
      if (this.#opened !== undefined) await this.#store.close()
      this.#events.clear()
    }
  }

  async #over(runs: readonly Run[], ms: number): Promise<boolean> {
    const all = Promise.all(runs.map((run) => run.finished))
    const late = new Error(`not over within ${inWords(ms)}`)
    return bounded(all, ms, () => late).then(
      () => true,
      () => false,
    )
  }

  /** The run that was started with this key, here or earlier. */
  async #byKey(key: string | undefined, asked: string): Promise<First | undefined> {
    if (key === undefined) return undefined
    const active = [...this.#active.values()].find((candidate) => candidate.key === key)
    if (active !== undefined)
      return {
        id: active.run.id,
        isSame: active.asked === asked,
        meant: active.meant,
        handle: () => this.#handleOf(active),
      }
    const record = await this.#store.findByIdempotencyKey(key)
    if (record === undefined) return undefined
    return {
      id: record.id,
      isSame: record.fingerprint === asked,
      meant: fingerprint(record.definition.name, [record.resource, record.request]),
      handle: async () => storedHandle(record, this.#store),
    }
  }

  async #handleOf({ run, created }: ActiveRun): Promise<RunHandle> {
    await created
    return liveHandle(run, this.#store)
  }

  #sameOrRefuse(first: First, meant: string, key: string): Promise<RunHandle> {
    if (first.meant !== meant) throw idempotencyMismatch(key, first.id)
    return first.handle()
  }

  /** A run that has ended still closes what it used: its resource is free when that is done. */
  async #untilLetGo(resource: string): Promise<void> {
    for (;;) {
      const holder = this.#holderOf(resource)
      if (holder === undefined || !hasEnded(holder.run.record.status)) return
      await holder.run.finished
    }
  }

  #holderOf(resource: string): ActiveRun | undefined {
    return [...this.#active.values()].find((active) => active.run.resource === resource)
  }

  #refuseIfClosed(): void {
    if (this.#closed === undefined) return
    throw managerClosed()
  }
}

/** A run of this process, and what tells whether another start means the same. */
interface ActiveRun {
  readonly run: Run
  /** Fingerprint of the resolved request. */
  readonly meant: string
  /** Fingerprint of the request as it was handed in. */
  readonly asked: string
  readonly key: string | undefined
  readonly created: Promise<void>
}

/** The run that an idempotency key stands for. */
interface First {
  readonly id: string
  readonly isSame: boolean
  readonly meant: string
  readonly handle: () => Promise<RunHandle>
}

function stepIds(definition: WorkflowDefinition<any>): string {
  return definition.steps.map((step) => step.id).join(' ')
}
