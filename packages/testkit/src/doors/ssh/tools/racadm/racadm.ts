import type { RefusalMode } from '../../../../call.ts'
import type { Process } from '../../os/process.ts'
import type { Program } from '../../programs/program.ts'
import { runTool } from '../run-tool.ts'
import { type Call, RacadmError } from './call.ts'
import { jobqueue } from './jobqueue.ts'
import { get, helpOn, set } from './objects.ts'
import { getsvctag, getsysinfo, getversion, lclog, racreset, serveraction, swinventory } from './system.ts'

interface Verb {
  readonly seconds: (args: readonly string[]) => number
  readonly mutating: (args: readonly string[]) => boolean
  /** `name:` has a value. */
  readonly options: readonly string[]
  /** After its first operand all is taken as it is: a value may begin with a hyphen. */
  readonly literal?: true
  readonly run: (call: Call) => number | Promise<number>
}

const FILE_OPTIONS = ['f:', 't:', 'c:', 'l:', 'u:', 'p:']
const reads = () => false
const writes = () => true

/** How long a verb takes in lab time is assumed, but for an export's 25 seconds (Microsoft's Nexus documentation). */
const verbs: Readonly<Record<string, Verb>> = {
  get: {
    seconds: (args) => (args.includes('-f') ? 25 : 3),
    mutating: reads,
    options: [...FILE_OPTIONS, '-clone', '-replace', '-includeph', '-includero', '-customtelemetry'],
    run: get,
  },
  set: {
    seconds: (args) => (args.includes('-f') ? 5 : 3),
    mutating: writes,
    options: [...FILE_OPTIONS, 'b:', 'w:', 's:', '-preview', '-continue'],
    literal: true,
    run: set,
  },
  jobqueue: {
    seconds: () => 3,
    mutating: (args) => args[0] !== 'view',
    options: ['i:', 'r:', 's:', 'e:', '-all', '-realtime'],
    run: jobqueue,
  },
  help: { seconds: () => 1, mutating: reads, options: [], run: helpOn },
  getsysinfo: { seconds: () => 4, mutating: reads, options: ['d', 's', 'c', 'w', '4', '6', 'A'], run: getsysinfo },
  getsvctag: { seconds: () => 2, mutating: reads, options: ['m:'], run: getsvctag },
  getversion: { seconds: () => 2, mutating: reads, options: ['f:', 'b', 'c', 'm:'], run: getversion },
  swinventory: { seconds: () => 6, mutating: reads, options: [], run: swinventory },
  lclog: { seconds: () => 3, mutating: reads, options: ['i:', 'c:', 's:', 'r:', 'e:', 'n:', 'q:'], run: lclog },
  serveraction: {
    seconds: () => 3,
    mutating: (args) => args[0] !== 'powerstatus',
    options: ['f', 'm:'],
    run: serveraction,
  },
  racreset: { seconds: () => 3, mutating: writes, options: ['f', 'm:'], run: racreset },
}

/** Subcommands of the real tool that the lab does not have. */
const NOT_SIMULATED = new Set(
  'update fwupdate clearpending remoteimage vmdisconnect sshpkauth sslcertview storage raid nicstatistics hwinventory getsel clrsel getled setled license systemconfig inlettemphistory supportassist techsupreport recover rollback racresetcfg racdump ping arp netstat ifconfig getniccfg setniccfg testemail bioscert httpsbootcert systemerase config getconfig'.split(
    ' ',
  ),
)

/** What the local interface says whenever it finds no iDRAC: no driver, no Dell, no privilege, or an iDRAC that is not there. */
const NO_RAC = 'ERROR: Unable to perform requested operation\n'

/**
 * Dell's local racadm (idracadm7), x86_64 only. Output as captured with iDRAC8 and iDRAC9. Assumed: stderr for errors; that it needs root and
 * `/dev/ipmi0`, and says on any other machine what it says in a container without devices; the text of wrong usage.
 */
