import { biosSettings, currentBios, resetBios, stageBios } from '../../../redfish/hpe/bios.ts'
import type { RedfishReply } from '../../../redfish/reply.ts'
import type { Answer } from '../../../../call.ts'
import type { BiosValue } from '../../../../world/model.ts'
import { textOf } from '../../os/errno.ts'
import { readSession, writeSession } from './cache.ts'
import { type Call, IlorestError, logged, serverText, sorted } from './call.ts'
import { requireSession, selectedType } from './login.ts'

const RESET_REQUIRED = 'One or more properties were changed and will not take effect until system is reset.'

/** `commit [--reboot=TYPE]`: PATCH of the settings resource. 8 when nothing is staged, 44 when nobody is logged in. */
export async function commit(call: Call): Promise<number> {
  const session = await readSession(call.process)
  if (session === undefined)
    throw logged(call, 44, 'Please login and make setting changes before using commit command.')
  call.io.out('Committing changes...\n')
  if (Object.keys(session.patches).length === 0)
    throw new IlorestError(8, 'Error: No changes found or made during commit operation.')
  const { machine } = call.process.host
  carryOut(call, stageBios(machine, { Attributes: session.patches }, undefined))
  await writeSession(call.process, { ...session, patches: {} })
  serverText(call, 200, RESET_REQUIRED)
  const reboot = call.values.get('reboot')
  if (reboot !== undefined) call.io.effect(() => machine.reboot())
  return 0
}

/** `biosdefaults [--manufacturingdefaults|--userdefaults]`: POST Bios.ResetBios. */
export async function biosdefaults(call: Call): Promise<number> {
  await requireSession(call)
  const kind = call.flags.has('userdefaults')
    ? 'user'
    : call.flags.has('manufacturingdefaults')
      ? 'manufacturing'
      : 'factory'
  const { machine } = call.process.host
  const answer = resetBios(machine, { ResetType: kind === 'user' ? 'default.user' : 'default' })
  if (answer.effect === undefined)
    throw new IlorestError(45, 'Error: The action ResetBios was not supported with this type.')
  if (call.personality === '3') call.io.out('Resetting BIOS attributes and settings to factory defaults.\n')
  else if (kind !== 'factory') call.io.out(`Resetting BIOS attributes and settings to ${kind} defaults.\n`)
  carryOut(call, answer)
  serverText(call, 200, RESET_REQUIRED)
  return 0
}

/** `save --selector Bios. -f FILE`: 3.x saves both BIOS resources, 7.x the settings only. */
export async function save(call: Call): Promise<number> {
  const session = await requireSession(call)
  const selector = call.values.get('selector') ?? session.selected
  if (selector === undefined)
    throw new IlorestError(
      24,
      "No type currently selected. Please use the 'types' command to\nget a list of types, or input your type by using the '--selector' flag.",
    )
  const type = selectedType(selector)
  if (!type.startsWith('Bios.')) throw new IlorestError(6, 'Error: No contents found to save.')
  const file = call.values.get('f') ?? call.values.get('filename') ?? 'ilorest.json'
  const { machine } = call.process.host
  const { model } = machine
  const comments = {
    BIOSDate: model.biosDate,
    BIOSFamily: model.biosFamily,
    Manufacturer: model.manufacturer,
    Model: model.product,
    SerialNumber: machine.serial,
    iLOVersion: `${model.bmcType} v${model.bmcVersion}`,
  }
  const resources = call.personality === '3' ? [currentBios(machine), biosSettings(machine)] : [biosSettings(machine)]
  const byPath = Object.fromEntries(
    resources.map((resource) => {
      const {
        '@odata.id': path,
        '@odata.type': _type,
        '@odata.context': _context,
        ...body
      } = resource as Record<string, unknown>
      return [path, body]
    }),
  )
  call.io.out('Saving configuration...\n')
  try {
    await call.process.writeFile(
      file,
      `${JSON.stringify(sorted([{ Comments: comments }, { [`#${type}.Bios`]: byPath }]), null, 2)}\n`,
    )
  } catch (error) {
    throw new IlorestError(7, `Error: Unable to open file: ${file}: ${textOf(error)}`)
  }
  call.io.out(`Configuration saved to: ${file}\n`)
  return 0
}

/** `load -f FILE`: what differs is committed at once. Partial files are fine. */
export async function load(call: Call): Promise<number> {
  const session = await requireSession(call)
  const file = call.values.get('f') ?? call.values.get('filename') ?? 'ilorest.json'
  if (!call.process.host.fs.exists(file, call.process))
    throw new IlorestError(7, `Error: File '${file}' doesn't exist. Please create file by running save command.`)
  const attributes = attributesIn((await call.process.readFile(file)).toString())
  if (attributes === undefined) throw new IlorestError(4, `Error: Invalid file formatting found in file ${file}`)
  call.io.out('Loading configuration...\n')
  const { machine } = call.process.host
  const inPlace = new Map([...machine.bios.current, ...machine.bios.pending])
  const changes = Object.fromEntries(Object.entries(attributes).filter(([name, value]) => inPlace.get(name) !== value))
  if (Object.keys(changes).length === 0) {
    call.io.out('No differences found from current configuration.\n')
    return 0
  }
  call.io.out('Committing changes...\n')
  carryOut(call, stageBios(machine, { Attributes: changes }, undefined))
  await writeSession(call.process, { ...session, patches: {} })
  serverText(call, 200, RESET_REQUIRED)
  if (call.personality === '7') call.io.out('Reboot is required for settings to take effect.\n')
  return 0
}

function carryOut(call: Call, { effect }: Answer<RedfishReply>): void {
  if (effect !== undefined) call.io.effect(() => void effect())
}

function attributesIn(text: string): Record<string, BiosValue> | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(parsed)) return undefined
  const found: Record<string, BiosValue> = {}
  for (const element of parsed as Record<string, unknown>[]) {
    for (const [type, resources] of Object.entries(element)) {
      if (!/^#?Bios\./.test(type) || resources === null || typeof resources !== 'object') continue
      for (const body of Object.values(resources as Record<string, { Attributes?: Record<string, BiosValue> }>))
        Object.assign(found, body.Attributes)
    }
  }
  return found
}
