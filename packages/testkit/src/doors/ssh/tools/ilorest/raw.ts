import { hpeDialect } from '../../../redfish/hpe/dialect.ts'
import { findResource } from '../../../redfish/resource.ts'
import type { Caller, Sessions } from '../../../redfish/sessions.ts'
import { dropSession } from './cache.ts'
import { type Call, IlorestError, printJson, serverText, sorted } from './call.ts'
import { requireSession } from './login.ts'

/**
 * `rawget PATH [--silent] [-f FILE]`: what the BMC serves over the network too; 6 for a path that is not there.
 * The text of that 404 is assumed.
 */
export async function rawget(call: Call): Promise<number> {
  await requireSession(call)
  const [path] = call.operands
  if (path === undefined) throw new IlorestError(3, 'rawget: error: the following arguments are required: path')
  const body = resourceAt(call, path)
  if (body === undefined) {
    if (!call.flags.has('silent')) serverText(call, 404, `The resource at the URI ${path} was not found.`)
    throw new IlorestError(6, '')
  }
  const file = call.values.get('f') ?? call.values.get('filename')
  if (file === undefined) printJson(call.io, body)
  else {
    await call.process.writeFile(file, `${JSON.stringify(sorted(body), null, 2)}\n`)
    call.io.out(`Results written out to '${file}'.\n`)
  }
  return 0
}

/** `serverstate`. */
export async function serverstate(call: Call): Promise<number> {
  await requireSession(call)
  call.io.out('The server is currently in state: FinishedPost\n')
  return 0
}

const RESETS = [
  'On',
  'ForceOff',
  'ForceRestart',
  'GracefulRestart',
  'GracefulShutdown',
  'PushPowerButton',
  'Press',
  'PressAndHold',
  'ColdBoot',
  'Nmi',
]

/** `reboot [TYPE]`: waits three seconds, asks for the reset, and logs out. */
export async function reboot(call: Call): Promise<number> {
  await requireSession(call)
  const [type = 'ForceRestart'] = call.operands
  if (!RESETS.includes(type))
    throw new IlorestError(3, `Error: Invalid parameter: '${type}'. Please run 'help reboot' for parameters.`)
  const { machine } = call.process.host
  if (call.personality === '3')
    call.io.out(
      'Forcing a server restart. Note, the current session will be terminated.\nPlease wait for the server to boot completely to login again.\nRebooting the server in 3 seconds...\n',
    )
  serverText(call, 200, 'The operation completed successfully.')
  dropSession(call.process)
  call.io.effect(() => {
    if (type === 'ForceOff' || type === 'PressAndHold') machine.powerOff()
    else if (type === 'GracefulShutdown' || type === 'PushPowerButton' || type === 'Press') machine.shutDown()
    else if (type !== 'On' && type !== 'Nmi') machine.reboot()
  })
  return 0
}

function resourceAt(call: Call, path: string): unknown {
  const { machine, clock } = call.process.host
  const found = findResource(hpeDialect.resourcesOf(machine), path, hpeDialect.samePath)
  if (found?.resource.GET === undefined) return undefined
  return found.resource.GET({
    machine,
    clock,
    sessions: noSessions,
    caller: undefined as Caller | undefined,
    body: {},
    id: found.id,
    host: '',
    ifMatch: undefined,
  })
}

/** The in-band channel keeps no sessions of its own. */
const noSessions = undefined as unknown as Sessions
