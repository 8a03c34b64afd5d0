import type { Job } from '../../../../world/jobs.ts'
import { type Call, padded, RacadmError, racTime } from './call.ts'

/** `jobqueue create FQDD`, `view [-i ID]`, `delete -i ID | --all`. */
export function jobqueue(call: Call): number {
  const [verb, ...rest] = call.operands
  if (verb === 'create') return create(call, rest)
  if (verb === 'view' && rest.length === 0) return view(call)
  if (verb === 'delete' && rest.length === 0) return remove(call)
  throw new RacadmError('Invalid syntax. Run "racadm help jobqueue" for usage.')
}

const REBOOTS = {
  pwrcycle: 'RebootPowerCycle',
  graceful: 'RebootNoForce',
  forced: 'RebootForce',
} as const

/**
 * Applies what is staged at the next POST; with `-r` that POST is ordered too (captures with and without a reboot job).
 * Assumed: letter case of `-r` does not matter, other devices than the BIOS have nothing staged, and the wording when a
 * job is in the queue already, which is that of the Redfish service.
 */
function create(call: Call, [device = '', ...rest]: readonly string[]): number {
  const { io, jobs, machine } = call
  if (device === '' || rest.length > 0) throw new RacadmError('Invalid syntax. Run "racadm help jobqueue" for usage.')
  const how = (call.values.get('r') ?? 'none').toLowerCase()
  const start = call.values.get('s') ?? 'TIME_NOW'
  if (how !== 'none' && !isReboot(how)) throw new RacadmError(`Invalid reboot type ${how} specified.`)
  if (!/^(?:TIME_NOW|\d{14})$/.test(start)) throw new RacadmError('Invalid start time specified.')
  if (!/^(?:TIME_NA|\d{14})$/.test(call.values.get('e') ?? 'TIME_NA'))
    throw new RacadmError('Invalid expiration time specified.')
  if (jobs.underWay !== undefined)
    throw new RacadmError(
      'Pending configuration values are already committed, unable to perform another set operation.',
    )
  if (device.toLowerCase() !== 'bios.setup.1-1' || machine.bios.pending.size === 0)
    throw new RacadmError('No pending data present to create a Configuration job.')

  const id = jobs.newId('JID')
  const rebootId = isReboot(how) ? jobs.newId('RID') : undefined
  io.out(padded('RAC1024: Successfully scheduled a job.'))
  io.out('Verify the job status using "racadm jobqueue view -i JID_xxxxx" command.\n')
  io.out(`Commit JID = ${id}\n`)
  if (rebootId !== undefined) io.out(`Reboot JID = ${rebootId}\n`)
  io.effect(() => {
    jobs.schedule(id)
    if (isReboot(how) && rebootId !== undefined) reboot(call, rebootId, how)
  })
  return 0
}

function isReboot(how: string): how is keyof typeof REBOOTS {
  return Object.hasOwn(REBOOTS, how)
}

/** The reboot begins two seconds after it was ordered (assumed); a host that is not up is simply switched on again. */
function reboot({ process, machine, jobs }: Call, id: string, how: keyof typeof REBOOTS): void {
  const job = jobs.reboot(id, REBOOTS[how])
  process.host.clock.after(2_000, () => {
    if (how === 'pwrcycle' || machine.phase !== 'up') machine.powerCycle()
    else machine.reboot()
    job.done()
  })
}

const RULER = '-'.repeat(58)

/**
 * Since iDRAC9 5.x with start, end and actual times (captures in Microsoft's Nexus documentation), before with `Start Time` alone
 * (RackHD, 2.x). Where the change lies is assumed.
 */
function view({ io, jobs, machine, values }: Call): number {
  const id = values.get('i')
  const found = id === undefined ? jobs.all : jobs.all.filter((job) => job.id === id)
  if (id !== undefined && found.length === 0)
    throw new RacadmError(`The job ${id} is not found. Run "racadm jobqueue view" to see the jobs in the queue.`)
  io.out(
    id === undefined
      ? padded('-------------------------JOB QUEUE------------------------')
      : padded('---------------------------- JOB -------------------------'),
  )
  const old = Number.parseInt(machine.bmc.firmwareVersion, 10) < 5
  for (const job of found.toReversed()) io.out(`${lines(job, old).join('\n')}\n${RULER}\n`)
  return 0
}

function lines(job: Job, old: boolean): string[] {
  const time = (at: number | undefined): string => `[${at === undefined ? 'Not Applicable' : racTime(at)}]`
  const start = job.type === 'ImportConfiguration' ? '[Not Applicable]' : '[Now]'
  return [
    `[Job ID=${job.id}]`,
    `Job Name=${job.name}`,
    `Status=${job.status}`,
    ...(old
      ? [`Start Time=${start}`, 'Expiration Time=[Not Applicable]']
      : [
          `Scheduled Start Time=${start}`,
          'Expiration Time=[Not Applicable]',
          `Actual Start Time=${time(job.startedAt)}`,
          `Actual Completion Time=${time(job.completedAt)}`,
        ]),
    `Message=[${job.message.id}: ${job.message.text}]`,
    `Percent Complete=[${job.percent}]`,
  ]
}

/** A clear with FORCE restarts the data services: the iDRAC is gone for a while (redhat-performance/jetlag#778). */
function remove({ io, jobs, machine, values, flags }: Call): number {
  const id = flags.has('-all') ? 'JID_CLEARALL' : values.get('i')
  if (id === undefined) throw new RacadmError('Invalid syntax. Run "racadm help jobqueue" for usage.')
  if (id === 'JID_CLEARALL' || id === 'JID_CLEARALL_FORCE') {
    io.effect(() => {
      jobs.clear(id === 'JID_CLEARALL_FORCE')
      if (id === 'JID_CLEARALL_FORCE') machine.resetBmc()
    })
  } else {
    const job = jobs.find(id)
    if (job === undefined) throw new RacadmError(`The job ${id} is not found.`)
    if (job.status === 'Running') throw new RacadmError(`The job ${id} cannot be deleted because it is running.`)
    io.effect(() => void jobs.remove(id))
  }
  io.out(padded(`RAC1032: ${id} job(s) was cancelled by the user.`))
  return 0
}
