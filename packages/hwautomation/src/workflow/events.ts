import type { ErrorRecord, Evidence, Json, LeftBehind, SubTaskRecord, WaitingFor, WarningRecord } from './record.ts'
import type { StepStatus, WorkflowStatus } from './status.ts'

interface EventBase {
  readonly v: 1
  /** Opaque, store-wide: hand it back to go on after this event. */
  readonly cursor: string
  readonly workflowId: string
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
      readonly resource: string
      readonly label: string
      readonly definition: string
      readonly requestedBy: string
      readonly via: string
    }
  | {
      readonly type: 'workflow.status'
      readonly from: WorkflowStatus | null
      readonly to: WorkflowStatus
      readonly error?: ErrorRecord
      readonly leftBehind?: readonly LeftBehind[]
    }
  | { readonly type: 'workflow.waiting'; readonly waitingFor: WaitingFor | null }
  | { readonly type: 'workflow.cancel-requested'; readonly by: string; readonly reason: string }
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
