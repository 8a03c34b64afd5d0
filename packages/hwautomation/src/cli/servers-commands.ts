import type { Command } from 'commander'
import { fail } from './exit.ts'
import { listServers, showServer } from './servers.ts'

/** Commands about the hardware of the servers. */
export function serversCommands(program: Command): void {
  const all = (options: object) => ({ ...program.opts(), ...options })
  const REFRESH = 'read MAAS first; changes nothing there'

  const servers = program
    .command('servers')
    .description('hardware facts of the servers: what runs saw, and what MAAS says')
    .option('--refresh', REFRESH)
    .addHelpText(
      'after',
      '\nExamples: hwautomation servers --refresh\n          hwautomation servers show srv001 --json',
    )
    .action((options: object) => listServers(all(options)).catch(fail))

  servers
    .command('show')
    .description('all facts of one server, each with its source and age')
    .argument('<server>', 'host name, FQDN or MAAS system_id')
    .option('--refresh', REFRESH)
    .addHelpText('after', '\nExample: hwautomation servers show srv001 --refresh')
    .action((server: string, options: object) => showServer(server, { ...servers.opts(), ...all(options) }).catch(fail))
}
