import { type Command, InvalidArgumentError } from 'commander'
import { check } from './check.ts'
import { fail } from './exit.ts'
import { plan } from './plan.ts'
import { provision } from './provision.ts'

/** `check`, `plan`, `provision` */
export function provisioningCommands(program: Command): void {
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
    .option('--no-follow', 'hand it to the process that owns the state directory, and return')
    .addHelpText(
      'after',
      `
Where another process owns the state directory it does the work, and this one
follows: Ctrl-C asks it to cancel, SIGTERM only stops following.

Example: hwautomation provision srv001 a1.c5.large --ipmi 192.168.1.100 --gateway 192.168.1.1`,
    )
    .action((server: string, deviceType: string, options: object) =>
      provision(server, deviceType, { ...program.opts(), ...options }).catch(fail),
    )
}

function wholeNumber(text: string): string {
  if (/^\d{1,2}$/.test(text)) return text
  throw new InvalidArgumentError('It takes a whole number from 0 to 10.')
}
