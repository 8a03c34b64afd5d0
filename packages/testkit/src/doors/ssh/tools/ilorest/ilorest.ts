import type { RefusalMode } from '../../../../call.ts'
import type { Process } from '../../os/process.ts'
import type { Program } from '../../programs/program.ts'
import { runTool } from '../run-tool.ts'
import { type Call, IlorestError, type Personality } from './call.ts'
import { biosdefaults, commit, load, save } from './commit.ts'
import { login, logout } from './login.ts'
import { get, select, set, status, types } from './properties.ts'
import { rawget, reboot, serverstate } from './raw.ts'

interface Verb {
  readonly seconds: number
  readonly mutating: boolean
  /** Options beyond those that every verb takes; `name:` has a value. */
  readonly options: readonly string[]
  readonly run: (call: Call) => number | Promise<number>
}

const COMMON = [
  'url:',
  'u:',
  'user:',
  'p:',
  'password:',
  'logout',
  'j',
  'json',
  'nologo',
  'https:',
  'selector:',
  'silent',
  'refresh',
  'encode',
  'e',
  'biospassword:',
  'includelogs',
  'path:',
  'latestschema',
  'force_vnic',
  'use_chif',
  'no_app_login',
]

/** Seconds of lab time are what a Gen11 in a rack needs, roughly (assumed). */
const verbs: Readonly<Record<string, Verb>> = {
  login: { seconds: 5, mutating: false, options: [], run: login },
  logout: { seconds: 1, mutating: false, options: [], run: logout },
  select: { seconds: 1, mutating: false, options: [], run: select },
  types: { seconds: 2, mutating: false, options: ['fulltypes'], run: types },
  get: { seconds: 3, mutating: false, options: ['filter:', 'noreadonly'], run: get },
  list: { seconds: 3, mutating: false, options: ['filter:'], run: get },
  set: { seconds: 3, mutating: false, options: ['commit', 'reboot:'], run: set },
  status: { seconds: 1, mutating: false, options: [], run: status },
  commit: { seconds: 8, mutating: true, options: ['reboot:'], run: commit },
  save: { seconds: 6, mutating: false, options: ['f:', 'filename:', 'multisave:', 'filter:'], run: save },
  load: { seconds: 10, mutating: true, options: ['f:', 'filename:', 'reboot:'], run: load },
  rawget: {
    seconds: 3,
    mutating: false,
    options: ['f:', 'filename:', 'b:', 'headers:', 'response', 'getheaders', 'expand', 'service', 'sessionid:'],
    run: rawget,
  },
  serverstate: { seconds: 2, mutating: false, options: [], run: serverstate },
  biosdefaults: {
    seconds: 6,
    mutating: true,
    options: ['userdefaults', 'manufacturingdefaults', 'reboot:'],
    run: biosdefaults,
  },
  reboot: { seconds: 4, mutating: true, options: ['confirm'], run: reboot },
}

/** Verbs of the real tool that the lab does not have. */
const NOT_SIMULATED = new Set([
  'serverinfo',
  'systeminfo',
  'serverlogs',
  'firmwareupdate',
  'flashfwpkg',
  'bootorder',
  'secureboot',
  'serverclone',
  'taskqueue',
  'rawpatch',
  'rawpost',
  'rawput',
  'rawdelete',
  'iloaccounts',
  'ilolicense',
  'iloreset',
  'help',
  'info',
  'pending',
  'virtualmedia',
  'installset',
  'listcomp',
])

/** HPE iLOrest in-band: version 7.x, or 3.x with its other streams and words. Output and return codes as the real tool's. */
export const ilorest: Program = async (process, version) => {
  const personality: Personality = version.startsWith('3.') || version.startsWith('4.') ? '3' : '7'
  const args = process.argv.slice(1)
  const json = args.includes('-j') || args.includes('--json')
  let [quiet, verbose] = [json && personality === '7', false]
  while (/^-./.test(args[0] ?? '')) {
    const option = args.shift() ?? ''
    if (option === '--version') {
      await process.out(`RESTful Interface Tool ${version}\n`)
      return 0
    }
    if (option === '--nologo') quiet = true
    else if (option === '-v' || option === '--verbose') verbose = true
    else if (
      option === '--url' ||
      option === '-u' ||
      option === '-p' ||
      option === '-c' ||
      option === '--config' ||
      option === '--cache-dir' ||
      option === '--logdir'
    )
      args.shift()
  }
  const [name = '', ...rest] = args
  const verb = verbs[name]
  if (!quiet) await process.out(banner(version, personality))
  if (verb === undefined) return noSuchVerb(process, name)
  const code = await runTool(process, {
    call: `ilorest ${name}`,
    mutating: verb.mutating,
    detail: masked(rest),
    seconds: verb.seconds,
    refusal: (code, mode) => refusalOf(name, personality, code, mode),
    async run(io) {
      const parsed = parse(rest, [...COMMON, ...verb.options])
      if (parsed.bad !== undefined) {
        io.err(`usage: ${name} [-h]\n${name}: error: The option ${parsed.bad} is not available for ${name}\n`)
        return 3
      }
      try {
        return await verb.run({ process, io, personality, verb: name, ...parsed })
      } catch (error) {
        if (!(error instanceof IlorestError)) throw error
        if (error.message !== '' && error.stream === 1) io.out(`${error.message}\n`)
        else if (error.message !== '') io.err(`${error.message}\n`)
        return error.code
      }
    },
  })
  if (verbose) await process.out(`${personality === '3' ? 'ILOREST' : 'iLOrest'} return code: ${code}\n`)
  return code
}

