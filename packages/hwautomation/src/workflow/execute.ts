import { whenAborted } from './cancellation.ts'
import type { RunnableWorkflow } from './definition.ts'
import { WorkflowManager } from './manager.ts'
import type { ManagerOptions, StartOptions } from './manager-options.ts'
import type { RunOutcome } from './outcome.ts'
import { WorkflowCancelledError, WorkflowFailedError } from './workflow-errors.ts'

export interface ExecuteOptions extends StartOptions {
  /** Its abort cancels the run, with undo; the promise settles when that is done. */
  readonly signal?: AbortSignal
  /** Runs it beside the manager's other runs. Without one it has a manager of its own, made from `own`. */
  readonly manager?: WorkflowManager
  readonly own?: ManagerOptions
}

/**
 * Runs a workflow to its end.
 * @returns the outcome of a COMPLETED run
 * @throws WorkflowFailedError | WorkflowCancelledError with the record on it, or what `WorkflowManager.start` refuses with
 */
export async function executeWorkflow<Request>(
  workflow: RunnableWorkflow<Request>,
  options: ExecuteOptions,
): Promise<RunOutcome> {
  const { manager, own, signal = new AbortController().signal, ...start } = options
  if (manager !== undefined) return follow(manager, workflow, start, signal)
  if (own === undefined) throw new TypeError('executeWorkflow needs `manager` or `own`.')
  await using alone = new WorkflowManager(own)
  return await follow(alone, workflow, start, signal)
}

async function follow<Request>(
  manager: WorkflowManager,
  workflow: RunnableWorkflow<Request>,
  start: StartOptions,
  signal: AbortSignal,
): Promise<RunOutcome> {
  signal.throwIfAborted()
  const run = await manager.start(workflow, { ...start, signal })
  const by = start.requestedBy?.trim() || 'anonymous' // a cancel by nobody is refused
  const off = whenAborted(signal, (reason) => {
    run.cancel({ by, reason: reasonInWords(reason) }).catch(() => {}) // the outcome tells
  })
  try {
    const end = await run.outcome()
    if (end.status === 'COMPLETED') return end
    throw end.status === 'CANCELLED' ? new WorkflowCancelledError(end) : new WorkflowFailedError(end)
  } finally {
    off()
  }
}

function reasonInWords(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
