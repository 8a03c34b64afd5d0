#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander'
import { packageVersion } from '../package-folder.ts'
import { check } from './check.ts'
import { fail } from './exit.ts'
import { plan } from './plan.ts'
import { provision } from './provision.ts'

const EXIT_CODES = `
Exit codes: 0 done; 1 it failed (the run, a check, or a plan with problems); 2 the command, the request or the configuration is wrong;
130 cancelled; 143 let go by SIGTERM: the machine stays as it is.`

const program = new Command('hwautomation')
  .description(
    'Takes racked servers to ready: commissions them in MAAS, brings BIOS and BMC to their device type, proves it, tags them.',
  )
  .version(packageVersion())
  .showHelpAfterError('(--help shows all commands and options)')
  .showSuggestionAfterError()
  .configureHelp({ showGlobalOptions: true })
  .addOption(
    new Option('-c, --config <file>', 'configuration file (default: ./hwautomation.yaml where it exists)').env(
      'HWA_CONFIG',
    ),
  )
  .addOption(new Option('--state-dir <folder>', 'where runs are kept'))
  .addOption(new Option('--json', 'machine-readable output: JSON Lines on stdout'))
  .addHelpText('after', EXIT_CODES)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))

program
  .command('check')
  .description('look at everything a first run would stumble over; changes nothing')
  .action(() => check(program.opts()).catch(fail))

const request = (command: Command) =>
  command
    .argument('<server>', 'host name, FQDN or MAAS system_id')
    .argument('<device-type>', 'a device type of the catalogue, e.g. a1.c5.large')
    .option('--ipmi <address>', 'give the BMC this address')
    .option('--gateway <address>', 'gateway of the BMC')
    .option('--netmask <mask>', 'subnet mask of the BMC')
    .option('--recommission', 'commission also a machine that is Ready or Broken')
    .option('--leave-on <where>', 'end in "rescue" mode instead of off')

request(program.command('plan'))
  .description('say what would be done, with the BIOS diff; changes nothing')
  .action((server: string, deviceType: string, options: object) =>
    plan(server, deviceType, { ...program.opts(), ...options }).catch(fail),
  )

request(program.command('provision'))
  .description('do it, live; Ctrl-C cancels gracefully')
  .option('--timeout <duration>', 'wall time for the whole run: seconds, or e.g. "90m"; at most 30 days')
  .option('--retries <n>', 'tries after the first, per step', wholeNumber)
  .option('--by <name>', 'who asks for it (default: the login name)')
  .option('--key <key>', 'idempotency key: the same key is the same run')
  .action((server: string, deviceType: string, options: object) =>
    provision(server, deviceType, { ...program.opts(), ...options }).catch(fail),
  )

void program.parseAsync().catch(fail)

function wholeNumber(text: string): string {
  if (/^\d{1,2}$/.test(text)) return text
  throw new InvalidArgumentError('It takes a whole number from 0 to 10.')
}
