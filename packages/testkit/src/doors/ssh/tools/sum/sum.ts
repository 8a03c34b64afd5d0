import type { RefusalMode } from '../../../../call.ts'
import type { Process } from '../../os/process.ts'
import type { Program } from '../../programs/program.ts'
import { runTool } from '../run-tool.ts'
import { requireAccess, requireLicence, requireNoFile } from './access.ts'
import { changeBiosCfg, getCurrentBiosCfg, getDefaultBiosCfg, loadDefaultBiosCfg } from './bios-commands.ts'
import type { Call } from './call.ts'
import { errorBlock, SumError, type SumCode } from './exit.ts'
import {
  activateProductKey,
  checkAssetInfo,
  checkOobSupport,
  getBiosInfo,
  getBmcInfo,
  getDmiInfo,
  queryProductKey,
} from './info-commands.ts'
import { commandOf, masked, parse } from './options.ts'
import { banner, personalityOf, type Personality } from './personality.ts'

interface Command {
  readonly seconds: number
  readonly mutating: boolean
  /** A colon: takes a value. */
  readonly options: readonly string[]
  /** Options without which it ends with 5. */
  readonly needs?: readonly string[]
  readonly licensed: boolean
  readonly run: (call: Call) => number | Promise<number>
}

const PASSWORD = ['--current_password:', '--cur_pw_file:']
const REBOOT = ['--reboot', '--post_complete']
const info = (run: Command['run'], licensed = false): Command => ({
  seconds: 5,
  mutating: false,
  options: ['--file:', '--file_only', '--overwrite'],
  licensed,
  run,
})

/** Assumed: how long each takes (after the dots of the captures), and that GetDmiInfo and CheckAssetInfo need a product key. */
const commands: Readonly<Record<string, Command>> = {
  GetCurrentBiosCfg: {
    seconds: 20,
    mutating: false,
    options: ['--file:', '--overwrite', ...PASSWORD],
    licensed: true,
    run: getCurrentBiosCfg,
  },
  GetDefaultBiosCfg: {
    seconds: 20,
    mutating: false,
    options: ['--file:', '--overwrite', ...PASSWORD],
    licensed: true,
    run: getDefaultBiosCfg,
  },
  ChangeBiosCfg: {
    seconds: 30,
    mutating: true,
    options: ['--file:', '--skip_unknown', '--skip_bbs', ...PASSWORD, ...REBOOT],
    needs: ['--file'],
    licensed: true,
    run: changeBiosCfg,
  },
  LoadDefaultBiosCfg: {
    seconds: 20,
    mutating: true,
    options: [...PASSWORD, ...REBOOT],
    licensed: true,
    run: loadDefaultBiosCfg,
  },
  GetBiosInfo: info(getBiosInfo),
  GetBmcInfo: info(getBmcInfo),
  CheckOOBSupport: info(checkOobSupport),
  QueryProductKey: info(queryProductKey),
  ActivateProductKey: {
    seconds: 10,
    mutating: true,
    options: ['--key:', '--key_file:'],
    licensed: false,
    run: activateProductKey,
  },
  GetDmiInfo: info(getDmiInfo, true),
  CheckAssetInfo: info(checkAssetInfo, true),
}

/** Commands of the real tool that the lab does not have. */
const NOT_SIMULATED = new Set(
  'clearproductkey checksystemutilization checksensordata updatebios changedmiinfo editdmiinfo setbiosaction updatebmc getbmccfg changebmccfg geteventlog cleareventlog tpmprovision mountisoimage unmountisoimage getcmminfo updatecmm getraidinfo changeraidcfg getsatainfo getnvmeinfo setbiospassword gettpminfo getpowerstatus setpoweraction getpsuinfo bmcreset'.split(
    ' ',
  ),
)

/** Supermicro Update Manager in-band: 2.14, or 2.5 with its other output. */
export const sum: Program = (process, version) => run(process, personalityOf('sum', version))

/** Super Server Automation Assistant: the same commands for newer boards too. */
export const saa: Program = (process, version) => run(process, personalityOf('saa', version))

/** Everything, errors too, goes to stdout (assumed: no capture tells the streams apart). */
async function run(process: Process, personality: Personality): Promise<number> {
  const args = process.argv.slice(1)
  const typed = typedCommand(args)
  const name = Object.keys(commands).find((known) => known.toLowerCase() === typed?.toLowerCase())
  const command = name === undefined ? undefined : commands[name]
  if (typed !== undefined && command === undefined && NOT_SIMULATED.has(typed.toLowerCase())) {
    await process.err(`'${typed}' is a command of ${personality.tool} that this simulated one does not have\n`)
    return 255
  }
  if (!args.includes('--no_banner')) await process.out(banner(personality))
  if (args.includes('-v') || args.includes('-h') || args.length === 0) return 0
  return runTool(process, {
    call: `${personality.tool} ${name ?? '(unknown command)'}`,
    mutating: command?.mutating ?? false,
    detail: masked(args),
    // An address that nobody answers at takes its time.
    seconds: args.includes('-i') ? 20 : (command?.seconds ?? 0.5),
    encoding: 'latin1',
    refusal: (code, mode) => refusalOf(code, mode),
    async run(io) {
      const quiet = args.includes('--no_progress')
      const progress = (text: string) => {
        if (!quiet) io.out(text)
      }
      try {
        const wanted = commandOf(args)
        if (command === undefined) throw new SumError(6, [`Unknown command: ${wanted}`])
        const call: Call = { process, io, personality, progress, ...parse(args, command.options) }
        const lacking = command.needs?.find((option) => !call.values.has(option))
        if (lacking !== undefined) throw new SumError(5, [`Option ${lacking} is required.`])
        if (call.flags.has('--post_complete') && !call.flags.has('--reboot'))
          throw new SumError(7, ['Option --post_complete needs option --reboot.'])
        requireNoFile(call, command.mutating)
        requireAccess(call)
        if (command.licensed) requireLicence(call)
        progress(personality.coloured ? `${'.'.repeat(17)}${command.mutating ? '' : '\n'}` : '\n')
        return await command.run(call)
      } catch (error) {
        if (!(error instanceof SumError)) throw error
        io.out(errorBlock(error))
        return error.code
      }
    },
  })
}

function typedCommand(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === '-c' || arg === '-C')
  return at < 0 ? undefined : args[at + 1]
}

/** A fault of the lab in the tool's words. Only the block of a missing key is captured (go-hal#3); the others are assumed. */
function refusalOf(asked: number | undefined, mode: RefusalMode): { text: string; code: number; fd: 1 } {
  const error = REFUSALS[mode]
  const code = asked ?? error.code
  return { text: errorBlock({ code, lines: error.lines, instructions: error.instructions }), code, fd: 1 }
}

const REFUSALS: Readonly<Record<RefusalMode, SumError>> = {
  'wrong-status': busy(106, 'Another instance is using the driver.'),
  'session-limit': busy(107, 'The ROM chip is occupied by another program.'),
  'auth-failure': new SumError(12, ['The BIOS administrator password is not correct.']),
  'licence-missing': new SumError(80, [
    'One of the node product key (OOB, SUM or DCMS) should be activated to',
    '    execute this task.',
    'DCMS node product key is not activated.',
  ]),
}

function busy(code: SumCode, line: string): SumError {
  return new SumError(code, [line])
}
