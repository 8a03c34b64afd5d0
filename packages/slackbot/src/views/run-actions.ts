import type { WorkflowRecord } from 'hwautomation'
import { ACTIONS } from './action-ids.ts'
import type { ButtonSpec } from './blocks.ts'
import { plain } from './escape.ts'
import { currentStep, hasEnded } from './run-words.ts'

/** What one can do about a run where it is now, as buttons that carry its id and nothing else. */
export function runActions(record: WorkflowRecord): ButtonSpec[] {
  const { id, status } = record
  const details: ButtonSpec = { action: ACTIONS.details, text: 'Details', value: id }
  if (status === 'COMPLETED') return [details]
  if (hasEnded(record)) return [retryButton(record), details]
  return [
    ...(needsApproval(record) ? approvalButtons(record) : []),
    cancelButton(record),
    { action: ACTIONS.follow, text: 'Follow', value: id },
    details,
  ]
}

/** Whether it stands still until a second person approves it. */
export function needsApproval({ status, approval, cancel }: WorkflowRecord): boolean {
  return status === 'PENDING' && approval !== undefined && approval.granted === undefined && cancel === undefined
}

/** Approve and Refuse; who may is judged when somebody clicks. */
export function approvalButtons({ id, resourceLabel, requestedBy }: WorkflowRecord): ButtonSpec[] {
  const server = plain(resourceLabel, 80)
  return [
    {
      action: ACTIONS.approve,
      text: 'Approve',
      value: id,
      style: 'primary',
      confirm: {
        title: `Approve ${server}?`,
        text: `${plain(requestedBy, 60)} asked for it. It begins as soon as there is room for it.`,
        yes: 'Approve',
        no: 'Not now',
      },
    },
    {
      action: ACTIONS.refuse,
      text: 'Refuse',
      value: id,
      confirm: {
        title: `Refuse ${server}?`,
        text: 'The run ends without having begun.',
        yes: 'Refuse',
        no: 'Not now',
      },
    },
  ]
}

/** Once it is asked for, a click on it only asks how far the cancel is. */
function cancelButton(record: WorkflowRecord): ButtonSpec {
  const { id, cancel, resourceLabel, status } = record
  if (cancel !== undefined) return { action: ACTIONS.cancel, text: 'Cancelling…', value: id }
  const critical = currentStep(record)?.critical
  const when =
    status === 'PENDING'
      ? 'It has not begun: nothing was changed.'
      : critical === undefined
        ? 'What was begun is undone, and the machine is taken to a known state.'
        : `It must not be interrupted now (${plain(critical.name, 80)}): the cancel waits for that, then the machine is taken to a known state.`
  return {
    action: ACTIONS.cancel,
    text: 'Cancel',
    value: id,
    style: 'danger',
    confirm: { title: `Cancel ${plain(resourceLabel, 80)}?`, text: when, yes: 'Cancel the run', no: 'Let it go on' },
  }
}

function retryButton({ id, error, resourceLabel }: WorkflowRecord): ButtonSpec {
  const isUnknown = error?.code === 'workflow.unknown-outcome'
  return {
    action: ACTIONS.retry,
    text: isUnknown ? 'Retry…' : 'Retry',
    value: id,
    style: 'primary',
    confirm: {
      title: `Retry ${plain(resourceLabel, 80)}?`,
      text: isUnknown
        ? 'Nobody knows whether what was sent took effect, and it is not sent twice. Look at the device first.'
        : 'It goes on where it stopped. Do it when the cause is gone.',
      yes: 'Retry',
      no: 'Not now',
    },
  }
}
