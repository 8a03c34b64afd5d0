import { timestamp } from '../clock.ts'
import type { ActiveRun, ActiveRuns } from './active-runs.ts'
import type { RunnableWorkflow } from './definition.ts'
import { fingerprint } from './fingerprint.ts'
import type { StartOptions } from './manager-options.ts'
import { keysOf } from './idempotency-keys.ts'
import { newRecord } from './new-record.ts'
import type { WorkflowRecord } from './record.ts'
import type { Registry } from './registry.ts'
import { retryRecord } from './retry-record.ts'
import { Run, type RunDeps, type Workable } from './run.ts'
import { type RunHandle, storedHandle } from './run-handle.ts'
import { idempotencyMismatch, resourceBusy } from './start-refusals.ts'
import { hasEnded } from './status.ts'
import { Turns } from './turns.ts'
import { noSuchRun, notEnded, type RetryWish, superseded, unknownToUs, wishRecord } from './wishes.ts'

export interface StartingDeps {
  readonly runs: RunDeps
  readonly active: ActiveRuns
  readonly registry: Registry
  /** Throws where no run may begin now. */
  readonly refuseNew: () => void
  readonly handleOf: (run: Run) => RunHandle
}

/** Begins runs, new ones and retries, so that a request is one run however often it is made, and a resource has one run at a time. */
export class Starting {
  readonly #deps: StartingDeps
  /** Requests with one key go one after the other: the second finds the first, whatever became of it. */
  readonly #turns = new Turns()

  constructor(deps: StartingDeps) {
    this.#deps = deps
  }

  /** See `WorkflowManager.start`. `onResolved` hears what the run would hold, also where it is refused then. */
  start<Request>(
    workflow: RunnableWorkflow<Request>,
    options: StartOptions,
    onResolved: (resource: string) => void = () => {},
  ): Promise<RunHandle> {
    return this.#turns.run(options.idempotencyKey, () => this.#start(workflow, options, onResolved))
  }

  /** See `WorkflowManager.retry`. */
  retry(id: string, wish: RetryWish): Promise<RunHandle> {
    return this.#turns.run(wish.idempotencyKey ?? `retry of ${id}`, () => this.#retry(id, wish))
  }

