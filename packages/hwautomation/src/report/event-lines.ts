import type { WorkflowEvent } from '../workflow/events.ts'
import { forPeople } from './durations.ts'
import { plain } from './style.ts'
import { waitingText } from './waiting-text.ts'

/** An event as log lines: what somebody who reads along wants to know. */
export function eventLines(event: WorkflowEvent): string[] {
  const at = `${plain(event.at.slice(11, 19))} ${String(event.percent).padStart(3)} %`
  const line = (text: string, indent = '') => [`${at}  ${indent}${plain(text)}`]
  switch (event.type) {
    case 'workflow.created':
      return line(`${event.label}: run ${event.workflowId}, asked for by ${event.requestedBy}`)
    case 'workflow.status':
      return line(`${event.to}${event.error ? `: ${event.error.message}` : ''}`)
    case 'workflow.waiting':
      return event.waitingFor
        ? line(`waits (${event.waitingFor.kind}): ${waitingText(event.waitingFor, event.workflowId)}`)
        : []
    case 'workflow.approval-required':
      return line(`a second person must approve it${event.reason ? `: ${event.reason}` : ''}`)
    case 'workflow.approved':
      return line(`approved by ${event.by}${event.reason ? `: ${event.reason}` : ''}`)
    case 'workflow.cancel-requested':
      return line(`cancel asked for by ${event.by}: ${event.reason}`)
    case 'workflow.held':
      return line(`held by ${event.by} before the next step${event.reason ? `: ${event.reason}` : ''}`)
    case 'workflow.released':
      return line(`released by ${event.by}${event.reason ? `: ${event.reason}` : ''}`)
    case 'workflow.skip-requested':
      return line(`${event.step} is to be left out, says ${event.by}: ${event.reason}`)
    case 'workflow.resumed':
      return line(
        `gone on with${event.step === undefined ? '' : ` at ${event.step}`}, after ${forPeople(event.outageMs)} without a process`,
      )
    case 'workflow.parked':
      return line(`waits until somebody resumes it: ${event.reason}`)
    case 'workflow.warning':
      return line(`warning: ${event.warning.message}`)
    case 'workflow.settled':
      return line(`known state: ${event.endState}`)
    case 'step.status':
      return event.to === 'pending'
        ? []
        : line(
            `${event.title}: ${event.to}${event.reason ? ` (${event.reason})` : ''}${event.error ? `: ${event.error.message}` : ''}`,
          )
    case 'step.retrying':
      return line(`${event.step}: again in ${Math.round(event.delayMs / 1000)} s: ${event.error.message}`)
    case 'step.undo':
      return line(`undo of ${event.step}: ${event.status}`)
    case 'subtask.started':
      return line(event.name, '    ')
    case 'subtask.stalled':
      return line(`stalled: no sign of life for ${forPeople(event.silentMs)}: ${event.name}`, '    ')
    default:
      return []
  }
}
