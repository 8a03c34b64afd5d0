import type { LabConnection } from '@hwautomation/testkit'
import type { Json, WorkflowRecord } from '../../src/index.ts'
import type { NotedWrite } from './held-store.ts'
import type { WriteMoment } from './scenario.ts'

/** When a run is cancelled in a scenario: by the process itself, at one of its own events. */
export interface CancelAt {
  readonly type: string
  readonly step: string
  /** Which of them, from 1. */
  readonly nth: number
}

/** Where a store is to stop for ever: at the write that says these words for the nth time (from 1), before it, in the middle of its lines in the journal, or when it is durable. */
export interface StoreHold {
  readonly words: string
  readonly nth: number
  readonly when: WriteMoment
}

/** What the test asks of a manager's process. */
export interface Job {
  readonly do: 'start' | 'resume'
  /** URL of the bell: the tiny workflow whose effect nobody can ask about, instead of provisioning. */
  readonly bell?: string
  readonly deviceType?: string
  readonly stateDir: string
  readonly connection: LabConnection
  /** URL of the lab's clock. */
  readonly clock: string
  readonly hold?: StoreHold
  readonly cancelAt?: CancelAt
  /** A reader's place in the journal, from before. */
  readonly cursor?: string
}

/** An event as the test looks at it. */
export interface SeenEvent {
  readonly cursor: string
  readonly seq: number
  readonly type: string
  readonly at: string
  readonly [more: string]: Json | undefined
}

/** How a run ended in a manager's process. */
export interface Ended {
  /** Absent: the directory holds no run. */
  readonly record?: WorkflowRecord
  /** All of the run, as the journal has them. */
  readonly events: readonly SeenEvent[]
  /** Those that a reader gets who goes on from `Job.cursor`. */
  readonly sinceCursor: readonly SeenEvent[]
  /** Each write of this process's store. */
  readonly writes: readonly NotedWrite[]
}

/** What a manager's process tells the test. */
export type Report =
  /** It lives in the lab's time now. */
  | { readonly is: 'connected' }
  /** A transition that listeners have heard of. */
  | { readonly is: 'heard'; readonly cursor: string; readonly type: string }
  /** The store stands still for ever. */
  | { readonly is: 'held'; readonly write: NotedWrite }
  | { readonly is: 'ended'; readonly ended: Ended }
  | { readonly is: 'failed'; readonly error: string }
