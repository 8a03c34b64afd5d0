import type { BiosValue } from '../../../../world/model.ts'
import { biosSettings } from '../../../redfish/hpe/bios.ts'
import { systemResource } from '../../../redfish/hpe/system.ts'
import { serviceRoot } from '../../../redfish/hpe/service-root.ts'
import type { Session } from './cache.ts'
import { writeSession } from './cache.ts'
import { type Call, IlorestError, logged, printJson } from './call.ts'
import { requireSession, selectedType } from './login.ts'
import { commit } from './commit.ts'

/** `select [TYPE.]`. */
export async function select(call: Call): Promise<number> {
  const session = await requireSession(call)
  const [type] = call.operands
  if (type !== undefined) {
    await writeSession(call.process, { ...session, selected: selectedType(type) })
    return 0
  }
  if (session.selected === undefined) throw nothingSelected()
  call.io.out(`Current selection: ${session.selected}\n`)
  return 0
}

/** `types`. */
export async function types(call: Call): Promise<number> {
  await requireSession(call)
  call.io.out('Type options:\nBios.v1_0_4\nComputerSystem.v1_17_0\nServiceRoot.v1_13_0\n')
  return 0
}

/** `get [NAME…]` and `list`: of the settings resource, changes that are set but not committed included. */
export async function get(call: Call): Promise<number> {
  const session = await selected(call)
  if (session.selected === undefined) {
    // 7.2: an AttributeError is swallowed, and nothing is printed.
    if (call.personality === '7') return 0
    throw nothingSelected()
  }
  const resource = resourceOf(call, session)
  const json = call.flags.has('j') || call.flags.has('json')
  if (call.operands.length === 0) {
    const shown = Object.fromEntries(
      Object.entries(resource).filter(([key]) => !key.startsWith('@odata') && key !== 'Actions'),
    )
    if (json) printJson(call.io, shown)
    else call.io.out(`${linesOf(shown, 0).join('\n')}\n\n`)
    return 0
  }
  const found: Record<string, unknown> = {}
  const attributes = (resource['Attributes'] ?? {}) as Record<string, unknown>
  for (const name of call.operands) {
    const wanted = name.replace(/^attributes\//i, '').toLowerCase()
    const entry = Object.entries({ ...resource, ...attributes }).find(([key]) => key.toLowerCase() === wanted)
    if (entry !== undefined) found[entry[0]] = entry[1]
  }
  if (Object.keys(found).length === 0) throw new IlorestError(6, '\nError: No get contents found for selected type.')
  if (json) printJson(call.io, found)
  else call.io.out(`${linesOf(found, 0).join('\n')}\n\n`)
  return 0
}

/**
 * `set NAME=VALUE… [--commit]`: staged in the cache. HPE takes nonsense values here; the verdict comes with the next POST.
 * Assumed: of good and bad names together the good ones are staged, and the code is 40 all the same.
 */
export async function set(call: Call): Promise<number> {
  const session = await selected(call)
  if (session.selected === undefined) throw nothingSelected()
  if (!session.selected.startsWith('Bios.')) throw logged(call, 40, 'Nothing changed for the selected type.')
  if (call.operands.length === 0 || call.operands.some((operand) => !operand.includes('=')))
    throw new IlorestError(3, 'Error: Invalid set parameter format. [Key]=[Value]')
  const { current, pending } = call.process.host.machine.bios
  const inPlace = new Map([...current, ...pending])
  const patches = { ...session.patches }
  const added: Record<string, BiosValue> = {}
  const unchanged: string[] = []
  for (const operand of call.operands) {
    const at = operand.indexOf('=')
    const wanted = operand
      .slice(0, at)
      .replace(/^attributes\//i, '')
      .toLowerCase()
    const name = [...inPlace.keys()].find((key) => key.toLowerCase() === wanted)
    const attribute = call.process.host.machine.model.biosAttributes.find((candidate) => candidate.name === name)
    const text = operand.slice(at + 1).replace(/^"(.*)"$/, '$1')
    const value = typeof inPlace.get(name ?? '') === 'number' && /^-?\d+$/.test(text) ? Number(text) : text
    if (name === undefined || attribute?.readOnly === true || (patches[name] ?? inPlace.get(name)) === value)
      unchanged.push(wanted)
    else if (inPlace.get(name) === value) delete patches[name]
    else {
      patches[name] = value
      added[`Attributes/${name}`] = value
    }
  }
  await writeSession(call.process, { ...session, patches })
  if (Object.keys(added).length > 0) {
    call.io.out('Added the following patch:\n')
    printJson(call.io, added)
  }
  if (unchanged.length > 0) {
    const attributes = unchanged.map((name) => `'attributes/${name}'`).join(', ')
    throw logged(
      call,
      40,
      `Nothing changed for attribute ${attributes}.\nPlease check if the attribute exists or Read-only or System Unique property or the value trying to set is same or invalid`,
    )
  }
  return call.flags.has('commit') ? commit(call) : 0
}

/** `status`. */
export async function status(call: Call): Promise<number> {
  const session = await requireSession(call)
  const entries = Object.entries(session.patches)
  if (entries.length === 0) {
    call.io.out('No changes found\n')
    return 0
  }
  call.io.out(
    `Current changes found:\nBios.v1_0_4(/redfish/v1/systems/1/bios/settings/)${session.selected?.startsWith('Bios.') === true ? ' (Currently selected)' : ''}\n`,
  )
  for (const [name, value] of entries) call.io.out(`\tAttributes/${name}=${value}\n`)
  return 0
}

async function selected(call: Call): Promise<Session> {
  const session = await requireSession(call)
  const selector = call.values.get('selector')
  if (selector === undefined) return session
  const changed = { ...session, selected: selectedType(selector) }
  await writeSession(call.process, changed)
  return changed
}

function resourceOf(call: Call, session: Session): Record<string, unknown> {
  const { machine, clock } = call.process.host
  if (session.selected?.startsWith('ComputerSystem.') === true)
    return systemResource(machine) as Record<string, unknown>
  if (session.selected?.startsWith('ServiceRoot.') === true)
    return serviceRoot(machine, clock.now()) as Record<string, unknown>
  const settings = biosSettings(machine) as Record<string, unknown>
  return { ...settings, Attributes: { ...(settings['Attributes'] as object), ...session.patches } }
}

function nothingSelected(): IlorestError {
  return new IlorestError(
    24,
    "No type currently selected. Please use the 'types' command to\nget a list of types, or input your type by using the '--selector' flag.",
  )
}

/** `Key=Value`; an empty text as `""`; what is nested stands under its key, indented by that key's length and two. */
function linesOf(value: Readonly<Record<string, unknown>>, indent: number): string[] {
  const blanks = ' '.repeat(indent)
  return Object.entries(value).flatMap(([key, inner]) => {
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner))
      return [`${blanks}${key}=`, ...linesOf(inner as Record<string, unknown>, indent + key.length + 2)]
    const text =
      inner === ''
        ? '""'
        : Array.isArray(inner)
          ? JSON.stringify(inner)
          : inner === null
            ? 'None'
            : `${inner as string | number}`
    return [`${blanks}${key}=${text}`]
  })
}
