import type { RichTextElement } from '@slack/types'
import { shortId, type ManagerState, type WaitingFor, type WishRecord, type WorkflowRecord } from 'hwautomation'
import { moment, raw, said, words } from './rich-text.ts'
import { counted, currentStep, hasEnded } from './run-words.ts'

export interface RemarkOptions {
  /** Whether this process works on it. Default true. */
  readonly working?: boolean
  readonly state?: ManagerState
}

/** What one must know of a run besides its steps, a line each, most urgent first. */
export function remarks(
  record: WorkflowRecord,
  { working = true, state = {} }: RemarkOptions = {},
): RichTextElement[][] {
  return hasEnded(record)
    ? endRemarks(record)
    : [
        ...(working
          ? []
          : [
              [
                ...loud('Nobody works on it'),
                ...said(`until somebody resumes it: \`hwautomation resume ${shortId(record.id)}\``, 200),
              ],
            ]),
        ...cancelRemarks(record),
        ...holdRemarks(record, state),
        ...waitRemarks(record),
        ...skipRemarks(record),
        ...history(record),
      ]
}

/** A failure or a cancel with what it leaves to do; a success only where something is to be said of it. */
function endRemarks(record: WorkflowRecord): RichTextElement[][] {
  const { error, cancel, settled, status, warnings, leftBehind } = record
  const counts = [
    counted(warnings.length, 'warning'),
    counted(leftBehind.length, 'thing left behind', 'things left behind'),
  ]
  const more = counts.filter((count) => count !== '').join(', ')
  return [
    ...(error === undefined || status !== 'FAILED'
      ? []
      : [[...said(error.message, 500), raw(' '), words(error.code, 80, { code: true })]]),
    ...(error?.hint === undefined || status !== 'FAILED' ? [] : [[...loud('What to do: '), ...said(error.hint, 500)]]),
    ...(cancel === undefined
      ? []
      : [
          [
            raw(cancel.cameTooLate === true ? 'A cancel came too late, from ' : 'Cancelled by '),
            ...wish(cancel, { at: false }),
          ],
        ]),
    ...(settled === undefined || status === 'COMPLETED'
      ? []
      : [
          [
            raw(settled.status === 'completed' ? 'The machine is ' : 'The machine was left: '),
            words(settled.endState, 200),
          ],
        ]),
    ...(more === '' ? [] : [[...loud(more), raw(': see the thread')]]),
    ...history(record),
  ]
}

function cancelRemarks(record: WorkflowRecord): RichTextElement[][] {
  const { cancel, waitingFor } = record
  if (cancel === undefined) return []
  const critical = currentStep(record)?.critical
  return [
    [...loud('Cancel asked for'), raw(' by '), ...wish(cancel)],
    ...(waitingFor?.kind === 'safe-point'
      ? [[raw('It waits for a safe point: '), ...said(waitingFor.detail, 250)]]
      : critical === undefined
        ? []
        : [[raw('It waits for a safe point: '), words(critical.name, 200), raw(' is not to be interrupted')]]),
  ]
}

function holdRemarks(
  { hold, cancel, status }: WorkflowRecord,
  { intake, hardwareOff }: ManagerState,
): RichTextElement[][] {
  if (cancel !== undefined) return []
  return [
    ...(hold === undefined ? [] : [[...loud('Held'), raw(' before its next step by '), ...wish(hold)]]),
    ...(hardwareOff === undefined
      ? []
      : [
          [
            ...loud('Hardware is off'),
            raw(': no device is sent anything that changes it, says '),
            ...wish(hardwareOff),
          ],
        ]),
    ...(intake === undefined || (intake.is === 'draining' && status === 'RUNNING')
      ? []
      : [
          [
            ...loud(intake.is === 'paused' ? 'All runs are paused' : 'No run is begun any more'),
            raw(', says '),
            ...wish(intake),
          ],
        ]),
  ]
}

const WAITS: Readonly<Record<WaitingFor['kind'], string>> = {
  slot: 'Waits for its turn: ',
  lock: 'Waits for the machine: ',
  approval: 'Waits for approval: ',
  hold: 'Is held: ',
  device: 'Waits for the device: ',
  'safe-point': 'Waits for a safe point: ',
}

function waitRemarks({ waitingFor, cancel, hold }: WorkflowRecord): RichTextElement[][] {
  if (waitingFor === undefined) return []
  const { kind, detail, since, until } = waitingFor
  if ((kind === 'safe-point' && cancel !== undefined) || (kind === 'hold' && hold !== undefined)) return []
  return [
    [
      ...loud(WAITS[kind] ?? 'Waits: '),
      ...said(detail, 400),
      raw(' · since '),
      moment(since),
      ...(until === undefined ? [] : [raw(kind === 'approval' ? ' · it lapses ' : ' · until '), moment(until)]),
    ],
  ]
}

const MOST_SKIPS = 3

function skipRemarks({ skips = {} }: WorkflowRecord): RichTextElement[][] {
  return Object.entries(skips)
    .slice(0, MOST_SKIPS)
    .map(([step, asked]) => [words(step, 60, { code: true }), raw(' is left out, says '), ...wish(asked)])
}

/** Where it comes from, and what interrupted it. */
function history(record: WorkflowRecord): RichTextElement[][] {
  const { retryOf, resumptions = [], approval } = record
  const last = resumptions.at(-1)
  const granted = approval?.granted
  return [
    ...(granted === undefined ? [] : [[raw('Approved by '), ...wish(granted)]]),
    ...(retryOf === undefined ? [] : [[raw('Goes on from '), words(shortId(retryOf), 60, { code: true })]]),
    ...(last === undefined
      ? []
      : [
          [
            raw(
              `Went on ${resumptions.length > 1 ? `for the ${resumptions.length}th time ` : ''}after its process had ended, `,
            ),
            moment(last.at),
            ...(last.step === undefined ? [] : [raw(', in '), words(last.step, 60)]),
          ],
        ]),
  ]
}

/** `ada (slack), today 14:05: because`. */
export function wish({ by, via, reason, at }: WishRecord, { at: withTime = true } = {}): RichTextElement[] {
  return [
    words(by, 60),
    ...(via === '' ? [] : [raw(' ('), words(via, 20), raw(')')]),
    ...(withTime ? [raw(', '), moment(at)] : []),
    ...(reason === '' ? [] : [raw(': '), ...said(reason, 200)]),
  ]
}

function loud(text: string): RichTextElement[] {
  return [raw(text, { bold: true })]
}
