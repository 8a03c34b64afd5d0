import { OsError } from '../os/errno.ts'
import { processName } from '../os/boot-files.ts'
import type { Process } from '../os/process.ts'
import { parseSignal, type Signal, signalNumbers } from '../os/signals.ts'
import { userOf } from '../os/users.ts'
import { matches } from '../shell/pattern.ts'
import { badOption, complain, parseOptions, type Program } from './program.ts'

/** coreutils sleep, in lab time: seconds with fraction, suffixes s m h d, several are added. */
const sleep: Program = async (process) => {
  const args = process.argv.slice(1)
  if (args.length === 0) return badOption(process, 'missing operand')
  let seconds = 0
  for (const arg of args) {
    const match = /^(\d+\.?\d*|\.\d+|infinity)([smhd]?)$/.exec(arg)
    if (match === null) return badOption(process, `invalid time interval ‘${arg}’`)
    seconds +=
      (match[1] === 'infinity' ? 1e9 : Number(match[1])) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ''] ?? 1)
  }
  await process.sleep(seconds * 1000)
  return 0
}

/** procps kill. */
const kill: Program = async (process) => {
  const args = process.argv.slice(1)
  let signal: Signal | 0 = 'TERM'
  const [first = ''] = args
  if (first === '-l' || first === '-L') {
    await process.out(`${Object.keys(signalNumbers).join(' ')}\n`)
    return 0
  }
  if (first === '-s' || first === '--signal') {
    const parsed = parseSignal(args[1] ?? '')
    if (parsed === undefined) return complain(process, `invalid argument ${args[1] ?? ''}`)
    signal = parsed
    args.splice(0, 2)
  } else if (/^-[A-Za-z0-9]/.test(first) && !/^-\d{3,}$/.test(first)) {
    const parsed = parseSignal(first.slice(1))
    if (parsed === undefined) return complain(process, `invalid argument ${first.slice(1, 2)}`)
    signal = parsed
    args.shift()
  }
  if (args[0] === '--') args.shift()
  if (args.length === 0) {
    await process.err('\nUsage:\n kill [options] <pid> [...]\n')
    return 1
  }
  let status = 0
  for (const target of args) {
    if (!/^-?\d+$/.test(target)) {
      status = await complain(process, `failed to parse argument: '${target}'`)
      continue
    }
    try {
      process.host.kill(process, Number(target), signal)
    } catch (error) {
      if (!(error instanceof OsError)) throw error
      status = await complain(process, `(${target}): ${error.message}`)
    }
  }
  return status
}

const columns: Readonly<Record<string, { title: string; right?: boolean; of: (process: Process) => string }>> = {
  pid: { title: 'PID', right: true, of: ({ pid }) => String(pid) },
  ppid: { title: 'PPID', right: true, of: ({ ppid }) => String(ppid) },
  pgid: { title: 'PGID', right: true, of: ({ pgid }) => String(pgid) },
  sid: { title: 'SID', right: true, of: ({ sid }) => String(sid) },
  uid: { title: 'UID', right: true, of: ({ uid }) => String(uid) },
  user: { title: 'USER', of: ({ uid }) => userOf(uid).name },
  stat: { title: 'STAT', of: (process) => stateOf(process) },
  state: { title: 'S', of: (process) => stateOf(process) },
  tty: { title: 'TT', of: () => '?' },
  time: { title: 'TIME', right: true, of: () => '00:00:00' },
  etime: { title: 'ELAPSED', right: true, of: elapsed },
  etimes: {
    title: 'ELAPSED',
    right: true,
    of: (process) => String(Math.floor((process.host.clock.now() - process.startedAt) / 1000)),
  },
  comm: {
    title: 'COMMAND',
    of: (process) => (process.ended === undefined ? processName(process) : `${processName(process)} <defunct>`),
  },
  args: { title: 'COMMAND', of: commandLine },
}
const aliases: Readonly<Record<string, string>> = {
  cmd: 'args',
  command: 'args',
  pgrp: 'pgid',
  sess: 'sid',
  s: 'state',
  tt: 'tty',
  euser: 'user',
  ruser: 'user',
  ucmd: 'comm',
}

