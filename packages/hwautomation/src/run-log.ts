import type { Logger } from './logger.ts'
import type { WorkflowEvent } from './workflow/events.ts'
import type { ErrorRecord } from './workflow/record.ts'

/**
 * Says to the log what happens in the runs: a line for each change of a run or a step, so that a host's log can be searched by
 * `workflowId` and `server`. What sub-tasks say is in the events, not here.
 */
export function logEvent(logger: Logger, event: WorkflowEvent): void {
  const { workflowId, resource: server, percent } = event
  const run = { workflowId, server }
  switch (event.type) {
    case 'workflow.status':
      return logger.info({ ...run, from: event.from, to: event.to, percent, ...failure(event.error) }, 'run status')
    case 'step.status': {
      const { step, from, to, attempt, error } = event
      return logger.info({ ...run, step, from, to, attempt, ...failure(error) }, 'step status')
    }
    case 'step.retrying': {
      const { step, attempt, delayMs: ms, error } = event
      return logger.warn({ ...run, step, attempt, ms, ...failure(error) }, 'step is tried again')
    }
    case 'step.intent': {
      const { step, effect, key, sent } = event
      return logger.debug({ ...run, step, effect, key, sent }, 'mutating call')
    }
    case 'workflow.waiting':
      return logger.debug({ ...run, waitingFor: event.waitingFor }, 'run waits')
    case 'workflow.warning':
      return logger.warn({ ...run, code: event.warning.code, error: event.warning.message }, 'run warning')
    case 'workflow.resumed':
      return logger.info({ ...run, step: event.step, ms: event.outageMs }, 'run goes on after a restart')
    case 'workflow.parked':
      return logger.warn({ ...run, error: event.reason }, 'run is parked')
    default:
  }
}

function failure(error: ErrorRecord | undefined): { readonly code?: string; readonly error?: string } {
  return error === undefined ? {} : { code: error.code, error: error.message }
}
