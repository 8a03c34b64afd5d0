import type { Command } from 'commander'
import { checkDevices, listDevices, showDevice } from './devices.ts'
import { fail } from './exit.ts'

/** Commands about device types: they look at files, and need neither MAAS nor a complete configuration. */
export function deviceCommands(program: Command): void {
  const all = (options: object) => ({ ...program.opts(), ...options })
  const devices = program
    .command('devices')
    .description('device types: which there are, what one says, whether files are right')
    .addHelpText(
      'after',
      '\nExamples: hwautomation devices list --vendor dell\n          hwautomation devices check device-types.yaml',
    )

  devices
    .command('list')
    .description('the shipped ones and those of the files that the configuration names')
    .option('--vendor <name>', 'only those of this vendor')
    .addHelpText('after', '\nExample: hwautomation devices list --vendor supermicro')
    .action((options: object) => listDevices(all(options)).catch(fail))

  devices
    .command('show')
    .description('all that one says: machine, BIOS template, tools, boarding rules, times')
    .argument('<device-type>')
    .addHelpText('after', '\nExample: hwautomation devices show a1.c5.large --json')
    .action((name: string) => showDevice(name, all({})).catch(fail))

  devices
    .command('check')
    .description('every fault of these files, else of those that the configuration names')
    .argument('[files...]')
    .addHelpText('after', '\nExample: hwautomation devices check device-types.yaml')
    .action((files: string[]) => checkDevices(files, all({})).catch(fail))
}
