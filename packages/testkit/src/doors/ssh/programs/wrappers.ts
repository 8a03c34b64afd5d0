import { statusOf } from '../os/process.ts'
import { parseSignal, type Signal } from '../os/signals.ts'
import { badOption, parseOptions, type Program, quote } from './program.ts'
import { become, runChild, startChild } from './run-child.ts'

const quotedFailure = (program: string) => (name: string, text: string) =>
  `${program}: failed to run command ${quote(name)}: ${text}\n`

/** env [-i] [-u NAME] [NAME=VALUE…] [COMMAND…]. */
const env: Program = async (process) => {
  const args = process.argv.slice(1)
  const environment = new Map(process.env)
  for (let option = args[0]; option?.startsWith('-') === true; option = args[0]) {
    args.shift()
    if (option === '-i' || option === '-') environment.clear()
    else if (option === '-u') environment.delete(args.shift() ?? '')
    else if (option === '--') break
    else return badOption(process, `invalid option -- '${option.slice(1, 2)}'`, 125)
  }
  while (/^[^=]+=/.test(args[0] ?? '')) {
    const [name = '', ...value] = (args.shift() ?? '').split('=')
    environment.set(name, value.join('='))
  }
  if (args.length === 0) {
    for (const [name, value] of environment) await process.out(`${name}=${value}\n`)
    return 0
  }
  process.env = environment
  return become(process, args, (name, text) => `env: ${quote(name)}: ${text}\n`)
}

/** util-linux setsid: a group leader cannot make a session, so it forks and returns at once unless `--wait`. */
const setsid: Program = async (process) => {
  const { flags, operands, bad } = parseOptions(process.argv.slice(1), ['w', 'c', 'f', 'wait', 'ctty', 'fork'], false)
  if (bad !== undefined) return badOption(process, bad)
  if (operands.length === 0) return badOption(process, 'no command specified')
  const words = (name: string, text: string): string => `setsid: failed to execute ${name}: ${text}\n`
  if (process.pgid !== process.pid && !flags.has('f') && !flags.has('fork')) {
    process.setsid()
    return become(process, operands, words)
  }
  const child = process.host.fork(process, (forked) => {
    forked.setsid()
    return become(forked, operands, words)
  })
  if (!flags.has('w') && !flags.has('wait')) return 0
  const ended = await process.block(child.done)
  process.host.collect(child)
  return statusOf(ended)
}

/** coreutils timeout: 124 when the time was up (137 when KILL was needed), else the command's own status. Time is lab time. */
const timeout: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(
    process.argv.slice(1),
    ['foreground', 'preserve-status', 'v', 'verbose', 's:', 'signal:', 'k:', 'kill-after:'],
    false,
  )
  if (bad !== undefined) return badOption(process, bad, 125)
  const [duration = '', ...argv] = operands
  const ms = durationMs(duration)
  if (ms === undefined) return badOption(process, `invalid time interval ${quote(duration)}`, 125)
  if (argv.length === 0) return badOption(process, 'missing operand', 125)
  const signal = parseSignal(values.get('s') ?? values.get('signal') ?? 'TERM')
  if (signal === undefined || signal === 0) return badOption(process, `${values.get('s') ?? ''}: invalid signal`, 125)
  const killAfter = durationMs(values.get('k') ?? values.get('kill-after') ?? '0') ?? 0
  // It leads a group of its own, so that it can signal all that the command starts.
  if (!flags.has('foreground') && process.pgid !== process.pid) process.pgid = process.pid
  const child = startChild(process, argv, quotedFailure('timeout'))
  for (const forwarded of ['TERM', 'INT', 'HUP'] as const)
    process.handlers.set(forwarded, () => child.receive(forwarded))
  let timedOut = false
  const strike = (what: Signal): void => {
    timedOut = true
    child.receive(what)
    if (flags.has('foreground')) return
    for (const member of process.host.group(process.pid))
      if (member !== process && member !== child) member.receive(what)
  }
  const timers: (() => void)[] = []
  const { clock } = process.host
  if (ms > 0) {
    timers.push(
      clock.after(ms, () => {
        strike(signal)
        if (killAfter > 0) timers.push(clock.after(killAfter, () => strike('KILL')))
      }),
    )
  }
  try {
    const ended = await process.block(child.done)
    process.host.collect(child)
    const killed = 'signal' in ended && ended.signal === 'KILL'
    return timedOut && !flags.has('preserve-status') && !killed ? 124 : statusOf(ended)
  } finally {
    for (const takeBack of timers) takeBack()
  }
}

const nohup: Program = async (process) => {
  const argv = process.argv.slice(1)
  if (argv.length === 0) return badOption(process, 'missing operand', 125)
  process.ignored.add('HUP')
  return become(process, argv, quotedFailure('nohup'))
}

/** nice, ionice, stdbuf, chrt, time: options are skipped, the command runs. */
const transparent =
  (valued: RegExp): Program =>
  async (process) => {
    const args = process.argv.slice(1)
    while (args[0]?.startsWith('-') === true) {
      const option = args.shift() ?? ''
      if (valued.test(option)) args.shift()
    }
    if (args.length === 0) return 0
    return become(process, args, quotedFailure(process.argv[0] ?? ''))
  }

const xargs: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(
    process.argv.slice(1),
    ['0', 'r', 't', 'null', 'no-run-if-empty', 'n:', 'I:', 'd:', 'P:'],
    false,
  )
  if (bad !== undefined) return badOption(process, bad)
  const text = (await process.readAll(0)).toString()
  const items =
    flags.has('0') || flags.has('null')
      ? text.split('\0')
      : values.has('I') || values.get('d') === '\\n'
        ? text.split('\n')
        : text.split(/\s+/)
  const args = items.filter((item) => item !== '')
  if (args.length === 0 && (flags.has('r') || flags.has('no-run-if-empty'))) return 0
  const command = operands.length === 0 ? ['echo'] : operands
  const replaced = values.get('I')
  const size = replaced === undefined ? Number(values.get('n') ?? Math.max(1, args.length)) : 1
  let status = 0
  for (let at = 0; at === 0 || at < args.length; at += size) {
    const chunk = args.slice(at, at + size)
    const argv =
      replaced === undefined ? [...command, ...chunk] : command.map((word) => word.replaceAll(replaced, chunk[0] ?? ''))
    const ended = statusOf(await runChild(process, argv, (name, problem) => `xargs: ${name}: ${problem}\n`))
    if (ended !== 0) status = ended >= 126 ? ended : 123
  }
  return status
}

const which: Program = async (process) => {
  const { findCommand } = await import('../os/exec.ts')
  const { OsError } = await import('../os/errno.ts')
  let status = 0
  for (const name of process.argv.slice(1).filter((arg) => !arg.startsWith('-'))) {
    try {
      await process.out(`${findCommand(process, name, process.env.get('PATH') ?? '/usr/bin:/bin')}\n`)
    } catch (error) {
      if (!(error instanceof OsError)) throw error
      status = 1
    }
  }
  return status
}

export const wrapperPrograms: Readonly<Record<string, Program>> = {
  env,
  setsid,
  timeout,
  nohup,
  xargs,
  which,
  nice: transparent(/^-n$/),
  ionice: transparent(/^-[cn]$/),
  stdbuf: transparent(/^-[ioe]$/),
}

function durationMs(text: string): number | undefined {
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text)
  if (match === null) return undefined
  return Number(match[1]) * 1000 * ({ s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ''] ?? 1)
}
