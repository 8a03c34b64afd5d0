import { isDeepStrictEqual } from 'node:util'
import type { AuditEntry, JournalEntry } from '../../../src/workflow/events.ts'
import type { WorkflowRecord } from '../../../src/workflow/record.ts'
import {
  hasEnded,
  STEP_TRANSITIONS,
  type StepStatus,
  TRANSITIONS,
  type WorkflowStatus,
} from '../../../src/workflow/status.ts'
import type { Machines } from './devices.ts'
import { approvalProblems } from './approvals.ts'
import { endProblems } from './ends.ts'
import type { Life } from './tickets.ts'

/** What the journal alone tells of a run. */
interface Told {
  seq: number
  percent: number
  status: WorkflowStatus | null
  readonly steps: Map<string, StepStatus>
  held: boolean
  /** The step that was under way when the hold was written. */
  heldAt: ReadonlySet<string>
}

interface Sent {
  readonly life: Life
  readonly run: string
  readonly resource: string
  readonly step: string
  readonly call: string
}

/** Watches every write and every call, and says what must never be. */
export class Monitor {
  readonly violations: string[] = []
  readonly records = new Map<string, WorkflowRecord>()
  readonly audit: Omit<AuditEntry, 'v'>[] = []
  readonly #told = new Map<string, Told>()
  readonly #machines: Machines
  /** Runs at work, of the living process. */
  readonly #working = new Map<string, number>()
  #workingLife: Life | undefined
  limit = 1
  /** Steps under way, by run, when the pause was answered; undefined while there is none. */
  paused: ReadonlyMap<string, ReadonlySet<string>> | undefined
  /** Critical sections (`run/step`) open when the switch was answered; undefined while hardware may be touched. */
  hardwareOff: ReadonlySet<string> | undefined
  readonly #effects = new Map<string, number>()
  /** Of the blind call, by the first run of a chain of retries: how often it may be sent, and was. */
  readonly #shots = new Map<string, { allowed: number; sent: number }>()

  constructor(machines: Machines) {
    this.#machines = machines
  }

  // ── what is written ──

