import type { Command } from 'commander'
import { followOneBatch, listBatches, pauseBatch, showBatch, steerBatch } from './batch.ts'
import { fail } from './exit.ts'

/** `batch list|show|follow|pause|proceed|cancel`. A batch is started by `provision`. */
export function batchCommands(program: Command): void {
  const all = <Options extends object>(options: Options) => ({ ...program.opts(), ...options })
  const batch = program.command('batch').description('batches of runs: list, show, follow, pause, proceed, cancel')
  const asking = (command: Command) =>
    command
      .argument('<id>', 'its id, or the beginning of one')
      .option('--by <name>', 'who asks for it (default: the login name)')
      .option('--reason <text>', 'why, for people and the audit')

  batch
    .command('list')
    .description('newest first: those that have not ended, and the latest that have')
    .addHelpText('after', '\nExample: hwautomation batch list')
    .action(() => listBatches(all({})).catch(fail))
  batch
    .command('show')
    .description('how it is, server by server')
    .argument('<id>', 'its id, or the beginning of one')
    .addHelpText('after', '\nExample: hwautomation batch show batch_019ac2d4')
    .action((id: string) => showBatch(id, all({})).catch(fail))
  batch
    .command('follow')
    .description('the live board of a batch that another process works on')
    .argument('<id>', 'its id, or the beginning of one')
    .addHelpText('after', '\nExample: hwautomation batch follow batch_019ac2d4')
    .action((id: string) => followOneBatch(id, all({})).catch(fail))
  asking(batch.command('pause'))
    .description('no server is begun any more; runs under way go on')
    .addHelpText('after', '\nExample: hwautomation batch pause batch_019ac2d4 --reason "look at srv003 first"')
    .action((id: string, options: object) => pauseBatch(id, all(options)).catch(fail))
  for (const [name, what] of [
    ['proceed', 'go on with a paused batch; what failed so far does not count any more'],
    ['cancel', 'begin nothing more, and cancel the runs that are under way'],
  ] as const)
    asking(batch.command(name))
      .description(what)
      .option('--no-follow', 'hand it to the process that owns the state directory, and return')
      .addHelpText('after', `\nExample: hwautomation batch ${name} batch_019ac2d4`)
      .action((id: string, options: object) => steerBatch(name, id, all(options)).catch(fail))
}