  async #start<Request>(
    workflow: RunnableWorkflow<Request>,
    options: StartOptions,
    onResolved: (resource: string) => void,
  ): Promise<RunHandle> {
    const { active, runs, refuseNew } = this.#deps
    const asked = fingerprint(workflow.definition.name, workflow.request)
    const key = options.idempotencyKey
    const first = await this.#byKey(key, asked)
    if (first !== undefined && first.isSame) return first.handle()

    const resolved = await workflow.resolve(options.signal ?? new AbortController().signal)
    onResolved(resolved.resource)
    const meant = fingerprint(workflow.definition.name, [resolved.resource, resolved.request])
    if (first !== undefined) return handleIf(first.meant === meant, first, key!)

    await active.untilLetGo(resolved.resource)
    // From here to the entry among the active ones nothing is awaited: two starts at once cannot both find the place free.
    const holder = active.holderOf(resolved.resource)
    if (holder !== undefined && holder.meant !== meant) throw resourceBusy(holder.run.record)
    if (holder !== undefined) return this.#joined(holder, key)
    refuseNew()
    const record = newRecord(workflow.definition, resolved, {
      ...options,
      limits: limitsOf(workflow),
      fingerprint: asked,
      at: timestamp(runs.clock),
    })
    const workable: Workable = {
      definition: workflow.definition,
      request: resolved.request,
      capabilities: (view) => workflow.capabilities(view),
    }
    return this.#begin(record, workable, { meant, asked, key })
  }

  async #retry(id: string, wish: RetryWish): Promise<RunHandle> {
    const { active, runs, registry, refuseNew } = this.#deps
    const key = wish.idempotencyKey
    const asked = fingerprint('retry', [id, wish.assume ?? null, wish.skip ?? []])
    const first = await this.#byKey(key, asked)
    if (first !== undefined) return handleIf(first.record.retryOf === id, first, key!)
    const again = active.find(({ run }) => run.record.retryOf === id)
    if (again !== undefined) return this.#joined(again, key)

    const of = await this.#ended(id)
    await active.untilLetGo(of.resource)
    const newest = (await runs.store.list({ resource: of.resource, limit: 1 })).records[0]
    const holder = active.holderOf(of.resource)
    if (holder?.run.record.retryOf === id) return this.#joined(holder, key)
    if (holder !== undefined) throw resourceBusy(holder.run.record)
    if (newest !== undefined && newest.id > of.id) throw superseded(of, newest)
    refuseNew()
    const workable = registry.workable(of)
    if ('misfit' in workable) unknownToUs(of)
    const record = retryRecord(of, workable.definition, { ...wish, asked: wishRecord(wish, runs.clock) })
    const meant = fingerprint(of.definition.name, [of.resource, of.request])
    return this.#begin(record, workable, { meant, asked: of.fingerprint ?? asked, key })
  }

  /** A run that can be retried. */
  async #ended(id: string): Promise<WorkflowRecord> {
    const running = this.#deps.active.get(id)?.run
    if (running !== undefined && !hasEnded(running.record.status)) throw notEnded(running.record)
    await running?.finished
    const of = await this.#deps.runs.store.load(id)
    if (of === undefined) throw noSuchRun(id)
    if (of.status !== 'FAILED' && of.status !== 'CANCELLED') throw notEnded(of)
    return of
  }

  async #begin(
    record: WorkflowRecord,
    workable: Workable,
    identity: Omit<ActiveRun, 'run' | 'created'>,
  ): Promise<RunHandle> {
    const run = new Run(record, this.#deps.runs, workable)
    const created = run.create()
    this.#deps.active.keep({ run, ...identity, created })
    try {
      await created
    } catch (error) {
      run.abandon(error)
      throw error
    }
    run.start()
    return this.#deps.handleOf(run)
  }

  /** The run that was started with this key, here or earlier. */
  async #byKey(key: string | undefined, asked: string): Promise<First | undefined> {
    if (key === undefined) return undefined
    const { active, runs } = this.#deps
    const known = active.find((candidate) => candidate.key === key || keysOf(candidate.run.record).includes(key))
    if (known !== undefined)
      return {
        record: known.run.record,
        isSame: known.asked === asked,
        meant: known.meant,
        handle: () => this.#handleOf(known),
      }
    const record = await runs.store.findByIdempotencyKey(key)
    if (record === undefined) return undefined
    return {
      record,
      isSame: record.fingerprint === asked,
      meant: fingerprint(record.definition.name, [record.resource, record.request]),
      handle: async () => storedHandle(record, runs.store),
    }
  }

  /** The run that is under way already, which the key stands for as well from now on. */
  async #joined(known: ActiveRun, key: string | undefined): Promise<RunHandle> {
    if (key !== undefined && !hasEnded(known.run.record.status)) await known.run.answerTo(key)
    return this.#handleOf(known)
  }

  async #handleOf({ run, created }: ActiveRun): Promise<RunHandle> {
    await created
    return this.#deps.handleOf(run)
  }
}

/** The run that an idempotency key stands for. */
interface First {
  readonly record: WorkflowRecord
  readonly isSame: boolean
  readonly meant: string
  readonly handle: () => Promise<RunHandle>
}

function handleIf(isSame: boolean, first: First, key: string): Promise<RunHandle> {
  if (!isSame) throw idempotencyMismatch(key, first.record.id)
  return first.handle()
}

function limitsOf({ timeout, retryCount }: RunnableWorkflow<any>): NonNullable<WorkflowRecord['limits']> {
  return { ...(timeout === undefined ? {} : { timeout }), ...(retryCount === undefined ? {} : { retryCount }) }
}
