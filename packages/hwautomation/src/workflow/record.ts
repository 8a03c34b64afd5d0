import type { ErrorContext, ErrorKind } from '../errors.ts'
import type { StepStatus, WorkflowStatus } from './status.ts'

/** Anything that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** How safe it is to send a mutating call again (docs/concepts.md, "Effects"). */
export type EffectClass = 'set' | 'marked' | 'blind'

/** A mutating call that was about to be sent: written before it goes out. */
export interface Intent {
  /** Key of the effect table, e.g. `maas.commission`. */
  readonly effect: string
  /** Tells several of one effect in a step apart, e.g. `enter-2`. */
  readonly key: string
  readonly class: EffectClass
  /** What was read before, so that a later look can tell whether it happened. */
  readonly marker: Json
  readonly at: string
  /** How often it was sent, or about to be. 0: taken back, since the device refused it or it never went out. */
  readonly sent: number
  /** `done` once its effect was seen in the world (not: once the call was answered). */
  readonly state: 'intended' | 'done'
}

/** Proof that something is so, read after the act. */
export interface Evidence {
  readonly claim: string
  /** Which door answered: `maas`, `ssh`, `redfish`, `ilorest`, … */
  readonly source: string
  /** What was asked. */
  readonly request: string
  /** What it said: raw, redacted, short. */
  readonly observed: Json
  readonly observedAt: string
}

export interface SubTaskRecord {
  readonly name: string
  readonly startedAt: string
  readonly endedAt?: string
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled'
  readonly detail?: string
  /** 0–100 where known. */
  readonly percent?: number
  /** How long it may say nothing new, in milliseconds, before that is a stall: reboots and flashes are long silences that are expected. */
  readonly quietForMs?: number
  /** Since when it has been silent for longer than that. Gone again with the next sign of life. */
  readonly stalledSince?: string
}

/** Who wants something, why, and through which door. */
export interface WishRecord {
  readonly by: string
  readonly reason: string
  /** The door: `api`, `cli`, `slack`, `rest`. */
  readonly via: string
  readonly at: string
}

/** A second person's yes that a run needs before it begins. */
export interface ApprovalRecord {
  /** Why somebody must look first. */
  readonly reason: string
  readonly since: string
  /** When it is cancelled if nobody has said yes by then. */
  readonly until?: string
  /** Who said yes. Absent while the run waits. */
  readonly granted?: WishRecord
}

/** An error as records, events and JSON outputs carry it: redacted. */
export interface ErrorRecord {
  readonly code: string
  readonly kind: ErrorKind
  readonly message: string
  readonly hint?: string
  readonly retryable: boolean
  readonly context: ErrorContext
  /** Errors behind or beside it, most important first. */
  readonly causes?: readonly ErrorRecord[]
}

/** Something that did not stop the run but that the operator must know. */
export interface WarningRecord {
  readonly code: string
  readonly message: string
  readonly at: string
  readonly step?: string
}

/** Something the run could not, or by contract does not, put back. */
export interface LeftBehind {
  readonly what: string
  readonly remedy: string
  readonly step?: string
}

/** A file kept beside the record. */
export interface ArtefactRef {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly mediaType: string
  readonly step: string
}

export interface StepRecord {
  readonly id: string
  readonly title: string
  readonly status: StepStatus
  /** Share of the whole, in milliseconds of expected duration. */
  readonly expectedMs: number
  readonly attempt: number
  readonly startedAt?: string
  readonly endedAt?: string
  readonly skippedBecause?: string
  /** The run this step was completed in, where this run is a retry that goes on from it. */
  readonly carriedFrom?: string
  /** Inside a section that must not be interrupted: a resumed run goes through it again, reading first, before anything else. */
  readonly critical?: { readonly name: string; readonly since: string }
  readonly intents: readonly Intent[]
  /** What the step had sent in the run that this one retries. */
  readonly inherited?: readonly Intent[]
  readonly subTasks: readonly SubTaskRecord[]
  readonly output?: Json
  readonly evidence: readonly Evidence[]
  readonly error?: ErrorRecord
  /** Failed attempts before the last. */
  readonly earlierErrors: readonly ErrorRecord[]
  readonly undo?: {
    readonly status: 'running' | 'completed' | 'failed'
    readonly startedAt: string
    readonly endedAt?: string
    readonly error?: ErrorRecord
  }
}

export interface WaitingFor {
  readonly kind: 'slot' | 'lock' | 'approval' | 'hold' | 'device' | 'safe-point'
  readonly since: string
  readonly until?: string
  readonly detail: string
}

/** The document of one run: everything a reader needs, and what a resumed run goes on from. Unknown fields are kept. */
export interface WorkflowRecord {
  readonly schema: 2
  readonly id: string
  readonly definition: { readonly name: string; readonly version: number }
  readonly request: Json
  /** What the run holds alone, e.g. the machine's MAAS system_id. */
  readonly resource: string
  /** Names the resource for people: host name, FQDN. */
  readonly resourceLabel: string
  readonly requestedBy: string
  /** The door it came through: `api`, `cli`, `slack`, `rest`. */
  readonly via: string
  readonly idempotencyKey?: string
  /** Keys of further requests that meant this run and found it under way: they stand for it as well. */
  readonly furtherKeys?: readonly string[]
  /** Hash of the request as it was handed in, before it was resolved: tells a repeated start from a different one. */
  readonly fingerprint?: string
  readonly status: WorkflowStatus
  readonly createdAt: string
  readonly startedAt?: string
  readonly endedAt?: string
  /** As the run was asked for; `timeout` in milliseconds or as `ms` reads it. */
  readonly limits?: { readonly timeout?: number | string; readonly retryCount?: number }
  /** End of the whole run's time, wall clock. */
  readonly deadline?: string
  readonly percent: number
  /** Of the last transition event written with this document. */
  readonly seq: number
  readonly waitingFor?: WaitingFor
  /** Present where it may not begin, or could not have begun, without a second person. */
  readonly approval?: ApprovalRecord
  readonly cancel?: WishRecord & { readonly cameTooLate?: boolean }
  /** Stops before its next step until it is released. */
  readonly hold?: WishRecord
  /** Steps that somebody asked to leave out, by step id. */
  readonly skips?: Readonly<Record<string, WishRecord>>
  /** The batch that it is a run of. */
  readonly batch?: string
  /** The failed or cancelled run that this one goes on from. */
  readonly retryOf?: string
  /** Each time a later process went on with it. */
  readonly resumptions?: readonly { readonly at: string; readonly step?: string }[]
  readonly steps: readonly StepRecord[]
  /** What taking the machine to a known state did after a failure or a cancel. */
  readonly settled?: { readonly status: 'completed' | 'failed'; readonly endState: string; readonly at: string }
  /** Mutating calls of the settling, which belongs to no step. */
  readonly settleIntents?: readonly Intent[]
  readonly error?: ErrorRecord
  readonly warnings: readonly WarningRecord[]
  readonly leftBehind: readonly LeftBehind[]
  readonly artefacts: readonly ArtefactRef[]
  readonly [unknown: string]: unknown
}
