import { textOf } from '../../os/errno.ts'
import { type IdracAttribute, idracAttributes, takes } from '../../../../world/idrac-attributes.ts'
import { jobMessage } from '../../../../world/job-words.ts'
import type { BiosValue } from '../../../../world/model.ts'
import { stagedTogether } from '../../../../world/staging.ts'
import { type Call, padded, RacadmError } from './call.ts'
import { type Profile, readJsonProfile, readXmlProfile } from './profile-file.ts'

/** An import without reboot took about 10 seconds (Microsoft's Nexus documentation). */
const IMPORT_MS = 10_000

/**
 * `set -t xml|json -f FILE [-b Graceful|Forced|NoReboot] [-w SECONDS] [-s On|Off] [-c FQDD] [--preview]`. What it prints was captured by
 * metal-toolbox/bmclib. The verdict on the file is the job's, never this call's: a file that is no profile ends in a failed job
 * (assumed), attributes that the server does not take in one that is completed with errors, and the others are staged all the same.
 */
export async function importProfile(call: Call): Promise<number> {
  const { values, flags, io, jobs, machine, process } = call
  const type = (values.get('t') ?? 'xml').toLowerCase()
  const reboot = (values.get('b') ?? 'Graceful').toLowerCase()
  const wait = Number(values.get('w') ?? '1800')
  if (type !== 'xml' && type !== 'json') throw new RacadmError(`Invalid file type ${type} specified.`)
  if (!['graceful', 'forced', 'noreboot'].includes(reboot)) throw new RacadmError('Invalid shutdown type specified.')
  if (!Number.isInteger(wait) || wait < 300 || wait > 3600) throw new RacadmError('Invalid wait time specified.')
  if (!/^(?:on|off)$/i.test(values.get('s') ?? 'On')) throw new RacadmError('Invalid end host power state specified.')
  if (values.has('l')) throw new RacadmError('Unable to access the network share.')
  let text: string
  try {
    text = (await process.readFile(values.get('f') ?? '')).toString('utf8')
  } catch (error) {
    throw new RacadmError(`Unable to open the file: ${textOf(error)}`)
  }
  if (jobs.underWay !== undefined)
    throw new RacadmError('LC068: Unable to import or export the configuration because a job is pending or running.')

  const profile = type === 'xml' ? readXmlProfile(text) : readJsonProfile(text)
  const id = jobs.newId('JID')
  io.out(padded('Please wait while racadm transfers the file.'))
  io.out('File transferred successfully. Initiating the import operation.\n')
  io.out(`RAC977: Import configuration ${type.toUpperCase()} file operation initiated.\n`)
  io.out(`Use the "racadm jobqueue view -i ${id}" command to view the status\nof the operation.\n`)
  const wanted = profile === undefined ? undefined : wantedOf(call, profile, values.get('c')?.split(','))
  io.effect(() => {
    if (wanted === undefined)
      jobs.record(id, { type: 'ImportConfiguration', status: 'Failed', message: jobMessage('SYS051') })
    else if (flags.has('-preview'))
      jobs.record(id, { type: 'ImportConfiguration', status: 'Completed', message: jobMessage('SYS053') })
    else {
      for (const [attribute, value] of wanted.idrac) attribute.write?.(value)
      jobs.import(id, wanted.bios, IMPORT_MS, wanted.rejected)
      if (reboot === 'noreboot' || wanted.bios.size === 0) return
      process.host.clock.after(IMPORT_MS + 2_000, () => {
        if (machine.phase === 'up' && reboot === 'graceful') machine.reboot()
        else machine.powerCycle()
      })
    }
  })
  return 0
}

/** What there is to do, and how many attributes the server does not take. */
function wantedOf(
  { machine }: Call,
  profile: Profile,
  only: readonly string[] | undefined,
): {
  readonly bios: ReadonlyMap<string, BiosValue>
  readonly idrac: readonly (readonly [IdracAttribute, string])[]
  readonly rejected: number
} {
  let rejected = 0
  const taken = (fqdd: string): ReadonlyMap<string, string> =>
    (only?.includes(fqdd) ?? true) ? (profile.get(fqdd) ?? new Map<string, string>()) : new Map<string, string>()
  const idrac: (readonly [IdracAttribute, string])[] = []
  const attributes = idracAttributes(machine)
  for (const [name, value] of taken('iDRAC.Embedded.1')) {
    const attribute = attributes.find((one) => `${one.group}.${one.index}#${one.name}` === name)
    if (attribute === undefined || !takes(attribute, value)) rejected += 1
    else if (attribute.value !== value) idrac.push([attribute, value])
  }
  const bios = stagedTogether(machine, taken('BIOS.Setup.1-1'))
  return { bios: bios.changes, idrac, rejected: rejected + bios.rejected }
}
