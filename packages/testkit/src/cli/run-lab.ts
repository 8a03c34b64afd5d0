import { createInterface } from 'node:readline'
import { Command, InvalidArgumentError } from 'commander'
import { createLab } from '../lab.ts'
import { hardwareModels } from '../world/models.ts'
import { announce, announceJson } from './announcement.ts'
import { commandHelp, runCommand } from './commands.ts'
import { writeAccessFiles } from './access-files.ts'

interface Options {
  readonly servers: number
  readonly model: string
  readonly speed: number
  readonly portMaas?: number
  readonly portDial?: number
  readonly slack?: true
  readonly json?: true
}

/** The `hwautomation-lab` program: serves a lab until Ctrl-C, and takes commands on stdin meanwhile. */
export async function runLab(argv: readonly string[]): Promise<void> {
  const options = parse(argv)
  const servers = Array.from({ length: options.servers }, (_, index) => ({
    hostname: `srv${String(index + 1).padStart(3, '0')}`,
    model: options.model,
  }))
  const ports = {
    ...(options.portMaas && { maas: options.portMaas }),
    ...(options.portDial && { dial: options.portDial }),
  }
  const hasSlack = options.slack === true
  const lab = await createLab({ servers, ports, clock: { speed: options.speed }, slack: hasSlack })
  const slack = hasSlack ? lab.slack : undefined
  const access = await writeAccessFiles(lab.connection(), slack).catch(async (error: unknown) => {
    await lab.close()
    throw error
  })

  let ending: Promise<void> | undefined
  const end = () => {
    ending ??= Promise.all([lab.close(), access.remove()]).then(() => input.close())
  }
  process.once('SIGINT', end).once('SIGTERM', end)

  const interactive = process.stdin.isTTY
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say(options.json === true ? announceJson(lab, access, slack) : announce(lab, access, options.speed, slack))
  const input = createInterface({
    input: process.stdin,
    ...(interactive ? { output: process.stdout, prompt: 'lab> ' } : {}),
  })
  input.on('SIGINT', end)
  input.on('line', (line) => {
    const answer = runCommand(lab, line)
    if (answer === 'quit') end()
    else {
      if (answer !== '') say(answer)
      if (interactive) input.prompt()
    }
  })
  if (interactive) input.prompt()
}

function parse(argv: readonly string[]): Options {
  const program = new Command('hwautomation-lab')
    .description(
      'A simulated data centre on loopback: MAAS, BMCs with Redfish, and SSH hosts. For trying things out; nothing real is touched.',
    )
    .option('--servers <n>', 'how many servers, srv001 and on', number(1, 1000, true), 4)
    .option('--model <id>', `kind of server: ${hardwareModels.map(({ id }) => id).join(', ')}`, 'hpe-rl300')
    .option('--speed <factor>', 'lab time runs so many times faster than the wall clock', number(0.01, 100_000), 60)
    .option('--port-maas <port>', 'port of MAAS instead of a free one', number(1, 65_535, true))
    .option('--port-dial <port>', 'port of the proxy into the lab instead of a free one', number(1, 65_535, true))
    .option('--slack', 'with a Slack workspace, and a page in the browser to use it')
    .option('--json', 'say how to reach the lab as one line of JSON')
    .allowExcessArguments(false)
    .addHelpText('after', `\nCommands on stdin while it runs:\n${commandHelp}`)
  return program.parse(argv).opts<Options>()
}

function number(least: number, most: number, whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !(value >= least && value <= most) || (whole && !Number.isInteger(value)))
      throw new InvalidArgumentError(`It must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`)
    return value
  }
}
