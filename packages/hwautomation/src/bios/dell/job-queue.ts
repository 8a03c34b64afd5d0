import { printable } from '../printable.ts'
import { racadmLines } from './racadm-output.ts'

/** One entry of the Lifecycle Controller's queue, as `racadm jobqueue view` shows it. */
export interface DellJob {
  /** `JID_`, for a reboot `RID_`, and 10 to 16 digits. */
  readonly id: string
  /** e.g. `Configure: BIOS.Setup.1-1`. */
  readonly name: string
  readonly status: string
  /** e.g. `PR19: Job completed successfully.` */
  readonly message: string
  /** `2025-03-25T17:00:32`, the iDRAC's own time without a zone; absent up to iDRAC8, and while it is not over. */
  readonly completedAt?: string
}

/** Of a name or message, which goes into errors: more than any has. */
const LONGEST = 500

/**
 * The jobs of a queue, in its order. iDRAC9 shows actual times, older ones only a start time. `Percent Complete` is not read: 100 stands
 * on failed jobs too. Undefined where something else was printed: that is not an empty queue.
 */
export function parseJobQueue(output: string): DellJob[] | undefined {
  if (!/^-+ ?JOB(?: QUEUE)? ?-+\s*$|^\[Job ID=/m.test(output)) return undefined
  const jobs: Map<string, string>[] = []
  for (const line of racadmLines(output)) {
    const id = /^\[Job ID=(\w+)\]$/.exec(line.trim())?.[1]
    if (id !== undefined) jobs.push(new Map([['id', id]]))
    const equals = line.indexOf('=')
    const field = line.slice(0, Math.max(equals, 0)).trimEnd()
    if (id === undefined && /^[A-Z][A-Za-z ]+$/.test(field))
      jobs.at(-1)?.set(field, printable(line.slice(equals + 1).trim(), LONGEST))
  }
  return jobs.map(toJob)
}

/**
 * Everything that one BIOS job at a time does: settings that were staged, and the import of a profile, which may hold some. Jobs that were
 * ordered over the network are also called `ConfigBIOS:BIOS.Setup.1-1` (OpenStack Ironic's iDRAC driver).
 */
export function isBiosJob({ name }: DellJob): boolean {
  return /^(?:Configure:\s*(?:BIOS\.Setup\.1-1|Import (?:Server Configuration Profile|System configuration XML file))|ConfigBIOS:)/i.test(
    name,
  )
}

/**
 * Where a job stands. `waits`: the next boot runs it; `new`: nobody has ordered when; `runs`: at work now; `failed`: over, not or not
 * all of it done. A status that is not known counts as `runs`: nothing is done while nobody knows.
 */
export type JobPhase = 'new' | 'waits' | 'runs' | 'done' | 'failed'

export function phaseOf({ status }: DellJob): JobPhase {
  return PHASES.get(status.toLowerCase()) ?? 'runs'
}

/** Dell's job resource lists them (`JobState` of iDRAC9's Redfish service); racadm writes blanks between the words. */
const PHASES: ReadonlyMap<string, JobPhase> = new Map<string, JobPhase>([
  ['new', 'new'],
  ['scheduled', 'waits'],
  ['scheduling', 'waits'],
  ['ready for execution', 'waits'],
  ['waiting', 'waits'],
  ['paused', 'waits'],
  ['pending activation', 'waits'],
  ['completed', 'done'],
  ['reboot completed', 'done'],
  ['completed with errors', 'failed'],
  ['failed', 'failed'],
  ['reboot failed', 'failed'],
])

/** Jobs of the BIOS that are not over. */
export function openBiosJobs(jobs: readonly DellJob[]): DellJob[] {
  return jobs.filter((job) => isBiosJob(job) && !['done', 'failed'].includes(phaseOf(job)))
}

/** The BIOS job that was over last. */
export function lastBiosJob(jobs: readonly DellJob[]): DellJob | undefined {
  return jobs
    .filter((job) => isBiosJob(job) && ['done', 'failed'].includes(phaseOf(job)))
    .toSorted(byEnd)
    .at(-1)
}

/** What the firmware said against the last change: empty where the job that made it succeeded, or there was none. */
export function jobVerdict(job: DellJob | undefined): string[] {
  if (job === undefined || phaseOf(job) !== 'failed') return []
  return [`the job ${job.id} (${job.name}) ended as ${job.status}${job.message === '' ? '' : `: ${job.message}`}`]
}

/** Ids are made from the time and rise; the time a job was over counts where both have one. */
function byEnd(a: DellJob, b: DellJob): number {
  if (a.completedAt !== undefined && b.completedAt !== undefined && a.completedAt !== b.completedAt)
    return a.completedAt < b.completedAt ? -1 : 1
  const [left, right] = [numberOf(a), numberOf(b)]
  return left === right ? 0 : left < right ? -1 : 1
}

function numberOf({ id }: DellJob): bigint {
  return BigInt(/\d+/.exec(id)?.[0] ?? 0)
}

function toJob(fields: ReadonlyMap<string, string>): DellJob {
  const text = (name: string) => (fields.get(name) ?? '').replace(/^\[(.*)\]$/, '$1')
  const completedAt = localTime(text('Actual Completion Time'))
  return {
    id: fields.get('id') ?? '',
    name: text('Job Name'),
    status: text('Status'),
    message: text('Message'),
    ...(completedAt === undefined ? {} : { completedAt }),
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Tue, 25 Mar 2025 17:00:32`. */
function localTime(text: string): string | undefined {
  const match = /^\w{3}, (\d{1,2}) (\w{3}) (\d{4}) (\d{2}:\d{2}:\d{2})/.exec(text)
  const month = MONTHS.indexOf(match?.[2] ?? '') + 1
  if (match === null || month === 0) return undefined
  return `${match[3]}-${String(month).padStart(2, '0')}-${match[1]?.padStart(2, '0')}T${match[4]}`
}
