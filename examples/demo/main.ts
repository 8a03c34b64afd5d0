/** The whole way in one command: srv001 becomes an a1.c5.large in a simulated data centre. `--help` says more. */
import { parseArgs } from 'node:util'
import { createLab, type Lab } from '@hwautomation/testkit'
import {
  createHwAutomation,
  errorLines,
  eventLines,
  isHwError,
  planLines,
  recordLines,
  ServerProvisioningWorkflow,
  type HwAutomation,
  type RunHandle,
} from 'hwautomation'
import { createLogUpdate } from 'log-update'
import { DEMO_FAULTS } from './faults.ts'

const HELP = `npm run demo                      provision srv001 as a1.c5.large in the simulated data centre
npm run demo -- --plan            only say what would be done
npm run demo -- --fault NAME      bring a failure along and see how the run ends
npm run demo -- --speed N         N times as fast as the hardware would be (default 90)

Faults: ${Object.entries(DEMO_FAULTS)
  .map(([name, { what }]) => `${name} (${what})`)
  .join('\n        ')}

Exit code 0 when the server is ready (or the plan is good), 1 when not, 2 for a wrong option.`

const REQUEST = { serverId: 'srv001', deviceType: 'a1.c5.large', targetIpmiIp: '192.168.1.100' } as const

async function main(): Promise<number> {
  const options = read()
  if (options === undefined) return 2
  if (options.help) return say(HELP)
  const fault = options.fault === undefined ? undefined : DEMO_FAULTS[options.fault]
  if (options.fault !== undefined && fault === undefined)
    return complain(`There is no fault "${options.fault}"; there are ${Object.keys(DEMO_FAULTS).join(', ')}.`)
  const speed = Number(options.speed)
  if (!(speed > 0)) return complain(`--speed takes a number above 0, not "${options.speed}".`)

  await using lab = await createLab({
    servers: [
      { hostname: 'srv001', model: 'hpe-rl300' },
      { hostname: 'srv002', model: 'hpe-rl300' },
    ],
    clock: { speed },
  })
  await using hw = await createHwAutomation({ ...lab.connection(), clock: lab.clock })
  say(
    `A data centre with ${lab.world.machines.length} HPE servers runs at ${speed} times the speed of hardware; MAAS answers at ${lab.connection().maas.url}.`,
  )
  if (fault) {
    say(`Fault: ${fault.what}.`)
    fault.bring(lab)
  }
  return options.plan ? await plan(hw) : await provision(hw, lab)
}

async function plan(hw: HwAutomation): Promise<number> {
  const found = await new ServerProvisioningWorkflow(REQUEST, hw).plan()
  say(`\n${planLines(found, { colour }).join('\n')}`)
  return found.problems.length === 0 ? 0 : 1
}

async function provision(hw: HwAutomation, lab: Lab): Promise<number> {
  const run = await hw.manager.start(new ServerProvisioningWorkflow(REQUEST, hw), { requestedBy: 'you', via: 'demo' })
  const cancel = () => void run.cancel({ by: 'you', reason: 'Ctrl-C' })
  process.once('SIGINT', cancel)
  await follow(run)
  process.off('SIGINT', cancel)
  const { status, record } = await run.outcome()
  say(`\n${recordLines(record, { colour }).join('\n')}`)
  if (status === 'COMPLETED') say(`\n${lab.server('srv001').hostname} is ready.`)
  return status === 'COMPLETED' ? 0 : 1
}

async function follow(run: RunHandle): Promise<void> {
  if (!process.stdout.isTTY) {
    for await (const event of run.events()) for (const line of eventLines(event)) say(line)
    return
  }
  const show = createLogUpdate(process.stdout)
  for await (const _ of run.events())
    show(recordLines(run.record(), { colour, subTasks: 'open', brief: true }).join('\n'))
  show.clear()
}

const colour = process.stdout.isTTY && !process.env['NO_COLOR']

function read() {
  try {
    const options = {
      help: { type: 'boolean', short: 'h' },
      plan: { type: 'boolean' },
      fault: { type: 'string' },
      speed: { type: 'string', default: '90' },
    } as const
    return parseArgs({ options }).values
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return undefined
  }
}

function say(text: string): 0 {
  process.stdout.write(`${text}\n`)
  return 0
}

function complain(text: string): 2 {
  process.stderr.write(`${text}\n`)
  return 2
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    complain(inWords(error))
    process.exitCode = 1
  },
)

function inWords(error: unknown): string {
  if (!isHwError(error)) return error instanceof Error ? (error.stack ?? error.message) : String(error)
  const { code, kind, message, hint, retryable, context } = error
  return errorLines({ code, kind, message, retryable, context, ...(hint === undefined ? {} : { hint }) }).join('\n')
}