/** procps ps: -e/-A, aux, -f, -p, -g, -s, -u, -C, -o with the usual columns, --no-headers. */
const ps: Program = async (process) => {
  const args = process.argv.slice(1).map((arg) => (/^[auxwef]+$/.test(arg) ? `-${arg}` : arg))
  const { flags, values, operands, bad } = parseOptions(args, [
    'e',
    'A',
    'a',
    'x',
    'f',
    'u',
    'w',
    'h',
    'j',
    'l',
    'no-headers',
    'no-heading',
    'o:',
    'p:',
    'g:',
    's:',
    'C:',
    'U:',
    'pid:',
    'ppid:',
    'sid:',
    'format:',
    'sort:',
  ])
  if (bad !== undefined) return badOption(process, bad)
  const all = [...process.host.processes.values()]
  const numbers = (text: string): number[] => text.split(/[ ,]+/).map(Number)
  const filters: ((candidate: Process) => boolean)[] = []
  const pids = values.get('p') ?? values.get('pid') ?? (operands.length > 0 ? operands.join(',') : undefined)
  if (pids !== undefined) filters.push(({ pid }) => numbers(pids).includes(pid))
  const sids = values.get('g') ?? values.get('s') ?? values.get('sid')
  if (sids !== undefined) filters.push(({ sid }) => numbers(sids).includes(sid))
  const ppids = values.get('ppid')
  if (ppids !== undefined) filters.push(({ ppid }) => numbers(ppids).includes(ppid))
  const command = values.get('C')
  if (command !== undefined) filters.push((candidate) => processName(candidate) === command)
  const user = values.get('U')
  if (user !== undefined) filters.push(({ uid }) => userOf(uid).name === user || String(uid) === user)
  const everyone = ['e', 'A', 'a', 'x'].some((flag) => flags.has(flag))
  const shown = all.filter((candidate) =>
    filters.length > 0 ? filters.some((filter) => filter(candidate)) : everyone || candidate.sid === process.sid,
  )
  const format =
    values.get('o') ??
    values.get('format') ??
    (flags.has('f') || flags.has('u') ? 'user,pid,ppid,stat,time,args' : 'pid,tty,time,comm')
  const chosen = format
    .split(/[ ,]+/)
    .filter((name) => name !== '')
    .map((spec) => {
      const [name = '', title] = spec.split('=')
      const column = columns[aliases[name] ?? name]
      return column === undefined ? undefined : { ...column, title: title ?? column.title }
    })
  if (chosen.includes(undefined)) return complain(process, 'error: unknown user-defined format specifier', 1)
  const used = chosen.filter((column) => column !== undefined)
  const headless =
    flags.has('h') || flags.has('no-headers') || flags.has('no-heading') || used.every(({ title }) => title === '')
  const table = [
    ...(headless ? [] : [used.map(({ title }) => title)]),
    ...shown.map((candidate) => used.map(({ of }) => of(candidate))),
  ]
  const widths = used.map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)))
  for (const row of table) {
    const cells = row.map((cell, index) =>
      used[index]?.right === true
        ? cell.padStart(widths[index] ?? 0)
        : index === row.length - 1
          ? cell
          : cell.padEnd(widths[index] ?? 0),
    )
    await process.out(`${cells.join(' ')}\n`)
  }
  return shown.length === 0 ? 1 : 0
}

const pgrep: Program = (process) =>
  findProcesses(process, (found) => process.out(found.map(({ pid }) => `${pid}\n`).join('')))

const pkill: Program = (process) => {
  const signal =
    process.argv
      .slice(1)
      .map((arg) => (arg.startsWith('-') ? parseSignal(arg.slice(1)) : undefined))
      .find((parsed) => parsed !== undefined) ?? 'TERM'
  return findProcesses(process, (found) => {
    for (const { pid, uid } of found)
      if (process.uid === 0 || process.uid === uid) process.host.kill(process, pid, signal)
  })
}

export const processPrograms: Readonly<Record<string, Program>> = { sleep, kill, ps, pgrep, pkill }

async function findProcesses(process: Process, use: (found: readonly Process[]) => unknown): Promise<number> {
  const args = process.argv.slice(1)
  const full = args.some((arg) => /^-[a-z]*f/.test(arg))
  const exact = args.includes('-x')
  const pattern = args.find((arg) => !arg.startsWith('-'))
  if (pattern === undefined) return badOption(process, 'no matching criteria specified', 2)
  const found = [...process.host.processes.values()].filter((candidate) => {
    if (candidate === process || candidate.ended !== undefined) return false
    const text = full ? commandLine(candidate) : processName(candidate)
    return exact ? matches(pattern, text) : new RegExp(pattern).test(text)
  })
  await use(found)
  return found.length === 0 ? 1 : 0
}

function commandLine(process: Process): string {
  return process.ended === undefined ? process.argv.join(' ') : `[${processName(process)}] <defunct>`
}

function stateOf(process: Process): string {
  const state = process.ended !== undefined ? 'Z' : process.isStopped ? 'T' : 'S'
  return process.sid === process.pid ? `${state}s` : state
}

function elapsed(process: Process): string {
  const seconds = Math.floor((process.host.clock.now() - process.startedAt) / 1000)
  const two = (n: number): string => String(n).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  return `${hours > 0 ? `${two(hours)}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
