/** The whole way in one command: srv001 becomes an a1.c5.large, asked for in Slack, in a simulated data centre. `--help` says more. */
import { createLab } from '@hwautomation/testkit'
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
import open from 'open'
import { openChat, order, type Chat } from './chat.ts'
import { demoOptions, HELP, type DemoOptions } from './options.ts'

const REQUEST = { serverId: 'srv001', deviceType: 'a1.c5.large', targetIpmiIp: '192.168.1.100' } as const
const COMMAND = `/provision ${REQUEST.serverId} ${REQUEST.deviceType} --ipmi ${REQUEST.targetIpmiIp}`

const isTerminal = process.stdout.isTTY
const colour = isTerminal && !process.env['NO_COLOR']

async function main(): Promise<number> {
  const options = read()
  if (options === undefined) return 2
  if (options.help) return say(HELP)
  const { speed, fault } = options

  await using lab = await createLab({
    servers: ['srv001', 'srv002', 'srv003', 'srv004'].map((hostname) => ({ hostname, model: 'hpe-rl300' })),
    clock: { speed },
  })
  await using hw = await createHwAutomation({ ...lab.connection(), clock: lab.clock })
  say(
    `A data centre with ${lab.world.machines.length} HPE servers runs at ${speed} times the speed of hardware, and so does the time of its runs; MAAS answers at ${lab.connection().maas.url}.`,
  )
  if (fault) {
    say(`Fault: ${fault.what}.`)
    fault.bring(lab)
  }
  if (options.plan) return await plan(hw)
  await using chat = await openChat(hw)
  return await provision(hw, chat, options)
}

async function plan(hw: HwAutomation): Promise<number> {
  const found = await new ServerProvisioningWorkflow(REQUEST, hw).plan()
  say(`\n${planLines(found, { colour }).join('\n')}`)
  return found.problems.length === 0 ? 0 : 1
}

async function provision(hw: HwAutomation, chat: Chat, { browser }: DemoOptions): Promise<number> {
  const interrupted = ctrlC()
  const page = browser && isTerminal ? chat.workspace.pageUrl : undefined
  if (page !== undefined) {
    say(`Slack, simulated: ${page}`)
    await openBrowser(page)
  }
  say(`ada in #provisioning: ${COMMAND}\n`)
  const run = await order(chat, hw, COMMAND)
  const cancel = () => void run.cancel({ by: 'you', reason: 'Ctrl-C' })
  if (interrupted.aborted) cancel()
  interrupted.addEventListener('abort', cancel)
  await follow(run)
  interrupted.removeEventListener('abort', cancel)
  const { status, record } = await run.outcome()
  say(`\n${recordLines(record, { colour }).join('\n')}`)
  if (status === 'COMPLETED') say(`\n${REQUEST.serverId} is ready.`)
  if (page !== undefined && !interrupted.aborted) {
    say(`\nThe data centre goes on: type /provision srv002 ${REQUEST.deviceType} at ${page}\nCtrl-C ends it.`)
    await until(interrupted)
  }
  return status === 'COMPLETED' ? 0 : 1
}

/** Where there is no browser to open, the line with the URL is enough. */
async function openBrowser(page: string): Promise<void> {
  const browser = await open(page).catch(() => undefined)
  browser?.on('error', () => {})
}

/**
 * Aborted by Ctrl-C; another one ends the process at once, but not within the second in which npm and tsx pass the first one on.
 * The listener stays: that of log-update ends the process when it is the only one.
 */
function ctrlC(): AbortSignal {
  const pressed = new AbortController()
  let at = Number.POSITIVE_INFINITY
  process.on('SIGINT', () => {
    if (performance.now() - at > 1_000) process.exit(130)
    at = Math.min(at, performance.now())
    pressed.abort()
  })
  return pressed.signal
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 60_000)
    signal.addEventListener('abort', () => {
      clearInterval(alive)
      resolve()
    })
  })
}

async function follow(run: RunHandle): Promise<void> {
  if (!isTerminal) {
    for await (const event of run.events()) for (const line of eventLines(event)) say(line)
    return
  }
  const show = createLogUpdate(process.stdout)
  for await (const _ of run.events())
    show(recordLines(run.record(), { colour, subTasks: 'open', brief: true }).join('\n'))
  show.clear()
}

function read(): DemoOptions | undefined {
  try {
    return demoOptions()
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
