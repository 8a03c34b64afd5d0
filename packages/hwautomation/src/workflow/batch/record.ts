import type { ApprovalRecord, ErrorRecord, Json, WishRecord, WorkflowRecord } from '../record.ts'

/** How a batch goes about its items. */
export interface BatchPolicy {
  /** Runs of the batch at a time. */
  readonly atOnce: number
  /** Runs at a time of one group (rack, zone, pool). Absent: as many as `atOnce`. */
  readonly perGroup?: number
  /** So many items first, and all of them COMPLETED, before any other is begun. 0: none. */
  readonly canary: number
  /** Pauses when more than so many items have failed. Absent: never. */
  readonly maxFailures?: number
}

/**
 * `waiting` for its turn; `started`: it has a run; `refused`: its run could not be started; `left-out`: the batch was cancelled before its
 * turn came. What became of the run is in the run; `outcome` repeats it once it has ended.
 */
export interface BatchItem {
  readonly resource: string
  /** Names the resource for people. */
  readonly label: string
  readonly group?: string
  readonly request: Json
  readonly status: 'waiting' | 'started' | 'refused' | 'left-out'
  readonly run?: string
  readonly outcome?: 'COMPLETED' | 'FAILED' | 'CANCELLED'
  /** Why its run could not be started, or failed; without the errors behind it, which the run has. */
  readonly error?: ErrorRecord
  /** It had failed when somebody let the batch go on: it counts neither as a canary nor as a failure any more. */
  readonly excused?: true
  /** As in the record of a run. */
  readonly limits?: WorkflowRecord['limits']
}

/** The document of a batch: many runs of one workflow that were asked for together. */
export interface BatchRecord {
  readonly schema: 1
  /** Sortable, `batch_…`. */
  readonly id: string
  readonly definition: { readonly name: string; readonly version: number }
  /** E.g. `srv[001-040] a1.c5.large`. */
  readonly label: string
  readonly requestedBy: string
  readonly via: string
  readonly idempotencyKey?: string
  /** Hash of what was asked for: tells a repeated start from a different one. */
  readonly fingerprint?: string
  readonly createdAt: string
  readonly endedAt?: string
  /** `paused`: runs that go on go on, none is begun. `cancelling`: until the runs under way have ended. */
  readonly status: 'running' | 'paused' | 'cancelling' | 'ended'
  /** Why it is paused: an operator's wish, or the failure threshold (`by: 'hwautomation'`). */
  readonly paused?: WishRecord
  readonly cancel?: WishRecord
  /** It is paused until a second person lets it proceed: one yes for all of its runs. */
  readonly approval?: ApprovalRecord
  readonly policy: BatchPolicy
  readonly items: readonly BatchItem[]
  /** Rises with every change. */
  readonly revision: number
  readonly [unknown: string]: unknown
}
