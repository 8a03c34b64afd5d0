import { type Clock, timestamp } from '../clock.ts'
import { HwError } from '../errors.ts'
import type { Redactor } from '../redaction.ts'
import { alarm } from './alarm.ts'
import { CancelRequested, leavesTheRun } from './cancellation.ts'
import type { SubTask } from './context.ts'
import { toMs } from './duration.ts'
import type { SubTaskRecord } from './record.ts'
import { type RecordKeeper, withStep } from './record-keeper.ts'
import { shortLine } from './shorten.ts'
import type { Duration } from './step.ts'

/** The document keeps the last of them; the journal has all. */
const KEPT = 200
/** How long a sub-task may say nothing new where it does not declare its silence: a reboot, a flash. */
const QUIET_FOR = '5m'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface Running extends Mutable<SubTaskRecord> {
  quietForMs: number
}

/** The sub-tasks of one step (or of the settling, which has no step record), over all its attempts. */
export class SubTasks {
  readonly #keeper: RecordKeeper
  readonly #clock: Clock
  readonly #redactor: Redactor
  readonly #step: string
  #tasks: SubTaskRecord[]
  #reported: Running | undefined
  /** Rings when a task has been silent for too long. */
  readonly #alarms = new Map<Running, Disposable>()

  constructor(keeper: RecordKeeper, clock: Clock, redactor: Redactor, step: string) {
    this.#keeper = keeper
    this.#clock = clock
    this.#redactor = redactor
    this.#step = step
    this.#tasks = [...(keeper.record.steps.find(({ id }) => id === step)?.subTasks ?? [])]
  }

  /** Runs `work` as a sub-task; it ends as `work` does. */
  async during<T>(
    name: string,
    signal: AbortSignal,
    work: (task: SubTask) => Promise<T>,
    quietFor?: Duration,
  ): Promise<T> {
    const task = this.#start(name, quietFor)
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

  #start(name: string, quietFor: Duration = QUIET_FOR): Running {
    const task: Running = {
      name: shortLine(this.#redactor, name),
      startedAt: timestamp(this.#clock),
      status: 'running',
      quietForMs: toMs(quietFor),
    }
    this.#tasks = [...this.#tasks, task].slice(-KEPT)
    this.#note({ type: 'subtask.started', step: this.#step, name: task.name })
    this.#listen(task)
    return task
  }

  /** Sounds once per silence: the next news arms it again. */
  #listen(task: Running): void {
    this.#alarms.get(task)?.[Symbol.dispose]()
    delete task.stalledSince
    this.#alarms.set(
      task,
      alarm(this.#clock, task.quietForMs, () => {
        task.stalledSince = timestamp(this.#clock)
        const { name, quietForMs } = task
        this.#note({ type: 'subtask.stalled', step: this.#step, name, silentMs: quietForMs, quietForMs })
      }),
    )
  }

  #progress(task: Running, news: { detail?: string; percent?: number }): void {
    if (task.status !== 'running' || Object.entries(news).every(([key, value]) => task[key as 'detail'] === value))
      return
    Object.assign(task, news)
    this.#listen(task)
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
    this.#alarms.get(task)?.[Symbol.dispose]()
    this.#alarms.delete(task)
    delete task.stalledSince
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
