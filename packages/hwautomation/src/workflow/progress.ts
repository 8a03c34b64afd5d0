import type { StepRecord, WorkflowRecord } from './record.ts'

/** A step that takes longer than expected stays at this share of its weight until it is done. */
const MOST_WHILE_RUNNING = 0.9

/**
 * How far a run is, 0–100, weighted by the steps' expected durations: a running step counts by the time it has taken.
 * 100 only at COMPLETED; never less than the record says already.
 */
export function percentOf(record: WorkflowRecord, now: number): number {
  if (record.status === 'COMPLETED') return 100
  const total = record.steps.reduce((sum, step) => sum + weight(step), 0)
  const done = record.steps.reduce((sum, step) => sum + weight(step) * share(step, now), 0)
  const percent = total === 0 ? 0 : Math.floor((100 * done) / total)
  return Math.min(99, Math.max(percent, record.percent))
}

function weight(step: StepRecord): number {
  return Math.max(step.expectedMs, 1)
}

function share(step: StepRecord, now: number): number {
  if (step.status === 'completed' || step.status === 'skipped') return 1
  if (step.status !== 'running' || step.startedAt === undefined) return 0
  return Math.min(MOST_WHILE_RUNNING, Math.max(0, now - Date.parse(step.startedAt)) / weight(step))
}