export const racadm: Program = async (process, version) => {
  const args = process.argv.slice(1)
  let remote = false
  while (args[0]?.startsWith('-') === true) {
    const option = args.shift() ?? ''
    if (option === '-r') remote = args.shift() !== undefined
    else if (option === '-u' || option === '-p' || option === '-i') args.shift()
    else if (option !== '--nocertwarn' && option !== '-S') return usage(process, `Invalid option ${option}.`)
  }
  const [name = '', ...rest] = args
  if (name === 'version') {
    await process.out(`RACADM version ${version}\nCopyright (c) 2003-2023 Dell, Inc.\nAll Rights Reserved\n`)
    return 0
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
  if (verb === undefined) {
    if (name === '') {
      await process.out(helpText(undefined))
      return 0
    }
    if (NOT_SIMULATED.has(name)) {
      await process.err(`'${name}' is a subcommand of racadm that this simulated one does not have\n`)
      return 255
    }
    return usage(process, 'Invalid subcommand specified.')
  }
  const call = name === 'jobqueue' ? `jobqueue ${rest[0] ?? ''}`.trim() : name
  return runTool(process, {
    call: `racadm ${call}`,
    mutating: verb.mutating(rest),
    detail: masked(rest),
    // An address that is not there takes its time.
    seconds: remote ? 20 : verb.seconds(rest),
    refusal: (code, mode) => refusalOf(code, mode),
    async run(io) {
      if (remote) {
        // The ephemeral host has no way into the BMC network.
        io.err('ERROR: Unable to connect to RAC at specified IP address.\n')
        return 1
      }
      if (name === 'help' && (rest.length === 0 || Object.hasOwn(verbs, rest[0] ?? ''))) {
        io.out(helpText(rest[0]))
        return 0
      }
      const { machine, fs } = process.host
      const { jobs } = machine
      const local = process.uid === 0 && jobs !== undefined && fs.exists('/dev/ipmi0')
      if (!local || (!machine.bmc.reachable && name !== 'getsysinfo')) {
        io.err(NO_RAC)
        return 1
      }
      const parsed = parse(rest, verb)
      if (parsed.bad !== undefined) {
        io.err(`ERROR: Invalid option ${parsed.bad} specified for subcommand ${name}.\n`)
        return 1
      }
      try {
        return await verb.run({ process, io, machine, jobs, ...parsed })
      } catch (error) {
        if (!(error instanceof RacadmError)) throw error
        io.err(`ERROR: ${error.message}\n`)
        return error.code
      }
    },
  })
}

/** What there is, or how one of them is used (assumed: the words). */
function helpText(name: string | undefined): string {
  if (name === undefined)
    return `\nhelp [subcommand] -- display usage summary for a subcommand\n ${Object.keys(verbs).join('\n ')}\n version\n`
  const options = verbs[name]?.options.map((option) => ` [-${option.replace(/:$/, ' <value>')}]`).join('') ?? ''
  return `\n${name} -- usage:\n racadm ${name}${options}\n`
}

async function usage(process: Process, text: string): Promise<number> {
  await process.err(`ERROR: ${text} Run "racadm help" for a list of subcommands.\n`)
  return 1
}

function parse(
  args: readonly string[],
  { options, literal }: Verb,
): Pick<Call, 'operands' | 'flags' | 'values'> & { bad?: string } {
  const operands: string[] = []
  const flags = new Set<string>()
  const values = new Map<string, string>()
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? ''
    const name = arg.slice(1)
    if (!/^-./.test(arg) || (literal === true && operands.length > 0)) operands.push(arg)
    else if (options.includes(`${name}:`)) {
      const value = args[(i += 1)]
      if (value === undefined) return { operands, flags, values, bad: arg }
      values.set(name, value)
    } else if (options.includes(name)) flags.add(name)
    else return { operands, flags, values, bad: arg }
  }
  return { operands, flags, values }
}

/**
 * A local call fails now and then with no reason given: cybozu-go/setup-hw calls five times. Assumed: the words for a licence
 * that is missing and for a local interface that is switched off.
 */
function refusalOf(code: number | undefined, mode: RefusalMode): { text: string; code: number } {
  switch (mode) {
    case 'auth-failure':
      return { text: 'ERROR: Local RACADM is disabled. Contact your administrator.\n', code: code ?? 1 }
    case 'licence-missing':
      return {
        text: 'ERROR: LIC501: A required license is missing or expired. Obtain an appropriate license and try again.\n',
        code: code ?? 1,
      }
    case 'session-limit':
    case 'wrong-status':
      return { text: NO_RAC, code: code ?? 1 }
    default:
      return mode satisfies never
  }
}

/** Passwords stay out of the log, whether they belong to an option or to an object. */
function masked(args: readonly string[]): string {
  return args
    .map((arg, index) => (/^-p$|password/i.test(args[index - 1] ?? '') ? '***' : arg))
    .join(' ')
    .slice(0, 200)
}
