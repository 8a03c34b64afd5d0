import { isGone } from '../control/client.ts'
import { nextCommands } from '../report/next-commands.ts'
import { errorLines, recordLines } from '../report/record-lines.ts'
import { plain } from '../report/style.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import { hasEnded } from '../workflow/status.ts'
import type { Door } from './door.ts'
import { EXIT, EXIT_OF_RUN, fail } from './exit.ts'
import { follow } from './follow.ts'
import { printJson, printLines, remark, screen } from './print.ts'

const GO_ON = 'To go on: hwautomation resume'

export interface SeeThroughOptions {
  readonly json: boolean
  /** What Ctrl-C does: asks for a cancel, or ends the looking. */
  readonly interrupt: 'cancels' | 'stops-looking'
  /** A cancel is what was asked for: CANCELLED is then what was wanted. */
  readonly cancelWanted?: boolean
}

/**
 * Follows a run to its end, tells how it ended, and sets the exit code. SIGTERM lets go of it: where this process does the work the
 * machine stays as it is and the run can be resumed; where another one does, the run goes on there.
 */
export async function seeThrough(door: Door, id: string, options: SeeThroughOptions): Promise<void> {
  const looking = new AbortController()
  const off = onSignals(door, id, options, looking)
  let record: WorkflowRecord
  try {
    await follow(door.client, id, { json: options.json, signal: looking.signal })
    record = (await door.client.run(id)).workflow
  } catch (error) {
    if (!isGone(error)) throw error
    const left = await door.stored?.(id).catch(() => undefined)
    if (left !== undefined && hasEnded(left.status)) return conclude(left, options)
    if (options.json) fail(error)
    remark(`The process that worked on it has ended. ${GO_ON} ${id}`)
    process.exitCode = EXIT.unfinished
    return
  } finally {
    off()
  }
  if (looking.signal.aborted) return report(record, options)
  conclude(record, options)
  if (!hasEnded(record.status)) await sayWhy(door, id, record)
}

function conclude(record: WorkflowRecord, options: SeeThroughOptions): void {
  report(record, options)
  process.exitCode =
    options.cancelWanted === true && record.status === 'CANCELLED' ? EXIT.done : EXIT_OF_RUN[record.status]
}

/** A run that nobody works on any more: what kept this process from it, where it did the work, and how it goes on. */
async function sayWhy(door: Door, id: string, record: WorkflowRecord): Promise<void> {
  const why = record.error ?? (await door.whyLeft?.(id))
  remark(...(why === undefined ? [] : errorLines(why)), `The run has not ended, and nobody works on it. ${GO_ON} ${id}`)
}

/** The first Ctrl-C asks for a graceful cancel. A second says what is being finished, or stops looking where another process does it. */
function onSignals(door: Door, id: string, options: SeeThroughOptions, looking: AbortController): () => void {
  const { client, owner } = door
  let asked = options.cancelWanted === true
  const stop = (code: number) => {
    process.exitCode = code
    if (owner !== undefined) remark(`Process ${owner.pid} goes on with it. To look again: hwautomation follow ${id}`)
    looking.abort()
  }
  const interrupt = () => {
    if (options.interrupt === 'stops-looking' || (asked && owner !== undefined)) return stop(EXIT.cancelled)
    if (asked) return void client.run(id).then(({ workflow }) => remark(beingFinished(workflow)), complain)
    asked = true
    const again = owner === undefined ? 'says what is being finished' : 'stops looking'
    remark(`Cancelling: the machine is taken to a known state first. Ctrl-C again ${again}.`)
    void client.cancel(id, { reason: 'Ctrl-C' }).catch(complain)
  }
  const terminate = () => {
    if (owner === undefined) remark(`Let go of: the machine stays as it is. ${GO_ON} ${id}`)
    door.letGo()
    stop(EXIT.detached)
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', terminate)
  return () => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', terminate)
  }
}

function complain(error: unknown): void {
  remark(plain(error instanceof Error ? error.message : String(error)))
}

function beingFinished({ steps, waitingFor }: WorkflowRecord): string {
  const step = steps.find(({ status, undo }) => status === 'running' || undo?.status === 'running')
  const task = step?.subTasks.findLast(({ status }) => status === 'running')
  const what = plain([step?.title, task?.name, task?.detail].filter(Boolean).join(': '))
  return `Still finishing${what ? ` ${what}` : ' the clean-up'}${waitingFor ? ` (${plain(waitingFor.detail)})` : ''}. Killing the process would leave the machine as it is now.`
}

function report(record: WorkflowRecord, { json }: SeeThroughOptions): void {
  if (json) printJson({ type: 'record', record })
  else {
    const next = nextCommands(record)
    printLines(['', ...recordLines(record, { colour: screen().colour }), ...(next.length === 0 ? [] : ['', ...next])])
  }
}
