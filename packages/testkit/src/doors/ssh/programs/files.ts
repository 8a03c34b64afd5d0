import { OsError, textOf } from '../os/errno.ts'
import type { Inode } from '../os/inode.ts'
import { OpenFile } from '../os/open-file.ts'
import type { Process } from '../os/process.ts'
import { groupNamed, userNamed, userOf } from '../os/users.ts'
import { existsHere } from './exists-here.ts'
import { applyMode } from './mode.ts'
import { badOption, complain, parseOptions, type Program, quote } from './program.ts'

const mkdir: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(process.argv.slice(1), ['p', 'parents', 'v', 'm:', 'mode:'])
  if (bad !== undefined) return badOption(process, bad)
  if (operands.length === 0) return badOption(process, 'missing operand')
  const mode = values.get('m') ?? values.get('mode')
  return each(
    process,
    operands,
    (path) => {
      const { fs } = process.host
      if (flags.has('p') || flags.has('parents')) {
        const parts = path.split('/')
        for (let i = 1; i <= parts.length; i += 1) {
          const prefix = parts.slice(0, i).join('/')
          if (prefix === '') continue
          const inode = fs.exists(prefix, process) ? fs.stat(prefix, process) : undefined
          if (inode === undefined) fs.mkdir(prefix, process)
          else if (inode.type !== 'directory') throw new OsError(i === parts.length ? 'EEXIST' : 'ENOTDIR')
          else if (i === parts.length) return
        }
      } else fs.mkdir(path, process)
      if (mode !== undefined) {
        const inode = fs.stat(path, process)
        fs.chmod(inode, applyMode(mode, inode.mode, true) ?? 0o755, process)
      }
    },
    (path, text) => `cannot create directory ${quote(path)}: ${text}`,
  )
}

const rmdir: Program = (process) => {
  const { flags, operands } = parseOptions(process.argv.slice(1), ['p', 'ignore-fail-on-non-empty', 'v'])
  return each(
    process,
    operands,
    (path) => {
      try {
        process.host.fs.rmdir(path.replace(/(.)\/+$/, '$1'), process)
      } catch (error) {
        if (!(flags.has('ignore-fail-on-non-empty') && error instanceof OsError && error.code === 'ENOTEMPTY'))
          throw error
      }
    },
    (path, text) => `failed to remove ${quote(path)}: ${text}`,
  )
}

const rm: Program = async (process) => {
  const { flags, operands, bad } = parseOptions(process.argv.slice(1), [
    'r',
    'R',
    'recursive',
    'f',
    'force',
    'd',
    'v',
    'i',
  ])
  if (bad !== undefined) return badOption(process, bad)
  const force = flags.has('f') || flags.has('force')
  if (operands.length === 0) return force ? 0 : badOption(process, 'missing operand')
  const recursive = flags.has('r') || flags.has('R') || flags.has('recursive')
  const { fs } = process.host
  const remove = (path: string): void => {
    const inode = fs.stat(path, process, false)
    if (inode.type !== 'directory') return fs.unlink(path, process)
    if (!recursive) throw new OsError('EISDIR')
    for (const name of fs.names(inode)) remove(`${path}/${name}`)
    fs.rmdir(path, process)
  }
  return each(
    process,
    operands,
    (path) => {
      const plain = path.replace(/(.)\/+$/, '$1')
      if (plain === '/') throw new OsError('EACCES')
      if (force && !existsHere(process, plain)) return
      remove(plain)
    },
    (path, text) => `cannot remove ${quote(path)}: ${text}`,
  )
}

const chmod: Program = async (process) => {
  const args = process.argv.slice(1)
  const recursive = args.includes('-R')
  const [mode, ...paths] = args.filter((arg) => !['-R', '-v', '-f', '--'].includes(arg))
  if (mode === undefined) return badOption(process, 'missing operand')
  if (applyMode(mode, 0, false) === undefined) return badOption(process, `invalid mode: ${quote(mode)}`)
  return each(
    process,
    paths,
    (path) =>
      walk(process, path, recursive, (inode) =>
        process.host.fs.chmod(inode, applyMode(mode, inode.mode, inode.type === 'directory') ?? 0, process),
      ),
    (path, text) =>
      text === 'Operation not permitted'
        ? `changing permissions of ${quote(path)}: ${text}`
        : `cannot access ${quote(path)}: ${text}`,
  )
}