  onSave(record: WorkflowRecord, events: readonly JournalEntry[]): void {
    const before = this.records.get(record.id)
    if (before !== undefined && hasEnded(before.status)) this.#never(record.id, 'is written after its end')
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(record)), record)) this.#never(record.id, 'does not survive JSON')
    if (before !== undefined && record.percent < before.percent)
      this.#never(record.id, `falls from ${before.percent} to ${record.percent} %`)
    for (const other of this.records.values())
      if (
        other.id !== record.id &&
        other.resource === record.resource &&
        !hasEnded(other.status) &&
        !hasEnded(record.status)
      )
        this.#never(record.id, `holds ${record.resource} beside ${other.id}`)
    this.records.set(record.id, record)
    for (const what of approvalProblems(before, record, events)) this.#never(record.id, what)
    for (const event of events) this.#hear(event)
    const told = this.#toldOf(record.id)
    if (told.status !== record.status) this.#never(record.id, `is ${record.status}, its events say ${told.status}`)
    for (const { id, status } of record.steps)
      if ((told.steps.get(id) ?? 'pending') !== status)
        this.#never(record.id, `has ${id} ${status}, its events say ${told.steps.get(id)}`)
    if (told.held !== (record.hold !== undefined)) this.#never(record.id, 'and its events differ about the hold')
    const last = events.findLast(({ type }) => !isProgress(type))
    if (last !== undefined && record.seq < last.seq)
      this.#never(record.id, `has seq ${record.seq} below its ${last.type}`)
    if (!hasEnded(record.status)) return
    const machine = this.#machines.at(record.resource)
    for (const what of endProblems(record, machine, this.#machines.spoilt.has(record.resource)))
      this.#never(record.id, what)
  }

  onAppend(entries: readonly (JournalEntry | AuditEntry)[]): void {
    for (const entry of entries) {
      if (entry.type === 'audit') this.audit.push(entry)
      else this.#hear(entry)
    }
  }

  #hear(event: JournalEntry): void {
    const { workflowId: run } = event
    const told = this.#toldOf(run)
    if (event.seq <= told.seq) this.#never(run, `uses seq ${event.seq} after ${told.seq}`)
    if (event.percent < told.percent)
      this.#never(run, `falls from ${told.percent} to ${event.percent} % in ${event.type}`)
    if (
      event.percent === 100 &&
      told.status !== 'COMPLETED' &&
      !(event.type === 'workflow.status' && event.to === 'COMPLETED')
    )
      this.#never(run, `says 100 % in ${event.type}`)
    told.seq = event.seq
    told.percent = event.percent
    if (event.type === 'workflow.status') {
      const legal = event.from === null ? event.to === 'PENDING' : TRANSITIONS[event.from].includes(event.to)
      if (event.from !== told.status || !legal)
        this.#never(run, `goes from ${told.status} by ${event.from} → ${event.to}`)
      told.status = event.to
    }
    if (event.type === 'step.status') this.#stepHeard(run, told, event)
    if (event.type === 'workflow.held') {
      told.held = true
      told.heldAt = running(told)
    }
    if (event.type === 'workflow.released') told.held = false
    if (event.type === 'step.undo' && event.step === 'shot' && event.status === 'completed')
      this.#shotsOf(run).allowed += 1
    if (event.type === 'workflow.warning' && event.warning.code === 'workflow.done-again')
      this.#shotsOf(run).allowed += 1
  }

  #stepHeard(run: string, told: Told, { step, from, to }: JournalEntry & { type: 'step.status' }): void {
    const was = told.steps.get(step) ?? 'pending'
    if (from !== was || !STEP_TRANSITIONS[from].includes(to))
      this.#never(run, `${step} goes from ${was} by ${from} → ${to}`)
    told.steps.set(step, to)
    if (to !== 'running') return
    if (told.held && !told.heldAt.has(step)) this.#never(run, `begins ${step} though it is held`)
    const underWay = this.paused?.get(run)
    if (underWay !== undefined && !underWay.has(step)) this.#never(run, `begins ${step} though all runs are paused`)
  }

  // ── what is sent ──

  onSend({ life, run, step, call }: Sent): void {
    if (!life.alive) this.#never(run, `sends ${call} after its process died`)
    const record = this.records.get(run)
    if (record === undefined || hasEnded(record.status)) return this.#never(run, `sends ${call}, and is not going on`)
    if (this.hardwareOff !== undefined && !this.hardwareOff.has(`${run}/${step}`))
      this.#never(run, `sends ${call} while hardware must not be touched`)
    const intents =
      step === 'settle' ? (record.settleIntents ?? []) : (record.steps.find(({ id }) => id === step)?.intents ?? [])
    if (!intents.some(({ sent, state }) => sent > 0 && state === 'intended'))
      this.#never(run, `sends ${call} without an intent`)
    if (call === 'shot') {
      const shots = this.#shotsOf(run)
      shots.sent += 1
      if (shots.sent > shots.allowed)
        this.#never(run, `sends the blind call ${shots.sent} times, ${shots.allowed} are allowed`)
    }
  }

  onRefused({ run, call }: { run: string; call: string }): void {
    if (call === 'shot') this.#shotsOf(run).allowed += 1
  }

  onEffect({ run, call }: { run: string; resource: string; call: string }): void {
    const times = (this.#effects.get(`${run}/${call}`) ?? 0) + 1
    this.#effects.set(`${run}/${call}`, times)
    if (call === 'mark' && times > 1) this.#never(run, 'repeats the marked call that had happened')
  }

  onWork(life: Life, run: string, by: 1 | -1): void {
    if (this.#workingLife !== life && !life.alive) return
    if (this.#workingLife !== life) this.#working.clear()
    this.#workingLife = life
    const now = (this.#working.get(run) ?? 0) + by
    if (now <= 0) this.#working.delete(run)
    else this.#working.set(run, now)
    const atWork = [...this.#working.keys()].filter((id) => this.records.get(id)?.cancel === undefined)
    if (by === 1 && atWork.length > this.limit) this.#never(run, `is at work beside ${this.limit} others`)
  }

  /** The operator has said that it did not happen. */
  mayShoot(run: string, more: 1 | -1): void {
    this.#shotsOf(run).allowed += more
  }

  /** Critical sections on record. */
  get critical(): ReadonlySet<string> {
    return new Set(
      [...this.records.values()].flatMap(({ id, steps }) =>
        steps.filter(({ critical }) => critical !== undefined).map((step) => `${id}/${step.id}`),
      ),
    )
  }

  #shotsOf(run: string): { allowed: number; sent: number } {
    const of = this.records.get(run)?.retryOf
    if (of !== undefined) return this.#shotsOf(of)
    const shots = this.#shots.get(run) ?? { allowed: 1, sent: 0 }
    this.#shots.set(run, shots)
    return shots
  }

  #toldOf(run: string): Told {
    const told = this.#told.get(run) ?? {
      seq: 0,
      percent: 0,
      status: null,
      steps: new Map(),
      held: false,
      heldAt: new Set(),
    }
    this.#told.set(run, told)
    return told
  }

  #never(run: string, what: string): void {
    this.violations.push(`${this.records.get(run)?.resource ?? '?'} ${run.slice(-6)} ${what}`)
  }
}

/** Lines of the journal beyond the document's seq that are not lost with it. */
function isProgress(type: string): boolean {
  return type.startsWith('subtask.') || type === 'workflow.warning'
}

function running({ steps }: Told): ReadonlySet<string> {
  return new Set([...steps].filter(([, status]) => status === 'running').map(([id]) => id))
}
