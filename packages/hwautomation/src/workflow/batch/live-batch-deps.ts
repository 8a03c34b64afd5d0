import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Redactor } from '../../redaction.ts'
import type { RunnableWorkflow } from '../definition.ts'
import type { Gate } from '../gate.ts'
import type { StartOptions } from '../manager-options.ts'
import type { WorkflowStore } from '../ports.ts'
import type { WorkflowRecord } from '../record.ts'
import type { Registry } from '../registry.ts'
import type { RunHandle } from '../run-handle.ts'
import type { CancelWish, Wish } from '../wishes.ts'
import type { BatchDocuments } from './batch-documents.ts'
import type { BatchRecord } from './record.ts'

/** What batches need of their manager. */
export interface LiveBatchDeps {
  readonly start: (workflow: RunnableWorkflow<any>, options: StartOptions) => Promise<RunHandle>
  readonly cancel: (id: string, wish: CancelWish) => Promise<unknown>
  readonly resume: (id: string, wish: Wish) => Promise<unknown>
  readonly isWorkingOn: (id: string) => boolean
  /** A run as it is now, here or in the store. */
  readonly run: (id: string) => Promise<WorkflowRecord | undefined>
  readonly store: WorkflowStore
  readonly documents: BatchDocuments
  readonly registry: Registry
  readonly gate: Gate
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  /** Hears of every change, after it is durable. */
  readonly changed: (record: BatchRecord) => void
  /** Aborted when nothing more may be begun. */
  readonly noMore: AbortSignal
  /** Aborted when nothing more is written. */
  readonly over: AbortSignal
}
