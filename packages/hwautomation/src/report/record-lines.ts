import type {
  ErrorRecord,
  Evidence,
  StepRecord,
  SubTaskRecord,
  WishRecord,
  WorkflowRecord,
} from '../workflow/record.ts'
import { between } from './durations.ts'
import { shortId } from './short-id.ts'
import { plain, styleOf, type Style } from './style.ts'
import { since } from './times.ts'
import { waitingText } from './waiting-text.ts'
import { filled, fitted } from './width.ts'

export interface ReportOptions {
  /** With terminal colours. Default false. */
  readonly colour?: boolean
  /** Sub-tasks of which steps: of all, or only of those that run or failed. Default `all`. */
  readonly subTasks?: 'all' | 'open'
  /** Leave evidence, diff and closing words out: the short form for a live view. */
  readonly brief?: boolean
  /** Milliseconds since the epoch: how long what is at work has been so. Absent: not said. */
  readonly now?: number
  /** Columns of the terminal: steps and sub-tasks are fitted to them. Absent: of no terminal. */
  readonly width?: number
}

const MARK: Readonly<Record<StepRecord['status'], string>> = {
  pending: '·',
  running: '▸',
  completed: '✔',
  failed: '✘',
  skipped: '–',
  cancelled: '⊘',
}
const WIDTH = 58

/**
 * A run as lines for people, made from its record alone: steps with sub-tasks and times, BIOS diff, evidence, warnings,
 * the error with its hint, what was left behind.
 */
export function recordLines(
  record: WorkflowRecord,
  { colour = false, subTasks = 'all', brief = false, now, width }: ReportOptions = {},
): string[] {
  const style = styleOf(colour)
  return [
    ...head(record, style),
    '',
    ...record.steps.flatMap((step) => [
      stepLine(step, style, now, width),
      ...(subTasks === 'all' || step.status === 'running' || step.status === 'failed'
        ? step.subTasks.map((task) => subTaskLine(task, style, now, width))
        : []),
      ...(brief ? [] : [...diffLines(step, style), ...step.evidence.map((evidence) => evidenceLine(evidence, style))]),
    ]),
    ...(brief ? waiting(record, style) : tail(record, style)),
  ]
}

function head(record: WorkflowRecord, style: Style): string[] {
  const status = `${record.status}${record.status === 'RUNNING' ? ` ${record.percent} %` : ''}`
  const shown =
    record.status === 'COMPLETED'
      ? style.good(status)
      : record.status === 'FAILED' || record.status === 'CANCELLED'
        ? style.bad(status)
        : style.busy(status)
  const took = between(record.startedAt, record.endedAt)
  return [
    `${style.loud(plain(record.resourceLabel))}  ${shown}${took ? `  ${style.quiet(took)}` : ''}`,
    style.quiet(plain(`${record.definition.name} ${record.id}, asked for by ${record.requestedBy} (${record.via})`)),
    ...(record.retryOf === undefined ? [] : [style.quiet(plain(`goes on from ${record.retryOf}`))]),
    ...(record.resumptions ?? []).map(({ at, step }) =>
      style.quiet(plain(`gone on with at ${at}${step === undefined ? '' : `, in ${step}`}: its process had ended`)),
    ),
  ]
}

