import { type Command, InvalidArgumentError } from 'commander'
import ms, { type StringValue } from 'ms'
import { systemClock } from '../clock.ts'
import { TRANSITIONS, type WorkflowStatus } from '../workflow/status.ts'
import { fail } from './exit.ts'
import { audit, exportRun, followRun, history, list, show, status } from './look.ts'

/** Commands that change nothing: they need neither MAAS nor a process that works on the state directory. */
export function lookingCommands(program: Command): void {
  const all = (options: object) => ({ ...program.opts(), ...options })

  program
    .command('status')
    .description('how things are: switches, each unfinished run, what ended lately')
    .argument('[server|id]', 'only this run')
    .addHelpText('after', '\nExamples: hwautomation status\n          hwautomation status srv001 --json')
    .action((meant: string | undefined) => status(meant, all({})).catch(fail))

  const paged = (command: Command) =>
    command
      .option('--limit <n>', 'so many at most (default: 50)', limit)
      .option('--after <id>', 'those before this run: the next page')
      .option('--all', 'every one, page after page')

  paged(program.command('list'))
    .description('runs, newest first')
    .option('--status <statuses>', 'only these: running,failed,…', statuses)
    .option('--server <name>', 'only those of this server')
    .addHelpText('after', '\nExample: hwautomation list --status failed,cancelled --server srv001')
    .action((options: object) => list(all(options)).catch(fail))

  paged(program.command('history'))
    .description('the runs of one server, newest first')
    .argument('<server>', 'host name, FQDN or MAAS system_id')
    .addHelpText('after', '\nExample: hwautomation history srv001 --all --json')
    .action((server: string, options: object) => history(server, all(options)).catch(fail))

  program
    .command('show')
    .description('all of a run: steps, evidence, diff, errors, what was left behind')
    .argument('<server|id>')
    .addHelpText('after', '\nExample: hwautomation show srv001')
    .action((meant: string) => show(meant, all({})).catch(fail))

  program
    .command('follow')
    .description('watch a run to its end; Ctrl-C ends the watching, not the run')
    .argument('<server|id>')
    .addHelpText('after', '\nExample: hwautomation follow srv001 --json')
    .action((meant: string) => followRun(meant, all({})).catch(fail))

  program
    .command('export')
    .description('the support bundle of a run: a tar.gz without secrets')
    .argument('<server|id>')
    .option('-o, --output <file>', 'where to (default: <id>.tar.gz here; "-": stdout)')
    .option('--by <name>', 'who asks for it (default: the login name)')
    .addHelpText('after', '\nExample: hwautomation export srv001 -o srv001.tar.gz')
    .action((meant: string, options: object) => exportRun(meant, all(options)).catch(fail))

  program
    .command('audit')
    .description('the journal, oldest first, as JSON Lines: who asked for what, and every event of the runs')
    .option('--server <name>', 'only of this server')
    .option('--from <time>', 'ISO 8601, or a time ago such as "2h"', time)
    .option('--until <time>', 'the same', time)
    .addHelpText(
      'after',
      `
Example: hwautomation audit --from 7d | jq 'select(.type == "audit") | [.at, .by, .action, .outcome]'`,
    )
    .action((options: object) => audit(all(options)).catch(fail))
}

function limit(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= 1000) return number
  throw new InvalidArgumentError('It takes a whole number from 1 to 1000.')
}

function statuses(text: string): WorkflowStatus[] {
  const known = Object.keys(TRANSITIONS)
  const named = text.toUpperCase().split(',')
  if (named.every((status) => known.includes(status))) return named as WorkflowStatus[]
  throw new InvalidArgumentError(`It takes some of ${known.join(', ')}, with commas between.`)
}

function time(text: string): string {
  const before = /^\d+(\.\d+)?\s*(s|m|h|d|w)$/.test(text) ? ms(text as StringValue) : undefined
  if (before !== undefined) return new Date(systemClock.now() - before).toISOString()
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString()
  throw new InvalidArgumentError('It takes a time such as 2026-03-01T12:00:00Z, or a time ago such as 30m, 2h, 7d.')
}
