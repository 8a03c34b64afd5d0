import { type Command, InvalidArgumentError } from 'commander'
import { check } from './check.ts'
import { fail } from './exit.ts'
import { plan } from './plan.ts'
import { meansBatch, provisionBatch, type BatchOptions } from './provision-batch.ts'
import { provision } from './provision.ts'
import { validate } from './validate.ts'

/** `check`, `plan`, `validate`, `provision` */
export function provisioningCommands(program: Command): void {
  program
    .command('check')
    .description('look at everything a first run would stumble over; changes nothing')
    .action(() => check(program.opts()).catch(fail))

  const request = (command: Command) =>
    command
      .option('--ipmi <address>', 'give the BMC this address; for a range of servers, a range')
      .option('--gateway <address>', 'gateway of the BMC')
      .option('--netmask <mask>', 'subnet mask of the BMC')
      .option('--recommission', 'commission also a machine that is Ready or Broken')
      .option('--leave-on <where>', 'end in "rescue" mode instead of off')

  request(program.command('plan'))
    .argument('<server>', 'host name, FQDN or MAAS system_id')
    .argument('<device-type>', 'a device type of the catalogue, e.g. a1.c5.large')
    .description('say what would be done, with the BIOS diff; changes nothing')
    .action((server: string, deviceType: string, options: object) =>
      plan(server, deviceType, { ...program.opts(), ...options }).catch(fail),
    )

  program
    .command('validate')
    .argument('<server>', 'host name, FQDN or MAAS system_id')
    .option('--type <device-type>', 'against this device type (default: the one its tag in MAAS names)')
    .description('say how far a machine is from its device type; changes nothing, the host may be off')
    .addHelpText('after', '\nIt ends with 1 where something differs; what is not known is listed.')
    .action((server: string, options: object) => validate(server, { ...program.opts(), ...options }).catch(fail))

  request(program.command('provision'))
    .argument('[servers]', "host name, FQDN or system_id; or a range: 'srv[001-040]'")
    .argument('[device-type]', 'a device type of the catalogue, e.g. a1.c5.large')
    .description('do it, live, for one server or many; Ctrl-C cancels gracefully')
    .option('--sheet <file>', 'many servers: CSV with server, device type, BMC address')
    .option('--at-once <n>', 'many: so many at a time (default: 5)', count)
    .option('--per-group <what>', 'many: so many of one group, e.g. zone:2, pool:2, rack:1', perGroup)
    .option('--canary <n>', 'many: so many must be through before the others begin', count)
    .option('--max-failures <n>', 'many: pause when more than so many have failed', count)
    .option('--plan', 'only check: say what would be done; changes nothing')
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

Examples: hwautomation provision srv001 a1.c5.large --ipmi 192.168.1.100
          hwautomation provision 'srv[001-040]' a1.c5.large --canary 1
          hwautomation provision --sheet rack.csv --per-group rack:2`,
    )
    .action((server: string | undefined, deviceType: string | undefined, options: BatchOptions) => {
      const all: BatchOptions = { ...program.opts(), ...options }
      const words = [server, deviceType].filter((word) => word !== undefined)
      if (meansBatch(server, all)) return provisionBatch(words, all).catch(fail)
      if (server === undefined) return program.error("error: missing required argument 'servers', or --sheet <file>")
      if (deviceType === undefined) return program.error("error: missing required argument 'device-type'")
      return (all.plan === true ? plan : provision)(server, deviceType, all).catch(fail)
    })
}

function count(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It takes a whole number.')
}

function perGroup(text: string): NonNullable<BatchOptions['perGroup']> {
  const [, by, most] = /^(zone|pool|rack):(\d{1,4})$/.exec(text) ?? []
  if (by === 'zone' || by === 'pool' || by === 'rack') return { by, most: Number(most) }
  throw new InvalidArgumentError('It takes zone, pool or rack with a number, e.g. zone:2.')
}

function wholeNumber(text: string): string {
  if (/^\d{1,2}$/.test(text)) return text
  throw new InvalidArgumentError('It takes a whole number from 0 to 10.')
}