function stepLine(step: StepRecord, style: Style, now: number | undefined, width: number | undefined): string {
  const mark =
    step.status === 'completed'
      ? style.good(MARK.completed)
      : step.status === 'failed'
        ? style.bad(MARK.failed)
        : step.status === 'running'
          ? style.busy(MARK.running)
          : style.quiet(MARK[step.status])
  const note = [
    step.skippedBecause,
    step.carriedFrom === undefined ? undefined : `taken over from ${shortId(step.carriedFrom)}`,
    step.attempt > 1 ? `attempt ${step.attempt}` : undefined,
    step.critical === undefined ? undefined : 'not to be interrupted',
    step.undo?.status === 'running' ? 'being undone' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(', ')
  return `${mark} ${padded(`${plain(step.title)}${note ? ` (${plain(note)})` : ''}`, columnOf(width))} ${style.quiet(took(step, now))}`.trimEnd()
}

function subTaskLine(task: SubTaskRecord, style: Style, now: number | undefined, width: number | undefined): string {
  const mark =
    task.status === 'completed'
      ? style.good('✔')
      : task.status === 'running'
        ? style.busy('▸')
        : style.bad(task.status === 'failed' ? '✘' : '⊘')
  const detail = task.detail ? ` ${plain(task.detail)}` : ''
  const text = `${plain(task.name)}${task.percent === undefined ? '' : ` ${task.percent} %`}`
  if (width !== undefined)
    return `    ${mark} ${padded(`${text}${detail === '' ? '' : `:${detail}`}`, columnOf(width) - 4)} ${style.quiet(took(task, now))}${stalled(task, style, now)}`.trimEnd()
  return `    ${mark} ${padded(text, WIDTH - 4)} ${style.quiet(`${took(task, now).padEnd(12)}${detail}`)}${stalled(task, style, now)}`.trimEnd()
}

/** Room is left for the mark and a duration. */
function columnOf(width: number | undefined): number {
  return width === undefined ? WIDTH : Math.min(Math.max(width - 18, 24), 90)
}

/** How long it took, or has taken up to now. */
function took(
  { startedAt, endedAt, status }: Pick<StepRecord, 'startedAt' | 'endedAt'> & { readonly status: string },
  now: number | undefined,
): string {
  const end = endedAt ?? (status === 'running' && now !== undefined ? new Date(now).toISOString() : undefined)
  return between(startedAt, end)
}

function stalled({ stalledSince }: SubTaskRecord, style: Style, now: number | undefined): string {
  if (stalledSince === undefined) return ''
  return ` ${style.bad(`stalled${now === undefined ? '' : `: no sign of life for ${since(stalledSince, now)}`}`)}`
}

/** Steps whose output has a diff for people show it. */
function diffLines(step: StepRecord, style: Style): string[] {
  const diff = (step.output as { readonly diff?: unknown } | undefined)?.diff
  return Array.isArray(diff) ? diff.map((line) => `      ${style.busy(plain(String(line)))}`) : []
}

function evidenceLine({ claim, source, request, observed }: Evidence, style: Style): string {
  return `      ${style.good('⊢')} ${plain(claim)} ${style.quiet(`[${plain(source)}: ${plain(request)}] ${plain(JSON.stringify(observed))}`)}`
}

function waiting(record: WorkflowRecord, style: Style): string[] {
  const lines = record.waitingFor
    ? [style.busy(plain(`waits (${record.waitingFor.kind}): ${waitingText(record.waitingFor, record.id)}`))]
    : []
  const granted = record.approval?.granted
  if (granted) lines.push(style.quiet(plain(`approved by ${granted.by}${because(granted)}`)))
  if (record.hold) lines.push(style.bad(plain(`held by ${record.hold.by}${because(record.hold)}`)))
  for (const [step, wish] of Object.entries(record.skips ?? {}))
    lines.push(style.quiet(plain(`${step} is left out, says ${wish.by}${because(wish)}`)))
  if (record.cancel && !record.endedAt)
    lines.push(style.bad(plain(`cancel asked for by ${record.cancel.by}${because(record.cancel)}`)))
  return lines
}

function tail(record: WorkflowRecord, style: Style): string[] {
  return [
    ...section(
      'Warnings',
      record.warnings.map(({ message }) => plain(message)),
    ),
    ...section(
      'Left behind',
      record.leftBehind.map(({ what, remedy }) => `${plain(what)}. ${plain(remedy)}`),
    ),
    ...(record.error ? ['', ...errorLines(record.error, style)] : []),
    ...(record.cancel
      ? [
          '',
          `Cancelled by ${plain(record.cancel.by)}${plain(because(record.cancel))}${record.cancel.cameTooLate ? ' (too late: the run was complete)' : ''}`,
        ]
      : []),
    ...(record.settled
      ? [
          '',
          `The machine was ${record.settled.status === 'completed' ? 'taken to' : 'left in'} a known state: ${plain(record.settled.endState)}`,
        ]
      : []),
  ]
}

function because({ reason }: WishRecord): string {
  return reason === '' ? '' : `: ${reason}`
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  - ${line}`)]
}

/** An error for people: what happened, what to do, what lies behind it. */
export function errorLines(error: ErrorRecord, style: Style = styleOf(false)): string[] {
  const faults = faultsOf(error)
  // Several faults read better one a line.
  const message = faults.length > 1 ? error.message.slice(0, error.message.indexOf(':') + 1) : error.message
  return [
    `${style.bad('Error')} ${plain(message)} ${style.quiet(`[${plain(error.code)}]`)}`,
    ...(faults.length > 1 ? faults.map((fault) => `  - ${plain(fault)}`) : []),
    ...(error.hint ? [`${style.loud('What to do')}: ${plain(error.hint)}`] : []),
    ...(error.causes ?? []).map((cause) => style.quiet(`  because: ${plain(cause.message)} [${plain(cause.code)}]`)),
  ]
}

function padded(text: string, width: number): string {
  return filled(fitted(text, width), width)
}

/** The faults an error lists, where its message is a list of them. */
function faultsOf({ context, message }: ErrorRecord): readonly string[] {
  const list = context['faults'] ?? context['problems']
  return Array.isArray(list) && message.includes(':') ? list.map(String) : []
}
