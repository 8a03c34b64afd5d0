import type { WorkflowRecord } from './record.ts'

/** Every key that stands for the run: the one it was started with, and those of requests that found it under way. */
export function keysOf({ idempotencyKey, furtherKeys = [] }: WorkflowRecord): readonly string[] {
  return idempotencyKey === undefined ? furtherKeys : [idempotencyKey, ...furtherKeys]
}
