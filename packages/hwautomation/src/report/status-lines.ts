import type { ControlStatus } from '../control/routes/manager.ts'
import type { RunSummary } from '../control/run-summary.ts'
import type { WishRecord } from '../workflow/record.ts'
import { isProvisioning, nameOf } from './definition-name.ts'
import { shortId } from './short-id.ts'
import { plain, styleOf, type Style } from './style.ts'
import { ago, clockTime, moment, since } from './times.ts'
import { waitingText } from './waiting-text.ts'
import { filled, fitted, widthOf, wrapped } from './width.ts'

export interface StatusLineOptions {
  readonly colour?: boolean
  /** Columns of the terminal. */
  readonly width: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** How things are, for people: the manager's switches on top, then a block for each run that has not ended. */
export function statusLines(status: ControlStatus, options: StatusLineOptions): string[] {
  const style = styleOf(options.colour ?? false)
  const { workflows, troubles } = status
  return [
    ...headLines(status, options, style),
    ...switchLines(status, options),
    ...troubles.flatMap(({ file, message }) =>
      hanging(`! ${plain(file)}: ${plain(message)}`, options.width, 2).map(style.bad),
    ),
    ...workflows.flatMap((run) => ['', ...runLines(run, options)]),
    ...(workflows.length === 0 ? ['', 'Nothing is running, nothing waits.'] : []),
  ]
}

/** One run as a block: where it is, since when, why it waits, who asked for what. */
export function runLines(run: RunSummary, options: StatusLineOptions): string[] {
  const style = styleOf(options.colour ?? false)
  return [
    titleLine(run, options, style),
    ...(run.status === 'RUNNING'
      ? [`  ${bar(run.percent, Math.min(options.width - 12, 40), style)} ${run.percent} %`]
      : []),
    ...stepLines(run, options, style),
    ...remarks(run, options.now).flatMap(({ text, mark }) =>
      hanging(plain(text), options.width - 2, 2).map((line) => `  ${mark(style)(line)}`),
    ),
  ]
}

function headLines(
  { version, process, slots }: ControlStatus,
  { width, now }: StatusLineOptions,
  style: Style,
): string[] {
  if (process === undefined) return hanging('No process works on this state directory.', width, 2).map(style.loud)
  const taken = slots === undefined ? '' : `, ${slots.taken} of ${slots.of} slots taken`
  const text = `hwautomation ${plain(version)}, process ${process.pid}, since ${moment(process.since, now)}${taken}`
  return hanging(text, width, 2).map(style.quiet)
}

/** The switches that are thrown: by whom, why, and how they are put back. */
export function switchLines(
  { state }: Pick<ControlStatus, 'state'>,
  { width, now, colour = false }: StatusLineOptions,
): string[] {
  const style = styleOf(colour)
  const { intake, hardwareOff } = state
  const paused = intake?.is === 'paused'
  return [
    ...(intake === undefined
      ? []
      : [
          `${paused ? 'PAUSED' : 'DRAINING'} ${wish(intake, now)}`,
          `  ${paused ? 'Runs wait before their next step' : 'Runs go on to their end, none is begun'}. To go on: hwautomation proceed`,
        ]),
    ...(hardwareOff === undefined
      ? []
      : [
          `HARDWARE OFF ${wish(hardwareOff, now)}`,
          '  No device is sent anything that changes it. To go on: hwautomation hardware on',
        ]),
  ].flatMap((text) => {
    const indent = text.startsWith(' ') ? '  ' : ''
    return hanging(plain(text), width - indent.length, 2).map((line) => indent + style.bad(line))
  })
}

function titleLine(run: RunSummary, { width, now }: StatusLineOptions, style: Style): string {
  const paint =
    run.status === 'COMPLETED'
      ? style.good
      : run.status === 'PENDING' || run.status === 'RUNNING'
        ? style.busy
        : style.bad
  const state =
    run.status === 'PENDING' || run.status === 'RUNNING' ? (run.working ? run.status : 'WAITS FOR RESUME') : run.status
  const asked = `${shortId(run.id)}  ${isProvisioning(run) ? '' : `${plain(nameOf(run))}, `}${plain(run.requestedBy)} (${plain(run.via)}), ${ago(run.createdAt, now)}`
  const room = width - widthOf(state) - 4
  const server = fitted(plain(run.server), Math.max(Math.min(room, 40), 8))
  const left = `${style.loud(server)}  ${paint(state)}`
  const rest = room - widthOf(server)
  return rest < 12 ? left : `${left}  ${style.quiet(fitted(asked, rest))}`
}

function stepLines({ step, subTask, status }: RunSummary, { width, now }: StatusLineOptions, style: Style): string[] {
  if (step === undefined || status === 'COMPLETED') return []
  const mark = { running: '▸', failed: '✘', cancelled: '⊘', pending: '·', completed: '✔', skipped: '–' }[step.status]
  const notes = [
    step.undoing ? 'undo' : '',
    step.attempt > 1 ? `attempt ${step.attempt}` : '',
    step.startedAt !== undefined && step.status === 'running' ? since(step.startedAt, now) : '',
  ].filter((note) => note !== '')
  const text = `${mark} ${step.number}/${step.of} ${plain(step.title)}`
  const first = `  ${withNote(text, notes.join(', '), width - 2, style)}`
  if (subTask === undefined) return [first]
  const percent = subTask.percent === undefined ? '' : ` ${subTask.percent} %`
  const detail = subTask.detail === undefined ? '' : `: ${plain(subTask.detail)}`
  return [
    first,
    `    ${withNote(`▸ ${plain(subTask.name)}${percent}${detail}`, since(subTask.startedAt, now), width - 4, style)}`,
  ]
}

interface Remark {
  readonly text: string
  readonly mark: (style: Style) => (text: string) => string
}

/** What an operator must know besides: in the order of its urgency. */
function remarks(run: RunSummary, now: number): Remark[] {
  const { id, subTask, waitingFor, approval, cancel, hold, skips, step, error, endState, leftBehind, warnings } = run
  const ended = run.status !== 'PENDING' && run.status !== 'RUNNING'
  const bad = (text: string): Remark => ({ text, mark: (style) => style.bad })
  const busy = (text: string): Remark => ({ text, mark: (style) => style.busy })
  const quiet = (text: string): Remark => ({ text, mark: (style) => style.quiet })
  return [
    ...(ended || run.working ? [] : [bad(`nobody works on it: hwautomation resume ${shortId(id)}`)]),
    ...(subTask?.stalledSince === undefined
      ? []
      : [bad(`stalled: no sign of life since ${moment(subTask.stalledSince, now)}`)]),
    ...(cancel === undefined
      ? []
      : [bad(`cancel asked for ${wish(cancel, now)}${cancel.cameTooLate === true ? ' (too late)' : ''}`)]),
    ...(hold === undefined || ended || cancel !== undefined
      ? []
      : [bad(`held ${wish(hold, now)}. To go on: hwautomation release ${shortId(id)}`)]),
    ...(waitingFor === undefined || ended
      ? []
      : [
          busy(
            `waits (${waitingFor.kind}) since ${moment(waitingFor.since, now)}${waitingFor.until === undefined ? '' : `, until ${clockTime(waitingFor.until, now)}`}: ${waitingText(waitingFor, id)}`,
          ),
        ]),
    ...(step?.critical === undefined || ended
      ? []
      : [busy(`must not be interrupted: ${step.critical.name}, since ${moment(step.critical.since, now)}`)]),
    ...Object.entries(ended ? {} : (skips ?? {})).map(([skipped, asked]) =>
      quiet(`${skipped} is left out ${wish(asked, now)}`),
    ),
    ...(error === undefined ? [] : [bad(`${error.message} [${error.code}]`)]),
    ...(error?.hint === undefined ? [] : [quiet(`What to do: ${error.hint}`)]),
    ...(run.endedAt === undefined
      ? []
      : [quiet(`ended ${moment(run.endedAt, now)}${endState === undefined ? '' : `: ${endState}`}`)]),
    ...(approval?.granted === undefined ? [] : [quiet(`approved ${wish(approval.granted, now)}`)]),
    ...(run.retryOf === undefined ? [] : [quiet(`goes on from ${shortId(run.retryOf)}`)]),
    ...(run.resumed === 0
      ? []
      : [quiet(`resumed ${run.resumed === 1 ? 'once' : `${run.resumed} times`} after its process had ended`)]),
    ...(leftBehind === 0 && warnings === 0
      ? []
      : [
          busy(
            `${[counted(warnings, 'warning'), counted(leftBehind, 'thing', ' left behind')].filter(Boolean).join(', ')}: hwautomation show ${shortId(id)}`,
          ),
        ]),
  ]
}

function wish({ by, reason, via, at }: WishRecord, now: number): string {
  return `by ${by} (${via}), ${moment(at, now)}${reason === '' ? '' : `: ${reason}`}`
}

function counted(number: number, word: string, more = ''): string {
  return number === 0 ? '' : `${number} ${word}${number === 1 ? '' : 's'}${more}`
}

function bar(percent: number, columns: number, style: Style): string {
  const full = Math.round((Math.min(Math.max(percent, 0), 100) / 100) * columns)
  return style.busy('█'.repeat(full)) + style.quiet('░'.repeat(Math.max(columns - full, 0)))
}

/** A text with a short note at its right. */
function withNote(text: string, note: string, width: number, style: Style): string {
  if (note === '') return fitted(text, width)
  const shown = fitted(text, Math.max(width - widthOf(note) - 2, 8))
  const column = Math.min(width - widthOf(note) - 2, 58)
  return `${filled(shown, column)}  ${style.quiet(note)}`.trimEnd()
}

/** Wrapped, its further lines indented. */
function hanging(text: string, width: number, indent: number): string[] {
  const columns = Math.max(width - indent, 20)
  return wrapped(text, columns).map((line, index) => (index === 0 ? line : ' '.repeat(indent) + line))
}
