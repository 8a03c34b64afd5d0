import { OsError } from '../os/errno.ts'
import type { Process } from '../os/process.ts'
import { existsHere } from './exists-here.ts'
import { badOption, complain, parseOptions, type Program, quote } from './program.ts'

const mv: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(process.argv.slice(1), [
    'f',
    'n',
    'T',
    'v',
    'i',
    'no-target-directory',
    't:',
  ])
  if (bad !== undefined) return badOption(process, bad)
  return toTarget(
    process,
    operands,
    values.get('t'),
    flags.has('T') || flags.has('no-target-directory'),
    (from, to) => {
      if (flags.has('n') && process.host.fs.exists(to, process)) return
      process.host.fs.rename(from, to, process)
    },
    (from, to, error) =>
      error.code === 'ENOENT' && !existsHere(process, from)
        ? `cannot stat ${quote(from)}: ${error.message}`
        : `cannot move ${quote(from)} to ${quote(to)}: ${error.message}`,
  )
}

const cp: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(process.argv.slice(1), [
    'f',
    'r',
    'R',
    'a',
    'p',
    'd',
    'T',
    'v',
    'L',
    'P',
    'archive',
    'recursive',
    'preserve',
    't:',
    'no-clobber',
    'n',
    'u',
  ])
  if (bad !== undefined) return badOption(process, bad)
  const { fs } = process.host
  const keep = flags.has('a') || flags.has('p') || flags.has('archive')
  const recursive = ['r', 'R', 'a', 'recursive', 'archive'].some((flag) => flags.has(flag))
  const copy = async (from: string, to: string): Promise<void> => {
    const inode = fs.stat(from, process)
    if (inode.type === 'directory') {
      if (!recursive) throw new CopyDirectory()
      if (!fs.exists(to, process)) fs.mkdir(to, process, inode.mode)
      for (const name of fs.names(inode)) await copy(`${from}/${name}`, `${to}/${name}`)
      return
    }
    const data = await process.readFile(from)
    const existed = fs.exists(to, process)
    await process.writeFile(to, data)
    const target = fs.stat(to, process)
    if (keep) {
      target.mode = inode.mode
      fs.utimes(target, inode.mtime)
    } else if (!existed) target.mode = inode.mode & 0o7777 & ~process.umask
  }
  return toTarget(process, operands, values.get('t'), flags.has('T'), copy, (from, to, error) =>
    existsHere(process, from)
      ? `cannot create regular file ${quote(to)}: ${error.message}`
      : `cannot stat ${quote(from)}: ${error.message}`,
  )
}

/** cp of a directory without -r. */
class CopyDirectory extends Error {}

const ln: Program = async (process) => {
  const { flags, operands, bad } = parseOptions(process.argv.slice(1), ['s', 'f', 'n', 'T', 'v', 'symbolic', 'force'])
  if (bad !== undefined) return badOption(process, bad)
  const { fs } = process.host
  const symbolic = flags.has('s') || flags.has('symbolic')
  return toTarget(
    process,
    operands,
    undefined,
    flags.has('T') || flags.has('n'),
    (from, to) => {
      if ((flags.has('f') || flags.has('force')) && existsHere(process, to)) fs.unlink(to, process)
      if (symbolic) fs.symlink(from, to, process)
      else fs.link(from, to, process)
    },
    (from, to, error) =>
      `failed to create ${symbolic ? 'symbolic' : 'hard'} link ${quote(to)}${symbolic ? '' : ` => ${quote(from)}`}: ${error.message}`,
  )
}

export const copyingPrograms: Readonly<Record<string, Program>> = { mv, cp, ln }

async function toTarget(
  process: Process,
  operands: readonly string[],
  folder: string | undefined,
  asFile: boolean,
  act: (from: string, to: string) => void | Promise<void>,
  words: (from: string, to: string, error: OsError) => string,
): Promise<number> {
  const sources = folder === undefined ? operands.slice(0, -1) : operands
  const target = folder ?? operands.at(-1)
  if (target === undefined) return badOption(process, 'missing file operand')
  if (sources.length === 0) return badOption(process, `missing destination file operand after ${quote(target)}`)
  const intoFolder = !asFile && (folder !== undefined || isDirectory(process, target))
  if (sources.length > 1 && !intoFolder) return complain(process, `target ${quote(target)} is not a directory`)
  let status = 0
  for (const source of sources) {
    process.check()
    const from = source.replace(/(.)\/+$/, '$1')
    const to = intoFolder ? `${target.replace(/\/+$/, '')}/${from.replace(/^.*\//, '')}` : target
    try {
      await act(from, to)
    } catch (error) {
      if (error instanceof CopyDirectory)
        status = await complain(process, `-r not specified; omitting directory ${quote(from)}`)
      else if (error instanceof OsError) status = await complain(process, words(from, to, error))
      else throw error
    }
  }
  return status
}

function isDirectory(process: Process, path: string): boolean {
  return process.host.fs.exists(path, process) && process.host.fs.stat(path, process).type === 'directory'
}