const chown: Program = async (process) => {
  const { flags, operands } = parseOptions(process.argv.slice(1), ['R', 'v', 'f', 'h'])
  const [owner = '', ...paths] = operands
  const [name = '', group] = owner.split(/[:.]/)
  const uid = name === '' ? undefined : /^[0-9]+$/.test(name) ? Number(name) : userNamed(name)?.uid
  const gid =
    group === undefined || group === ''
      ? group === ''
        ? userOf(uid ?? 0).gid
        : undefined
      : /^[0-9]+$/.test(group)
        ? Number(group)
        : groupNamed(group)
  if ((name !== '' && uid === undefined) || (group !== undefined && group !== '' && gid === undefined))
    return complain(process, `invalid ${uid === undefined ? 'user' : 'group'}: ${quote(owner)}`)
  return each(
    process,
    paths,
    (path) =>
      walk(process, path, flags.has('R'), (inode) =>
        process.host.fs.chown(inode, uid ?? inode.uid, gid ?? inode.gid, process),
      ),
    (path, text) =>
      text === 'Operation not permitted'
        ? `changing ownership of ${quote(path)}: ${text}`
        : `cannot access ${quote(path)}: ${text}`,
  )
}

const touch: Program = (process) => {
  const { operands } = parseOptions(process.argv.slice(1), ['a', 'm', 'c', 'd:', 't:', 'r:'])
  const create = !process.argv.includes('-c')
  return each(
    process,
    operands,
    (path) => {
      const { fs } = process.host
      if (!create && !fs.exists(path, process)) return
      fs.touch(fs.file(path, process, { read: false, write: false, create: true }))
    },
    (path, text) => `cannot touch ${quote(path)}: ${text}`,
  )
}

const mktemp: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(process.argv.slice(1), [
    'd',
    'directory',
    'q',
    'u',
    't',
    'p:',
    'tmpdir',
    'suffix:',
  ])
  if (bad !== undefined) return badOption(process, bad)
  const folder = values.get('p') ?? process.env.get('TMPDIR') ?? '/tmp'
  const [template] = operands
  const pattern =
    template === undefined
      ? `${folder}/tmp.XXXXXXXXXX`
      : flags.has('t') || flags.has('tmpdir') || values.has('p')
        ? `${folder}/${template}`
        : template
  if (!/X{3,}$/.test(pattern)) return complain(process, `too few X's in template ${quote(template ?? '')}`)
  const { fs } = process.host
  for (let attempt = 0; ; attempt += 1) {
    const path = pattern.replace(/X+$/, (xs) => process.host.randomName(xs.length)) + (values.get('suffix') ?? '')
    if (fs.exists(path) && attempt < 100) continue
    try {
      if (flags.has('d') || flags.has('directory')) {
        fs.mkdir(path, process)
        fs.stat(path, process).mode = 0o700
      } else {
        const file = process.open(path, { write: true, create: true, exclusive: true })
        fs.stat(path, process).mode = 0o600
        file.release()
      }
    } catch (error) {
      return complain(
        process,
        `failed to create ${flags.has('d') ? 'directory' : 'file'} via template ${quote(pattern)}: ${textOf(error)}`,
      )
    }
    await process.out(`${path}\n`)
    return 0
  }
}

const tee: Program = async (process) => {
  const { flags, operands } = parseOptions(process.argv.slice(1), ['a', 'append', 'i'])
  const append = flags.has('a') || flags.has('append')
  const files: OpenFile[] = []
  let status = 0
  for (const path of operands) {
    try {
      files.push(process.open(path, { write: true, create: true, append, truncate: !append }))
    } catch (error) {
      status = await complain(process, `${path}: ${textOf(error)}`)
    }
  }
  for (let chunk = await process.read(0); chunk.length > 0; chunk = await process.read(0)) {
    await process.write(1, chunk)
    for (const file of files) await file.stream.write(chunk, process.block)
  }
  for (const file of files) file.release()
  return status
}

export const filePrograms: Readonly<Record<string, Program>> = {
  mkdir,
  rmdir,
  rm,
  chmod,
  chown,
  touch,
  mktemp,
  tee,
  sync: () => 0,
}

async function each(
  process: Process,
  paths: readonly string[],
  act: (path: string) => void | Promise<void>,
  words: (path: string, text: string) => string,
): Promise<number> {
  if (paths.length === 0) return badOption(process, 'missing operand')
  let status = 0
  for (const path of paths) {
    process.check()
    try {
      await act(path)
    } catch (error) {
      status = await complain(process, words(path, textOf(error)))
    }
  }
  return status
}

function walk(process: Process, path: string, recursive: boolean, act: (inode: Inode) => void): void {
  const { fs } = process.host
  const inode = fs.stat(path, process)
  act(inode)
  if (recursive && inode.type === 'directory')
    for (const name of fs.names(inode)) walk(process, `${path}/${name}`, true, act)
}
