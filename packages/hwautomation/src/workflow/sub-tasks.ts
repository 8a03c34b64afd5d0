import { type Clock, timestamp } from '../clock.ts'
import { HwError } from '../errors.ts'
import type { Redactor } from '../redaction.ts'
import { CancelRequested, leavesTheRun } from './cancellation.ts'
import type { SubTask } from './context.ts'
import type { SubTaskRecord } from './record.ts'
import { type RecordKeeper, withStep } from './record-keeper.ts'
import { shortLine } from './shorten.ts'

/** The document keeps the last of them; the journal has all. */
const KEPT = 200

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Running = Mutable<SubTaskRecord>

/** The sub-tasks of one step (or of the settling, which has no step record), over all its attempts. */
export class SubTasks {
  readonly #keeper: RecordKeeper
  readonly #clock: Clock
  readonly #redactor: Redactor
  readonly #step: string
  #tasks: Running[]
  #reported: Running | undefined

  constructor(keeper: RecordKeeper, clock: Clock, redactor: Redactor, step: string) {
    this.#keeper = keeper
    this.#clock = clock
    this.#redactor = redactor
    this.#step = step
    this.#tasks = [...(keeper.record.steps.find(({ id }) => id === step)?.subTasks ?? [])]
  }

  /** Runs `work` as a sub-task; it ends as `work` does. */
  async during<T>(name: string, signal: AbortSignal, work: (task: SubTask) => Promise<T>): Promise<T> {
    const task = this.#start(name)
    try {
      const result = await work({
        detail: (line) => this.#progress(task, { detail: shortLine(this.#redactor, line) }),
        percent: (percent) => this.#progress(task, { percent: Math.min(100, Math.max(0, Math.round(percent))) }),
      })
      this.#end(task, 'completed')
      return result
    } catch (error) {
      this.#end(task, howItEnds(signal), error)
      throw error
    }
  }

  /** Starts one that lasts until the next `report` or `endReported`. */
  report(name: string): void {
    this.endReported('completed')
    this.#reported = this.#start(name)
  }

  endReported(status: Exclude<SubTaskRecord['status'], 'running'>): void {
    const task = this.#reported
    this.#reported = undefined
    if (task !== undefined) this.#end(task, status)
  }

  #start(name: string): Running {
    const task: Running = {
      name: shortLine(this.#redactor, name),
      startedAt: timestamp(this.#clock),
      status: 'running',
    }
    this.#tasks = [...this.#tasks, task].slice(-KEPT)
    this.#note({ type: 'subtask.started', step: this.#step, name: task.name })
    return task
  }

  #progress(task: Running, news: { detail?: string; percent?: number }): void {
    if (task.status !== 'running' || Object.entries(news).every(([key, value]) => task[key as 'detail'] === value))
      return
    Object.assign(task, news)
    this.#note(
      {
        type: 'subtask.progress',
        step: this.#step,
        name: task.name,
        ...(task.detail === undefined ? {} : { detail: task.detail }),
        ...(task.percent === undefined ? {} : { subTaskPercent: task.percent }),
      },
      `${this.#step}/${task.name}/${task.startedAt}`,
    )
  }

  #end(task: Running, status: Exclude<SubTaskRecord['status'], 'running'>, error?: unknown): void {
    if (task.status !== 'running') return
    task.status = status
    task.endedAt = timestamp(this.#clock)
    if (status === 'completed' && task.percent !== undefined) task.percent = 100
    if (status === 'failed' && error instanceof Error) task.detail = shortLine(this.#redactor, error.message)
    this.#note({
      type: 'subtask.ended',
      step: this.#step,
      name: task.name,
      status,
      ...(task.detail === undefined ? {} : { detail: task.detail }),
    })
  }

  #note(event: Parameters<RecordKeeper['note']>[1], replaces?: string): void {
    const subTasks = this.#tasks.map((task) => ({ ...task }))
    this.#keeper.note((record) => withStep(record, this.#step, (step) => ({ ...step, subTasks })), event, replaces)
  }
}

/** How work that did not complete under this signal ends: a time-out is a failure, a wish or a closing manager is none. */
export function howItEnds(signal: AbortSignal): 'cancelled' | 'failed' {
  const reason: unknown = signal.reason
  return signal.aborted && (reason instanceof CancelRequested || leavesTheRun(reason)) ? 'cancelled' : 'failed'
}

/** Said to work that goes on after its step has ended. */
export function contextClosed(what: string): HwError {
  return new HwError({
    code: 'workflow.context-closed',
    kind: 'internal',
    message: `${what} was used after its attempt had ended.`,
    hint: 'Await everything a step starts, and stop it when ctx.signal aborts.',
  })
}
