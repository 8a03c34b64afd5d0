import { OsError } from '../os/errno.ts'
import { parseSignal, type Signal, signalNumbers } from '../os/signals.ts'
import type { Shell } from './shell.ts'

/** dash 0.5 jobs.c, killcmd: `-SIG` takes the rest as pids as they stand (so `kill -TERM -- -1` is an error), `-s SIG` parses options. */
export async function kill(shell: Shell, args: readonly string[]): Promise<number> {
  const usage = 'kill: Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]'
  let signal: Signal | 0 = 'TERM'
  let targets = [...args]
  const [first = ''] = args
  if (first === '-l') {
    const [, status] = args
    const number = Number(status) > 128 ? Number(status) - 128 : Number(status)
    const names = Object.entries(signalNumbers).filter(([, n]) => status === undefined || n === number)
    if (status !== undefined && names.length === 0) return shell.fail(`kill: Illegal number: ${status}`)
    await shell.process.out(names.map(([name]) => `${name}\n`).join(''))
    return 0
  }
  if (first === '-s') {
    const parsed = parseSignal(args[1] ?? '')
    if (parsed === undefined) return shell.fail(`kill: invalid signal number or name: ${args[1] ?? ''}`)
    signal = parsed
    targets = args.slice(2)
    if (targets[0] === '--') targets.shift()
    else if (targets[0]?.startsWith('-') === true) return shell.fail(`kill: Illegal option ${targets[0].slice(0, 2)}`)
  } else if (first === '--') targets = args.slice(1)
  else if (first.startsWith('-')) {
    const parsed = parseSignal(first.slice(1))
    if (parsed === undefined) return shell.fail(`kill: Illegal option ${first.slice(0, 2)}`)
    signal = parsed
    targets = args.slice(1)
  }
  if (targets.length === 0) return shell.fail(usage)
  let status = 0
  for (const target of targets) {
    if (!/^-?[0-9]+$/.test(target)) {
      await shell.complain(
        `kill: Illegal number: ${target.startsWith('-') && target !== '-' ? target.slice(1) : target}`,
      )
      return 2
    }
    try {
      shell.process.host.kill(shell.process, Number(target), signal)
    } catch (error) {
      if (!(error instanceof OsError)) throw error
      await shell.complain(`kill: ${error.message}`)
      await shell.process.err('\n')
      status = 1
    }
  }
  return status
}
