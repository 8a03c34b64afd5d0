import { complain, type Program } from '../../programs/program.ts'
import { type Process } from '../../os/process.ts'
import { runTool, type ToolIo } from '../run-tool.ts'
import { lanPrint } from './lan-print.ts'
import { lanSet } from './lan-set.ts'
import { mcGuid, mcInfo, userList } from './management-controller.ts'
import { raw } from './raw.ts'

/** One verb: what it prints and does once the device is open. */
type Verb = (process: Process, args: readonly string[], io: ToolIo) => number

/** Privileges of IPMI 2.0 (appendix G), the higher with all of the lower. */
const PRIVILEGES = ['Callback', 'User', 'Operator', 'Administrator'] as const
type Privilege = (typeof PRIVILEGES)[number]

interface Entry {
  /** What the commands behind it take. */
  readonly needs: Privilege
  readonly mutating: boolean
  readonly seconds: number
  readonly verb: Verb
}

const verbs: Readonly<Record<string, Entry>> = {
  'mc info': { needs: 'User', mutating: false, seconds: 0.3, verb: mcInfo },
  'mc guid': { needs: 'User', mutating: false, seconds: 0.3, verb: mcGuid },
  'bmc info': { needs: 'User', mutating: false, seconds: 0.3, verb: mcInfo },
  'bmc guid': { needs: 'User', mutating: false, seconds: 0.3, verb: mcGuid },
  'lan print': { needs: 'Operator', mutating: false, seconds: 1, verb: lanPrint },
  'lan set': { needs: 'Administrator', mutating: true, seconds: 1.5, verb: lanSet },
  'user list': { needs: 'Operator', mutating: false, seconds: 1, verb: userList },
  raw: { needs: 'User', mutating: false, seconds: 0.3, verb: raw },
  'chassis power': { needs: 'User', mutating: false, seconds: 0.3, verb: chassisPower },
  'power status': {
    needs: 'User',
    mutating: false,
    seconds: 0.3,
    verb: (process, args, io) => chassisPower(process, ['status', ...args], io),
  },
}

/** ipmitool 1.8.19, in-band (`-I open`, the default). Needs root, and /dev/ipmi0 from `modprobe ipmi_si` and `ipmi_devintf`. */
export const ipmitool: Program = async (process) => {
  const args = process.argv.slice(1)
  let transport = 'open'
  while (/^-./.test(args[0] ?? '')) {
    const option = args.shift() ?? ''
    if (option === '-V') {
      await process.out('ipmitool version 1.8.19\n')
      return 0
    }
    if (option === '-I') transport = args.shift() ?? ''
    else if (/^-[HUPfkyKpLCNRdteBTmzbosSDOgAE]$/.test(option) && !/^-[EsgkK]$/.test(option)) args.shift()
    else if (!/^-[vchEsg]+$/.test(option)) return complain(process, `invalid option -- '${option.slice(1, 2)}'`)
  }
  const [group = '', verb = '', ...rest] = args
  const isRaw = group === 'raw'
  const name = isRaw ? group : [group, verb].filter((word) => word !== '').join(' ')
  const operands = isRaw ? args.slice(1) : rest
  const entry = verbs[name]
  return runTool(process, {
    call: `ipmitool ${name === '' ? '(none)' : name}`,
    mutating: entry?.mutating ?? false,
    detail: operands.join(' '),
    seconds: entry?.seconds ?? 0.1,
    refusal: (status) => ({ text: refusalText(name), code: status ?? 1 }),
    run: (io) => {
      if (transport === 'lan' || transport === 'lanplus') {
        // The ephemeral host has no way into the BMC network.
        io.err('Error: Unable to establish IPMI v2 / RMCP+ session\n')
        return 1
      }
      if (transport !== 'open') {
        io.err(`Error loading interface ${transport}\n`)
        return 1
      }
      // The device is opened before the verb is looked at (ipmitool 1.8.19, seen on a host without one).
      const missing = !process.host.fs.exists('/dev/ipmi0')
      if (missing || process.uid !== 0) {
        io.err(
          `Could not open device at /dev/ipmi0 or /dev/ipmi/0 or /dev/ipmidev/0: ${missing ? 'No such file or directory' : 'Permission denied'}\n`,
        )
        return 1
      }
      if (entry !== undefined && !mayOverKcs(process, entry.needs)) {
        io.err(deniedText(name))
        return 1
      }
      if (entry !== undefined) return entry.verb(process, operands, io)
      if (group === '') io.err('No command provided!\n')
      else if (['lan', 'mc', 'bmc', 'user', 'chassis', 'power'].includes(group))
        io.err(`Invalid ${group.toUpperCase()} command: ${verb}\n`)
      else io.err(`Invalid command: ${group}\n`)
      return 1
    },
  })
}

/**
 * What a busy BMC makes the tool say. `Node busy` is lib/ipmi_strings.c, the line about data that does not match lib/ipmi_lanp.c;
 * that a busy iLO leads to just these lines is assumed.
 */
function refusalText(name: string): string {
  if (name === 'lan print') return "Get LAN Parameter 'Set in Progress' command failed: Node busy\n"
  if (name === 'lan set') return 'LAN Parameter Data does not match!  Write may have failed.\n'
  if (name.endsWith('guid')) return 'Get GUID command failed: Node busy\n'
  if (name.endsWith('info')) return 'Get Device ID command failed\n'
  return 'Unable to get Chassis Power Status\n'
}

/** What the BMC lets its host do over KCS: all, unless its KCS control says otherwise. */
function mayOverKcs({ host }: Process, needs: Privilege): boolean {
  return PRIVILEGES.indexOf(host.machine.bmc.settings.kcsPrivilege) >= PRIVILEGES.indexOf(needs)
}

/** Completion code 0xd4 in the words of lib/ipmi_strings.c; which line it stands in is assumed, as with a busy BMC. */
function deniedText(name: string): string {
  const why = 'Insufficient privilege level'
  if (name === 'lan print') return `Get LAN Parameter 'Set in Progress' command failed: ${why}\n`
  if (name === 'lan set') return `Set LAN Parameter failed: ${why}\n`
  if (name === 'user list') return `Get User Access command failed (channel 14, user 1): ${why}\n`
  return `Command failed: ${why}\n`
}

function chassisPower(_process: Process, [verb = '']: readonly string[], io: ToolIo): number {
  if (verb === 'status') {
    // Whoever asks in-band is running.
    io.out('Chassis Power is on\n')
    return 0
  }
  io.err(`Invalid chassis power command: ${verb}\n`)
  return 1
}
