import { textOf } from '../os/errno.ts'
import { mayAccess, requireAccess } from '../os/file-system.ts'
import { type Inode, modeString, sizeOf } from '../os/inode.ts'
import type { Process } from '../os/process.ts'
import { groupName, userOf } from '../os/users.ts'
import { matches } from '../shell/pattern.ts'
import { badOption, complain, parseOptions, type Program, quote } from './program.ts'

const ls: Program = async (process) => {
  const { flags, operands, bad } = parseOptions(process.argv.slice(1), [
    'l',
    'a',
    'A',
    '1',
    'd',
    'h',
    'n',
    't',
    'r',
    'R',
    'F',
    'i',
    's',
    'S',
    'all',
    'almost-all',
    'directory',
  ])
  if (bad !== undefined) return badOption(process, bad, 2)
  const { fs } = process.host
  const row = (inode: Inode, name: string, path: string): string => {
    if (!flags.has('l') && !flags.has('n')) return name
    const owner = flags.has('n') ? `${inode.uid} ${inode.gid}` : `${userOf(inode.uid).name} ${groupName(inode.gid)}`
    const date = new Date(inode.mtime).toUTCString()
    const link = inode.type === 'link' ? ` -> ${fs.readlink(path, process)}` : ''
    return `${modeString(inode)} 1 ${owner} ${sizeOf(inode)} ${date.slice(8, 11)} ${date.slice(5, 7).replace(/^0/, ' ')} ${date.slice(17, 22)} ${name}${link}`
  }
  const hidden = flags.has('a') || flags.has('A') || flags.has('all') || flags.has('almost-all')
  const targets = operands.length === 0 ? ['.'] : operands.toSorted()
  let status = 0
  const folders: { path: string; inode: Extract<Inode, { type: 'directory' }> }[] = []
  for (const path of targets) {
    try {
      const inode = fs.stat(path, process, !flags.has('d') && !flags.has('l'))
      if (inode.type === 'directory' && !flags.has('d') && !flags.has('directory')) folders.push({ path, inode })
      else await process.out(`${row(inode, path, path)}\n`)
    } catch (error) {
      await complain(process, `cannot access ${quoteName(path)}: ${textOf(error)}`)
      status = 2
    }
  }
  for (const [index, { path, inode }] of folders.entries()) {
    if (!mayAccess(inode, process, 4)) {
      status = await complain(process, `cannot open directory ${quoteName(path)}: Permission denied`, 2)
      continue
    }
    if (targets.length > 1) await process.out(`${index > 0 || folders.length < targets.length ? '\n' : ''}${path}:\n`)
    const names = fs
      .names(inode)
      .filter((name) => hidden || !name.startsWith('.'))
      .toSorted(byName)
    if (flags.has('a') || flags.has('all')) names.unshift('.', '..')
    if (flags.has('l')) await process.out(`total ${names.length * 4}\n`)
    if (flags.has('t'))
      names.sort(
        (a, b) => fs.stat(`${path}/${b}`, process, false).mtime - fs.stat(`${path}/${a}`, process, false).mtime,
      )
    if (flags.has('r')) names.reverse()
    for (const name of names)
      await process.out(`${row(fs.stat(`${path}/${name}`, process, false), name, `${path}/${name}`)}\n`)
  }
  return status
}

const stat: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(process.argv.slice(1), [
    'L',
    't',
    'f',
    'c:',
    'format:',
    'printf:',
  ])
  if (bad !== undefined) return badOption(process, bad)
  if (operands.length === 0) return badOption(process, 'missing operand')
  const format = values.get('c') ?? values.get('format') ?? values.get('printf')
  let status = 0
  for (const path of operands) {
    try {
      const inode = process.host.fs.stat(path, process, flags.has('L'))
      if (format === undefined) await process.out(longStat(path, inode))
      else
        await process.out(
          values.has('printf')
            ? statFormat(format, path, inode).replaceAll('\\n', '\n')
            : `${statFormat(format, path, inode)}\n`,
        )
    } catch (error) {
      status = await complain(process, `cannot statx ${quoteName(path)}: ${textOf(error)}`)
    }
  }
  return status
}

const readlink: Program = async (process) => {
  const { flags, operands } = parseOptions(process.argv.slice(1), ['f', 'e', 'm', 'n', 'v'])
  let status = 0
  for (const path of operands) {
    try {
      const place = ['f', 'e', 'm'].some((flag) => flags.has(flag))
        ? process.host.fs.locate(path, process).path
        : process.host.fs.readlink(path, process)
      await process.out(`${place}\n`)
    } catch (error) {
      textOf(error)
      status = 1
    }
  }
  return status
}

const realpath: Program = async (process) => {
  let status = 0
  for (const path of process.argv.slice(1).filter((arg) => !arg.startsWith('-'))) {
    try {
      await process.out(`${process.host.fs.locate(path, process).path}\n`)
    } catch (error) {
      status = await complain(process, `${path}: ${textOf(error)}`)
    }
  }
  return status
}

const basename: Program = async (process) => {
  const [path = '', suffix = ''] = process.argv.slice(1)
  const base = path.replace(/(.)\/+$/, '$1').replace(/^.*\/(?=.)/, '')
  await process.out(
    `${suffix !== '' && base !== suffix && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base}\n`,
  )
  return 0
}

