#!/usr/bin/env node
import { Command, Option } from 'commander'
import { packageVersion } from '../package-folder.ts'
import { batchCommands } from './batch-commands.ts'
import { deviceCommands } from './device-commands.ts'
import { askingCommands } from './asking-commands.ts'
import { lookingCommands } from './looking-commands.ts'
import { fail } from './exit.ts'
import { provisioningCommands } from './provisioning-commands.ts'
import { serversCommands } from './servers-commands.ts'

const EXIT_CODES = `
Exit codes:
  0    done
  1    it failed: the run, a check, a plan with problems, a machine that differs
  2    the command, the request or the configuration is wrong
  3    the run that was followed has not ended, but nobody works on it any more
  130  cancelled, or Ctrl-C ended the looking
  143  let go by SIGTERM: the machine stays as it is

<server|id> is a run's id, the beginning of one, or a server: its active run,
else its newest. Commands that ask for something go to the process that owns
the state directory; where there is none, this one does the work.
docs/cli.md tells more.`

const program = new Command('hwautomation')
  .description(
    'Takes racked servers to ready: commissions them in MAAS, brings BIOS and BMC to their device type, proves it, tags them.',
  )
  .version(packageVersion())
  .showHelpAfterError('(--help shows all commands and options)')
  .showSuggestionAfterError()
  .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20 })
  .addOption(
    new Option('-c, --config <file>', 'configuration file (default: ./hwautomation.yaml where it exists)').env(
      'HWA_CONFIG',
    ),
  )
  .addOption(new Option('--state-dir <folder>', 'where runs are kept'))
  .addOption(new Option('--json', 'machine-readable output: JSON Lines on stdout'))
  .addHelpText('after', EXIT_CODES)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))

provisioningCommands(program)
lookingCommands(program)
askingCommands(program)
batchCommands(program)
deviceCommands(program)
serversCommands(program)
// a reader such as `head` that has seen enough is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

void program.parseAsync().catch(fail)
