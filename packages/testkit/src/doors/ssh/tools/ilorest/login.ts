import { randomUUID } from 'node:crypto'
import { dropSession, readSession, type Session, writeSession } from './cache.ts'
import { type Call, IlorestError, logged } from './call.ts'

/** Where the proprietary CHIF library may lie beside the program's own folder. */
const LIBRARY = 'ilorest_chif.so'
const LIBRARY_FOLDERS = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/opt/ilorest/lib']

/** `login` (local, through the CHIF driver) and `login HOST -u U -p P`. */
export async function login(call: Call): Promise<number> {
  await requireLogin(call, call.operands[0] ?? call.values.get('url'))
  const selector = call.values.get('selector')
  if (selector !== undefined) {
    const session = await readSession(call.process)
    if (session !== undefined) await writeSession(call.process, { ...session, selected: selectedType(selector) })
  }
  call.io.out(
    call.personality === '3' ? 'Discovering data............................Done\n' : 'Discovering data...Done\n',
  )
  return 0
}

/** Says so and succeeds also when nobody is logged in. */
export function logout(call: Call): number {
  dropSession(call.process)
  call.io.out('Logging session out.\n')
  return 0
}

/** The session of an earlier call; without one a local login is tried first, as the real tool does. */
export async function requireSession(call: Call): Promise<Session> {
  const found = await readSession(call.process)
  if (found !== undefined) return found
  await requireLogin(call, call.values.get('url'))
  return (await readSession(call.process)) ?? { id: '', patches: {} }
}

/** `Bios.` as typed → the type's full name. Unknown: 27 (rdmc_helper.ReturnCodes), with a text that is assumed. */
export function selectedType(selector: string): string {
  const known = ['Bios.v1_0_4', 'ComputerSystem.v1_17_0', 'ServiceRoot.v1_13_0']
  const found = known.find((type) =>
    type.toLowerCase().startsWith(selector.replace(/\.?$/, '.').replace(/^#/, '').toLowerCase()),
  )
  if (found === undefined) throw new IlorestError(27, `Error: No instances were found for selected type '${selector}'.`)
  return found
}

async function requireLogin(call: Call, host: string | undefined): Promise<void> {
  const { process, personality } = call
  if (host !== undefined) throw new IlorestError(31, 'Could not reach URL. Retries have been exhausted.')
  if (!hasLibrary(call)) {
    const text =
      personality === '3'
        ? 'iLOrest Chif dll not found, please check that the chif dll is present.'
        : 'iLOrest Chif library not found, please check that the chif ilorest_chif.dll/.so is present.'
    throw new IlorestError(35, text, 1)
  }
  if (process.uid !== 0) {
    throw new IlorestError(
      5,
      'Both remote and local mode is accessible when RESTful Interface Tool is run as administrator. Only remote mode is available for non-admin user groups.',
    )
  }
  if (!process.host.modules.has('hpilo') || !process.host.fs.exists('/dev/hpilo'))
    throw logged(
      call,
      34,
      'Chif driver not found, please check that the iLO channel interface driver (Chif) is installed.',
    )
  // rdmc_helper.ReturnCodes 75, LoginCommand.py.
  if (process.host.machine.bmc.settings.requireHostAuthentication)
    throw new IlorestError(
      75,
      'High security mode [..] or Host Authentication has been enabled. Please provide valid credentials.',
    )
  await writeSession(process, { id: randomUUID(), patches: {} })
}

function hasLibrary({ process }: Call): boolean {
  const { fs } = process.host
  const program = process.argv[0] ?? ''
  const own = program.includes('/') ? program.replace(/\/[^/]*$/, '') || '/' : '/usr/sbin'
  const folders = [own, ...(process.env.get('LD_LIBRARY_PATH')?.split(':') ?? []), ...LIBRARY_FOLDERS]
  return folders.some((folder) => fs.exists(`${folder}/${LIBRARY}`, process))
}
