import { textOf } from '../../os/errno.ts'
import { jobMessage } from '../../../../world/job-words.ts'
import { idracAttributes } from '../../../../world/idrac-attributes.ts'
import type { Machine } from '../../../../world/machine.ts'
import { type Call, padded, RacadmError } from './call.ts'

/** An attribute as a profile has it. `commented`: it is shown, and no import takes it as things are. */
interface Entry {
  readonly name: string
  readonly value: string
  readonly commented: boolean
}

interface Component {
  readonly fqdd: string
  readonly entries: readonly Entry[]
}

/**
 * `get -t xml|json -f FILE [-c FQDD]`: a server configuration profile in a file of the host. Form of an exported profile: C6320
 * (XML) and R6515 (JSON) of metal-toolbox/ironlib, which reads the file as soon as the call has returned. Assumed: what the call
 * prints, and that it leaves a finished job behind.
 */
export async function exportProfile(call: Call): Promise<number> {
  const { values, machine, jobs, io, process } = call
  const type = (values.get('t') ?? 'xml').toLowerCase()
  if (type !== 'xml' && type !== 'json') throw new RacadmError(`Invalid file type ${type} specified.`)
  if (values.has('l')) throw new RacadmError('Unable to access the network share.')
  const wanted = values.get('c')?.split(',')
  const components = componentsOf(machine).filter(({ fqdd }) => wanted?.includes(fqdd) ?? true)
  if (components.length === 0) throw new RacadmError('Invalid component FQDD specified.')
  const at = process.host.clock.now()
  const text = type === 'xml' ? asXml(machine, components, at) : asJson(machine, components, at)
  try {
    await process.writeFile(values.get('f') ?? '', text)
  } catch (error) {
    throw new RacadmError(`Unable to open the file for writing: ${textOf(error)}`)
  }
  const id = jobs.newId('JID')
  jobs.record(id, { type: 'ExportConfiguration', status: 'Completed', message: jobMessage('SYS043') })
  io.out(padded(`RAC976: Export configuration ${type.toUpperCase()} file operation initiated.`))
  io.out(`Use the "racadm jobqueue view -i ${id}" command to view the status\nof the operation.\n`)
  return 0
}

/** Attributes that are read-only for good are not in a profile. */
function componentsOf(machine: Machine): readonly Component[] {
  const { current, pending } = machine.bios
  const inPlace = new Map([...current, ...pending])
  const bios = machine.model.biosAttributes
    .filter(({ readOnly }) => readOnly !== true)
    .map(({ name, type, settable, ownOnly }) => ({
      name,
      value: type === 'Password' ? '******' : String(current.get(name) ?? ''),
      commented: type === 'Password' || ownOnly === true || settable?.(inPlace) === false,
    }))
  const idrac = idracAttributes(machine)
    .filter(({ readOnly }) => readOnly !== true)
    .map(({ group, index, name, value, secret }) => ({
      name: `${group}.${index}#${name}`,
      value: secret === true ? '******' : value,
      commented: secret === true,
    }))
  return [
    { fqdd: 'iDRAC.Embedded.1', entries: idrac },
    { fqdd: 'BIOS.Setup.1-1', entries: bios },
  ]
}

const COMMENTED =
  'Exported configuration may contain commented attributes. Attributes may be commented due to dependency, destructive nature, preserving server identity or for security reasons.'

/** Without a prolog and without a line break at its end; BIOS attributes are indented by four blanks, others by one. */
function asXml({ model, serial }: Machine, components: readonly Component[], at: number): string {
  const inner = components.map(({ fqdd, entries }) => {
    const indent = fqdd.startsWith('BIOS.') ? '    ' : ' '
    const lines = entries.map(({ name, value, commented }) => {
      const element = `<Attribute Name="${name}">${escaped(value)}</Attribute>`
      return `${indent}${commented ? `<!-- ${element} -->` : element}\n`
    })
    return `<Component FQDD="${fqdd}">\n${lines.join('')}</Component>\n\n`
  })
  return `<SystemConfiguration Model="${escaped(model.product)}" ServiceTag="${serial}" TimeStamp="${timestamp(at)}">\n<!--Export type is Normal-->\n<!--${COMMENTED}-->\n${inner.join('')}</SystemConfiguration>`
}

/** Values are texts, and so is whether an import takes them. */
function asJson({ model, serial }: Machine, components: readonly Component[], at: number): string {
  const profile = {
    Comments: [{ Comment: 'Export type is Normal,JSON' }, { Comment: COMMENTED }],
    Model: model.product,
    ServiceTag: serial,
    TimeStamp: timestamp(at),
    Components: components.map(({ fqdd, entries }) => ({
      FQDD: fqdd,
      Attributes: entries.map(({ name, value, commented }) => ({
        Name: name,
        Value: value,
        'Set On Import': commented ? 'False' : 'True',
        Comment: 'Read and Write',
      })),
    })),
  }
  return `${JSON.stringify({ SystemConfiguration: profile }, null, 2)}\n`
}

/** `Mon Jun 21 19:59:51 2021`. */
function timestamp(at: number): string {
  const [day = '', date = '', month = '', year = '', time = ''] = new Date(at).toUTCString().replace(',', '').split(' ')
  return `${day} ${month} ${date} ${time} ${year}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
