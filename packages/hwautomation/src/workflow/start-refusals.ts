import { HwError } from '../errors.ts'
import type { WorkflowRecord } from './record.ts'

/** No new runs after `close`. */
export function managerClosed(): HwError {
  return new HwError({
    code: 'workflow.manager-closed',
    kind: 'conflict',
    message: 'The workflow manager is closed and takes no new runs.',
    hint: 'Start the service again, then the run.',
  })
}

/** Two definitions with one name and version. */
export function definitionConflict(name: string): HwError {
  return new HwError({
    code: 'workflow.definition-conflict',
    kind: 'invalid',
    message: `There are two different workflow definitions "${name}".`,
    hint: 'Give one of them another name, or raise its version.',
    context: { definition: name },
  })
}

/** Another run holds the resource. */
export function resourceBusy({ id, resourceLabel, requestedBy, status, createdAt }: WorkflowRecord): HwError {
  return new HwError({
    code: 'workflow.resource-busy',
    kind: 'conflict',
    message: `${resourceLabel} is held by run ${id}, which ${requestedBy} started at ${createdAt} (${status}).`,
    hint: `Follow or cancel run ${id}, or wait until it has ended.`,
    context: { run: id, requestedBy, resource: resourceLabel },
  })
}

/** The key stands for a different request. */
export function idempotencyMismatch(key: string, run: string): HwError {
  return new HwError({
    code: 'workflow.idempotency-mismatch',
    kind: 'conflict',
    message: `The idempotency key "${key}" belongs to run ${run}, which was started with a different request.`,
    hint: 'Use a new key for a new request.',
    context: { run, idempotencyKey: key },
  })
}
