import type {
  ErrorRecord,
  Evidence,
  Json,
  LeftBehind,
  SubTaskRecord,
  WaitingFor,
  WarningRecord,
  WishRecord,
} from './record.ts'
import type { StepStatus, WorkflowStatus } from './status.ts'

interface EventBase {
  readonly v: 1
  /** Opaque, store-wide: hand it back to go on after this event. */
  readonly cursor: string
  readonly workflowId: string
  /** What the run holds: the machine's system_id. */
  readonly resource: string
  /** Strictly rising per run, never reused; gaps are allowed. */
  readonly seq: number
  readonly at: string
  /** 0–100 over the whole run, never falling; 100 only at COMPLETED. */
  readonly percent: number
}

/** What happens in a run, by type. One JSON shape in code, journal and WebSocket. */
export type WorkflowEventBody =
  | {
      readonly type: 'workflow.created'
      readonly label: string
      readonly definition: string
      readonly requestedBy: string
      readonly via: string
      readonly retryOf?: string
    }
  | {
      readonly type: 'workflow.status'
      readonly from: WorkflowStatus | null
      readonly to: WorkflowStatus
      readonly error?: ErrorRecord
      readonly leftBehind?: readonly LeftBehind[]
    }
  | { readonly type: 'workflow.waiting'; readonly waitingFor: WaitingFor | null }
  /** It does not begin before a second person has approved it, `until` then at the latest. */
  | { readonly type: 'workflow.approval-required'; readonly reason: string; readonly until?: string }
  | ({ readonly type: 'workflow.approved' } & Omit<WishRecord, 'at'>)
  | ({ readonly type: 'workflow.cancel-requested' } & Omit<WishRecord, 'at'>)
  | ({ readonly type: 'workflow.held' | 'workflow.released' } & Omit<WishRecord, 'at'>)
  | ({ readonly type: 'workflow.skip-requested'; readonly step: string } & Omit<WishRecord, 'at'>)
  /** A later process goes on with it; `step` is the one it was in. */
  | { readonly type: 'workflow.resumed'; readonly step?: string; readonly outageMs: number }
  /** Nobody works on it until somebody resumes it. */
  | { readonly type: 'workflow.parked'; readonly reason: string }
  | { readonly type: 'workflow.warning'; readonly warning: WarningRecord }
  | { readonly type: 'workflow.settled'; readonly endState: string; readonly status: 'completed' | 'failed' }
  | {
      readonly type: 'step.status'
      readonly step: string
      readonly title: string
      readonly from: StepStatus
      readonly to: StepStatus
      readonly attempt: number
      readonly output?: Json
      readonly evidence?: readonly Evidence[]
      readonly error?: ErrorRecord
      readonly reason?: string
    }
  | {
      readonly type: 'step.retrying'
      readonly step: string
      readonly attempt: number
      readonly delayMs: number
      readonly error: ErrorRecord
    }
  | {
      readonly type: 'step.intent'
      readonly step: string
      readonly effect: string
      readonly key: string
      readonly sent: number
    }
  | {
      readonly type: 'step.undo'
      readonly step: string
      readonly status: 'running' | 'completed' | 'failed'
      readonly error?: ErrorRecord
    }
  | { readonly type: 'subtask.started'; readonly step: string; readonly name: string }
  /** It has said nothing new for longer than it may. Said once per silence. */
  | {
      readonly type: 'subtask.stalled'
      readonly step: string
      readonly name: string
      readonly silentMs: number
      readonly quietForMs: number
    }
  | {
      readonly type: 'subtask.progress'
      readonly step: string
      readonly name: string
      readonly detail?: string
      readonly subTaskPercent?: number
    }
  | {
      readonly type: 'subtask.ended'
      readonly step: string
      readonly name: string
      readonly status: SubTaskRecord['status']
      readonly detail?: string
    }

export type WorkflowEvent = EventBase & WorkflowEventBody

/** An event before a store has given it its cursor. */
export type JournalEntry = Omit<EventBase, 'cursor'> & WorkflowEventBody

/** What an operator asked for, whatever came of it. Kept in the journal beside the events. */
export interface AuditEntry {
  readonly v: 1
  readonly type: 'audit'
  readonly at: string
  /** `start`, `approve`, `cancel`, `retry`, `hold`, `release`, `skip`, `resume`, `pause`, `drain`, `proceed`, `hardware-off`, `hardware-on`, `export`, `restore-bios`, … */
  readonly action: string
  readonly by: string
  /** The door it came through: `api`, `cli`, `slack`, `rest`. */
  readonly via: string
  readonly reason?: string
  /** The run it is about, or that came of it. */
  readonly workflowId?: string
  /** The machine's system_id, where it is known. */
  readonly resource?: string
  readonly outcome: 'accepted' | 'refused'
  /** Why it was refused: code and message. */
  readonly error?: { readonly code: string; readonly message: string }
  /** What else was said, e.g. `{ assume: 'done' }`. */
  readonly detail?: Json
}

/** One line of the journal as readers get it. */
export type JournalLine = WorkflowEvent | (AuditEntry & { readonly cursor: string })
