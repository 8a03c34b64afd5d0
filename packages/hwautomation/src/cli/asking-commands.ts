import { type Command, Option } from 'commander'
import { approve, cancel, holdOrRelease, restoreBios, resume, retry, skip, throwSwitch } from './ask.ts'
import { fail } from './exit.ts'

/** Commands that ask for something. Each is written to the audit, accepted or refused. */
export function askingCommands(program: Command): void {
  const all = <Options extends object>(options: Options) => ({ ...program.opts(), ...options })
  const asking = (command: Command, why = 'why, for people and the audit') =>
    command.option('--by <name>', 'who asks for it (default: the login name)').option('--reason <text>', why)
  const working = (command: Command) =>
    asking(command).option('--no-follow', 'hand it to the process that owns the state directory, and return')

  working(program.command('cancel'))
    .description('end a run at its next safe point, undo it, and watch that')
    .argument('<server|id>')
    .option('--without-undo', 'also where the workflow is not known here, so that nothing can be undone')
    .addHelpText(
      'after',
      '\nIt ends with 0 when the run is CANCELLED.\nExample: hwautomation cancel srv001 --reason "wrong rack"',
    )
    .action((meant: string, options: object) => cancel(meant, all(options)).catch(fail))

  working(program.command('retry'))
    .description('a new run that goes on where a failed or cancelled one stopped')
    .argument('<server|id>')
    .addOption(
      new Option(
        '--assume <outcome>',
        'what became of a call whose outcome is unknown: look at the device first',
      ).choices(['done', 'not-done']),
    )
    .option(
      '--skip <step>',
      'leave this step out; can be given again',
      (step: string, before: readonly string[] | undefined) => [...(before ?? []), step],
    )
    .option('--key <key>', 'idempotency key: the same key is the same run')
    .addHelpText(
      'after',
      '\nExample: hwautomation retry srv001 --assume not-done --reason "BIOS still shows the old values"',
    )
    .action((meant: string, options: object) => retry(meant, all(options)).catch(fail))

  working(program.command('resume'))
    .description('go on with an unfinished run that nobody works on; without a name, with the only one')
    .argument('[server|id]')
    .addHelpText('after', '\nExample: hwautomation resume srv001')
    .action((meant: string | undefined, options: object) => resume(meant, all(options)).catch(fail))

  working(program.command('restore-bios'))
    .description('a new run that brings back the BIOS settings a run found before it changed them')
    .argument('<server|id>')
    .addHelpText('after', '\nExample: hwautomation restore-bios run_019ac2d4-7b31')
    .action((meant: string, options: object) => restoreBios(meant, all(options)).catch(fail))

  asking(program.command('approve'))
    .description('a run that needs a second person may begin; who asked for it cannot approve it')
    .argument('<server|id>')
    .addHelpText(
      'after',
      '\nTo refuse it, cancel it.\nExample: hwautomation approve srv001 --reason "the window is free"',
    )
    .action((meant: string, options: object) => approve(meant, all(options)).catch(fail))

  asking(program.command('hold'))
    .description('a run stops before its next step')
    .argument('<server|id>')
    .addHelpText('after', '\nExample: hwautomation hold srv001 --reason "waiting for the new fan"')
    .action((meant: string, options: object) => holdOrRelease('hold', meant, all(options)).catch(fail))

  asking(program.command('release'))
    .description('takes a hold back')
    .argument('<server|id>')
    .addHelpText('after', '\nExample: hwautomation release srv001')
    .action((meant: string, options: object) => holdOrRelease('release', meant, all(options)).catch(fail))

  program
    .command('skip')
    .description('a run leaves out a step that it has not begun')
    .argument('<server|id>')
    .argument('<step>', 'its id, e.g. ipmi-configure')
    .option('--by <name>', 'who asks for it (default: the login name)')
    .requiredOption('--reason <text>', 'why, for people and the audit')
    .addHelpText(
      'after',
      '\nExample: hwautomation skip srv001 ipmi-configure --reason "the BMC has its address already"',
    )
    .action((meant: string, step: string, options: { readonly reason: string }) =>
      skip(meant, step, all(options)).catch(fail),
    )

  for (const [name, what] of [
    ['pause', 'all runs wait before their next step; new ones are taken and wait'],
    ['drain', 'runs go on to their end; none is begun, new ones are refused'],
    ['proceed', 'takes pause and drain back'],
  ] as const)
    asking(program.command(name))
      .description(what)
      .addHelpText(
        'after',
        `\nIt holds through restarts.\nExample: hwautomation ${name} --reason "power work in hall 2"`,
      )
      .action((options: object) => throwSwitch(`manager/${name}`, all(options)).catch(fail))

  const hardware = program
    .command('hardware')
    .description('"off": no device is sent anything that changes it; "on" takes that back')
  hardware
    .command('off')
    .description('no device is sent anything that changes it; what must not be interrupted is brought to its end')
    .option('--by <name>', 'who asks for it (default: the login name)')
    .requiredOption('--reason <text>', 'why, for people and the audit')
    .addHelpText(
      'after',
      '\nIt holds through restarts.\nExample: hwautomation hardware off --reason "MAAS is being upgraded"',
    )
    .action((options: object) => throwSwitch('hardware/forbid', all(options)).catch(fail))
  asking(hardware.command('on'))
    .description('takes "off" back')
    .addHelpText('after', '\nExample: hwautomation hardware on')
    .action((options: object) => throwSwitch('hardware/allow', all(options)).catch(fail))
}
