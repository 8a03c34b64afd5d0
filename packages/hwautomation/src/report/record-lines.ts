import type { ErrorRecord, Evidence, StepRecord, SubTaskRecord, WorkflowRecord } from '../workflow/record.ts'
import { between } from './durations.ts'
import { plain, styleOf, type Style } from './style.ts'

export interface ReportOptions {
  /** With terminal colours. Default false. */
  readonly colour?: boolean
  /** Sub-tasks of which steps: of all, or only of those that run or failed. Default `all`. */
  readonly subTasks?: 'all' | 'open'
  /** Leave evidence, diff and closing words out: the short form for a live view. */
  readonly brief?: boolean
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
  { colour = false, subTasks = 'all', brief = false }: ReportOptions = {},
): string[] {
  const style = styleOf(colour)
  return [
    ...head(record, style),
    '',
    ...record.steps.flatMap((step) => [
      stepLine(step, style),
      ...(subTasks === 'all' || step.status === 'running' || step.status === 'failed'
        ? step.subTasks.map((task) => subTaskLine(task, style))
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
  ]
}

function stepLine(step: StepRecord, style: Style): string {
  const mark =
    step.status === 'completed'
      ? style.good(MARK.completed)
      : step.status === 'failed'
        ? style.bad(MARK.failed)
        : step.status === 'running'
          ? style.busy(MARK.running)
          : style.quiet(MARK[step.status])
  const note = step.skippedBecause ?? (step.attempt > 1 ? `attempt ${step.attempt}` : '')
  return `${mark} ${padded(`${plain(step.title)}${note ? ` (${plain(note)})` : ''}`, WIDTH)} ${style.quiet(between(step.startedAt, step.endedAt))}`.trimEnd()
}

function subTaskLine(task: SubTaskRecord, style: Style): string {
  const mark =
    task.status === 'completed'
      ? style.good('✔')
      : task.status === 'running'
        ? style.busy('▸')
        : style.bad(task.status === 'failed' ? '✘' : '⊘')
  const detail = task.detail ? ` ${plain(task.detail)}` : ''
  const text = `${plain(task.name)}${task.percent === undefined ? '' : ` ${task.percent} %`}`
  return `    ${mark} ${padded(text, WIDTH - 4)} ${style.quiet(`${between(task.startedAt, task.endedAt).padEnd(12)}${detail}`)}`.trimEnd()
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
    ? [style.busy(plain(`waits (${record.waitingFor.kind}): ${record.waitingFor.detail}`))]
    : []
  return record.cancel && record.status === 'RUNNING'
    ? [...lines, style.bad(`cancel asked for by ${plain(record.cancel.by)}: ${plain(record.cancel.reason)}`)]
    : lines
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
          `Cancelled by ${plain(record.cancel.by)}: ${plain(record.cancel.reason)}${record.cancel.cameTooLate ? ' (too late: the run was complete)' : ''}`,
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
  // By characters: half a surrogate pair is not printable.
  const characters = Array.from(text)
  return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : text.padEnd(width)
}

/** The faults an error lists, where its message is a list of them. */
function faultsOf({ context, message }: ErrorRecord): readonly string[] {
  const list = context['faults'] ?? context['problems']
  return Array.isArray(list) && message.includes(':') ? list.map(String) : []
}