const dirname: Program = async (process) => {
  for (const path of process.argv.slice(1)) {
    const plain = path.replace(/(.)\/+$/, '$1')
    await process.out(`${plain.includes('/') ? plain.replace(/\/+[^/]*$/, '') || '/' : '.'}\n`)
  }
  return 0
}

/** find PATH… with -name, -type, -maxdepth, -mindepth, -user, -newer, -print, -print0, -delete. */
const find: Program = async (process) => {
  const args = process.argv.slice(1)
  const at = args.findIndex((arg) => /^[-!(]/.test(arg))
  const paths = at < 0 ? args : args.slice(0, at)
  const tests: ((path: string, inode: Inode) => boolean)[] = []
  let [maximum, minimum] = [Infinity, 0]
  let action = 'print'
  const rest = at < 0 ? [] : args.slice(at)
  while (rest.length > 0) {
    const test = rest.shift() ?? ''
    if (test === '-print' || test === '-print0' || test === '-delete') action = test.slice(1)
    else {
      const value = rest.shift()
      if (value === undefined) return complain(process, `missing argument to \`${test}'`)
      if (test === '-name') tests.push((path) => matches(value, path.replace(/^.*\/(?=.)/, '')))
      else if (test === '-path') tests.push((path) => matches(value, path))
      else if (test === '-type')
        tests.push((_, inode) => value === { file: 'f', directory: 'd', link: 'l', device: 'c' }[inode.type])
      else if (test === '-user') tests.push((_, inode) => userOf(inode.uid).name === value)
      else if (test === '-maxdepth') maximum = Number(value)
      else if (test === '-mindepth') minimum = Number(value)
      else return complain(process, `unknown predicate \`${test}'`)
    }
  }
  let status = 0
  const visit = async (path: string, depth: number): Promise<void> => {
    try {
      const inode = process.host.fs.stat(path, process, false)
      const hit = depth >= minimum && tests.every((test) => test(path, inode))
      if (hit && action !== 'delete') await process.out(action === 'print0' ? `${path}\0` : `${path}\n`)
      if (inode.type === 'directory' && depth < maximum) {
        requireAccess(inode, process, 4)
        for (const name of process.host.fs.names(inode))
          await visit(`${path.replace(/(.)\/$/, '$1')}/${name}`.replace(/^\/\//, '/'), depth + 1)
      }
      if (hit && action === 'delete' && path !== '.') remove(process, path, inode)
    } catch (error) {
      status = await complain(process, `${quote(path)}: ${textOf(error)}`)
    }
  }
  for (const path of paths.length === 0 ? ['.'] : paths) await visit(path, 0)
  return status
}

const du: Program = async (process) => {
  const total = (path: string): number => {
    const inode = process.host.fs.stat(path, process, false)
    const own = inode.type === 'directory' ? 4 : Math.ceil(sizeOf(inode) / 4096) * 4
    return inode.type === 'directory'
      ? process.host.fs.names(inode).reduce((sum, name) => sum + total(`${path}/${name}`), own)
      : own
  }
  for (const path of process.argv.slice(1).filter((arg) => !arg.startsWith('-'))) {
    try {
      await process.out(`${total(path)}\t${path}\n`)
    } catch (error) {
      return complain(process, `cannot access ${quoteName(path)}: ${textOf(error)}`)
    }
  }
  return 0
}

export const fileInfoPrograms: Readonly<Record<string, Program>> = {
  ls,
  stat,
  readlink,
  realpath,
  basename,
  dirname,
  find,
  du,
}

function remove(process: Process, path: string, inode: Inode): void {
  if (inode.type === 'directory') process.host.fs.rmdir(path, process)
  else process.host.fs.unlink(path, process)
}

function statFormat(format: string, path: string, inode: Inode): string {
  const type = {
    file: sizeOf(inode) === 0 ? 'regular empty file' : 'regular file',
    directory: 'directory',
    link: 'symbolic link',
    device: 'character special file',
  }[inode.type]
  const fields: Readonly<Record<string, string | number>> = {
    a: inode.mode.toString(8),
    A: modeString(inode),
    f: (inode.mode | { file: 0o100000, directory: 0o040000, link: 0o120000, device: 0o020000 }[inode.type]).toString(
      16,
    ),
    F: type,
    g: inode.gid,
    G: groupName(inode.gid),
    h: 1,
    i: inode.ino,
    n: path,
    N: `'${path}'`,
    s: sizeOf(inode),
    u: inode.uid,
    U: userOf(inode.uid).name,
    Y: Math.floor(inode.mtime / 1000),
    y: isoDate(inode.mtime),
    '%': '%',
  }
  return format.replaceAll(/%([a-zA-Z%])/g, (_, letter: string) => String(fields[letter] ?? '?'))
}

function longStat(path: string, inode: Inode): string {
  return statFormat(
    `  File: %n\n  Size: %s         \tBlocks: 8          IO Block: 4096   %F\nDevice: 2dh/45d\tInode: %i          Links: 1\nAccess: (%a/%A)  Uid: ( %u/ %U)   Gid: ( %g/ %G)\nModify: %y\n`,
    path,
    inode,
  )
}

function isoDate(ms: number): string {
  return `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '000000')} +0000`
}

/** How ls and stat quote a name in messages: `'x'`. */
function quoteName(name: string): string {
  return `'${name}'`
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
