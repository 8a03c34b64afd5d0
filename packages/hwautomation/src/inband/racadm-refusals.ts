import { phaseOf, type DellJob } from '../bios/dell/job-queue.ts'
import { printable } from '../bios/printable.ts'
import { HwError } from '../errors.ts'

/** A job in words: id, name, status and what the iDRAC says of it. */
export function describeJob({ id, name, status, message }: DellJob): string {
  return printable(`${id} (${name}) is ${status}${message === '' ? '' : `: ${message}`}`)
}

/** Values that were acknowledged and are not there. */
export function notPending(names: readonly string[]): HwError {
  return new HwError({
    code: 'bios.not-staged',
    kind: 'transient',
    message: `racadm reported success, but these settings are not pending: ${names.map((name) => printable(name)).join(', ')}. No job was ordered.`,
    hint: 'Look at the Lifecycle Log (`racadm lclog view`); an iDRAC that has just started acknowledges what it then forgets.',
    context: { notPending: names.map((name) => printable(name)) },
  })
}

/** A job of somebody else, or of an earlier attempt, that the iDRAC takes nothing beside. */
export function jobPending(job: DellJob): HwError {
  const runs = phaseOf(job) === 'runs'
  return new HwError({
    code: 'bios.job-pending',
    kind: 'busy',
    message: `The BIOS job ${describeJob(job)}; until it is over nothing can be set.`,
    hint: runs
      ? 'Wait until it is over: `racadm jobqueue view` shows it.'
      : `Find out whose it is (\`racadm lclog view\`); a reboot runs it${phaseOf(job) === 'new' ? ' once it is scheduled' : ''}, \`racadm jobqueue delete -i ${job.id}\` discards it with what it would set.`,
    context: { job: job.id, name: printable(job.name), status: printable(job.status) },
  })
}

/** racadm has no way to say that a word is no option: `-f` would be a file to import. */
export function likeAnOption(name: string): HwError {
  return new HwError({
    code: 'bios.change-refused',
    kind: 'invalid',
    message: `The value for ${printable(name)} begins with a hyphen, which racadm takes for an option. Nothing was set.`,
    hint: 'Choose another value in the template, or set this one by hand in the iDRAC.',
  })
}

/** A setting that the machine does not have. */
export function inNoGroup(name: string): HwError {
  return new HwError({
    code: 'bios.tool-failed',
    kind: 'invalid',
    message: `racadm lists no group of the BIOS that has ${printable(name)}.`,
    hint: 'This board has no such setting: correct its name, or take it out of the template.',
  })
}

/** An answer that says nothing, although the call succeeded. */
export function unreadable(why: string, cause?: unknown): HwError {
  return new HwError({
    code: 'bios.tool-output',
    kind: 'transient',
    message: `racadm reported success, but ${printable(why, 400)}`,
    hint: 'Run `racadm get BIOS` by hand on the machine; an iDRAC that has just started answers so for some minutes.',
    ...(cause === undefined ? {} : { cause }),
  })
}