async function noSuchVerb(process: Process, name: string): Promise<number> {
  if (name === '') return 0
  if (NOT_SIMULATED.has(name)) {
    await process.err(`'${name}' is a command of iLOrest that this simulated one does not have\n`)
    return 255
  }
  await process.err(`Command '${name}' not found. Use the help command to see a list of available commands\n`)
  return 13
}

function banner(version: string, personality: Personality): string {
  const [name, years] = personality === '3' ? ['iLOrest', '2014-2022'] : ['iLORest', '2014-2025']
  return `${name} : RESTful Interface Tool version ${version}\nCopyright (c) ${years} Hewlett Packard Enterprise Development LP\n${'-'.repeat(80)}\n`
}

function parse(
  args: readonly string[],
  options: readonly string[],
): Pick<Call, 'operands' | 'flags' | 'values'> & { bad?: string } {
  const operands: string[] = []
  const flags = new Set<string>()
  const values = new Map<string, string>()
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? ''
    if (!/^-./.test(arg)) {
      operands.push(arg)
      continue
    }
    const [name = '', ...inline] = arg.replace(/^--?/, '').split('=')
    if (options.includes(`${name}:`)) {
      const value = inline.length > 0 ? inline.join('=') : args[(i += 1)]
      values.set(name, value ?? '')
    } else if (options.includes(name)) flags.add(name)
    else return { operands, flags, values, bad: arg }
  }
  return { operands, flags, values }
}

/**
 * Assumed: the words and statuses of `licence-missing` and `session-limit`; the return codes are those of
 * rdmc_helper.ReturnCodes.
 */
function refusalOf(
  verb: string,
  personality: Personality,
  code: number | undefined,
  mode: RefusalMode,
): { text: string; code: number } {
  const prefix = personality === '3' ? '' : mode === 'licence-missing' ? '[403] ' : '[400] '
  switch (mode) {
    case 'auth-failure':
      return {
        text: 'High security mode [HighSecurity] or Host Authentication has been enabled. Please provide valid credentials.\n',
        code: code ?? 75,
      }
    case 'licence-missing':
      return {
        text: `${prefix}This operation requires an iLO Advanced license.\nError: Error: License Error Occurred while ${verb}\n`,
        code: code ?? 59,
      }
    case 'session-limit':
      return {
        text: `${prefix}The session establishment failed due to the number of simultaneous sessions exceeding the limit of the implementation.\n`,
        code: code ?? 32,
      }
    case 'wrong-status':
      if (verb === 'commit' || verb === 'load')
        return {
          text: 'Error: One or more types failed to commit. Run the status command to see uncommitted data. if you wish to discard failed changes refresh the type using select with the --refresh flag.\n',
          code: code ?? 45,
        }
      if (verb === 'login')
        return {
          text: 'Chif driver not found, please check that the iLO channel interface driver (Chif) is installed.\n',
          code: code ?? 34,
        }
      return {
        text: 'ERROR 100: Bios provider is unregistered. Please refer to the documentation for details on this issue.\n',
        code: code ?? 100,
      }
    default:
      return mode satisfies never
  }
}

/** Passwords stay out of the log. */
function masked(args: readonly string[]): string {
  return args
    .map((arg, index) =>
      /^(?:-p|--password|--biospassword)$/.test(args[index - 1] ?? '')
        ? '***'
        : arg.replace(/^(--(?:bios)?password)=.*/, '$1=***'),
    )
    .join(' ')
    .slice(0, 200)
}
