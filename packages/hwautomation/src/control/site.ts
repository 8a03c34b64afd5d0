import type { CancelAnswer } from '../workflow/run.ts'
import type { WorkflowEvent, JournalLine } from '../workflow/events.ts'
import type { JournalQuery, ManagerState, RecordPage, RecordQuery } from '../workflow/ports.ts'
import type { ServerFacts } from '../inventory/facts.ts'
import type { BatchCheck } from '../provisioning/batch/batch-check.ts'
import type { BatchOrder } from '../provisioning/batch/batch-order.ts'
import type { BatchHandle } from '../workflow/batch/batches.ts'
import type { BatchRecord } from '../workflow/batch/record.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import type { RunHandle } from '../workflow/run-handle.ts'

/** Who asks for something, and through which door. */
export interface Caller {
  readonly by: string
  readonly via: string
}

/** What a caller wants, and why. */
export interface CallerWish extends Caller {
  readonly reason?: string
}

/** Something in the state directory that is damaged or not ours. */
export interface Trouble {
  readonly file: string
  readonly message: string
}

/** What the control API shows: a live manager, or a state directory that nobody works on. */
export interface Reading {
  load(id: string): Promise<WorkflowRecord | undefined>
  list(query: RecordQuery): Promise<RecordPage>
  /** Those there are and, while this process works on the run, those to come. */
  events(id: string, options: { readonly after: number; readonly signal: AbortSignal }): AsyncIterable<WorkflowEvent>
  journal(query: JournalQuery): AsyncIterable<JournalLine>
  state(): Promise<ManagerState>
  isWorkingOn(id: string): boolean
  batch(id: string): Promise<BatchRecord | undefined>
  /** Newest first. */
  batches(): Promise<readonly BatchRecord[]>
  isWorkingOnBatch(id: string): boolean
  /** Runs at the same time; undefined where nobody runs any. */
  readonly slots: number | undefined
  troubles(): readonly Trouble[]
  /** The support bundle of a run that exists. */
  exportRun(id: string, options: { readonly signal: AbortSignal; readonly caller?: Caller }): AsyncIterable<Uint8Array>
}

export interface RetryWish extends CallerWish {
  readonly assume?: 'done' | 'not-done'
  readonly skip?: readonly string[]
  readonly idempotencyKey?: string
}

/** What the control API changes. The manager decides, and writes each wish to the audit. */
export interface Acting {
  cancel(id: string, wish: CallerWish & { readonly withoutUndo?: boolean }): Promise<CancelAnswer>
  retry(id: string, wish: RetryWish): Promise<RunHandle>
  approve(id: string, wish: CallerWish): Promise<void>
  hold(id: string, wish: CallerWish): Promise<void>
  release(id: string, wish: CallerWish): Promise<void>
  skip(id: string, stepId: string, wish: CallerWish): Promise<void>
  resume(id: string, wish: CallerWish): Promise<RunHandle>
  pauseBatch(id: string, wish: CallerWish): Promise<BatchRecord>
  proceedBatch(id: string, wish: CallerWish): Promise<BatchRecord>
  cancelBatch(id: string, wish: CallerWish): Promise<BatchRecord>
  pause(wish: CallerWish): Promise<ManagerState>
  drain(wish: CallerWish): Promise<ManagerState>
  proceed(wish: CallerWish): Promise<ManagerState>
  forbidHardware(wish: CallerWish): Promise<ManagerState>
  allowHardware(wish: CallerWish): Promise<ManagerState>
}

/** What only a site with hardware can do. */
export interface Provisioner {
  /** @throws HwError `request.invalid`, `devices.unknown-type`, and whatever `start` refuses with */
  provision(request: unknown, options: Caller & { readonly idempotencyKey?: string }): Promise<RunHandle>
  restoreBios(id: string, wish: CallerWish): Promise<RunHandle>
  checkBatch(order: BatchOrder, signal?: AbortSignal): Promise<BatchCheck>
  provisionBatch(order: BatchOrder, options: Caller & { readonly idempotencyKey?: string }): Promise<BatchHandle>
  /** Has a server's record in MAAS read anew; gives all that is known of it. */
  refreshServer(name: string, signal?: AbortSignal): Promise<ServerFacts>
  refreshServers(signal?: AbortSignal): Promise<readonly ServerFacts[]>
}

/** What is known of the servers' hardware. */
export interface ServerBook {
  /** @throws HwError `inventory.ambiguous-server` */
  get(name: string): Promise<ServerFacts | undefined>
  /** By name. */
  list(): Promise<readonly ServerFacts[]>
}

/** Everything a router serves. */
export interface ControlSite {
  readonly reading: Reading
  /** Absent: nothing can be changed here. */
  readonly acting?: Acting
  /** Absent: there is no hardware here. */
  readonly provisioner?: Provisioner
  /** Absent: nothing is known of any server. */
  readonly inventory?: ServerBook
  /** Masks secrets in whatever an error says. */
  readonly redact: (text: string) => string
  /** ISO 8601: since when this process serves. */
  readonly since: string
}
