import { OsError } from '../os/errno.ts'
import type { Inode } from '../os/inode.ts'
import { type OpenFile, unlock } from '../os/open-file.ts'
import type { Process } from '../os/process.ts'
import { statusOf } from '../os/process.ts'
import { runChild } from './run-child.ts'
import { badOption, complain, parseOptions, type Program } from './program.ts'

/** util-linux flock: `flock [-s|-x|-u] [-n] [-w SECONDS] FD`, or with FILE and a command, or FILE -c TEXT. */
export const flock: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(
    process.argv.slice(1),
    [
      's',
      'x',
      'e',
      'u',
      'n',
      'o',
      'F',
      'shared',
      'exclusive',
      'unlock',
      'nonblock',
      'nb',
      'close',
      'no-fork',
      'w:',
      'wait:',
      'timeout:',
      'E:',
      'conflict-exit-code:',
    ],
    false,
  )
  if (bad !== undefined) return badOption(process, bad, 64)
  const [target, ...command] = operands
  if (target === undefined) return complain(process, 'requires file descriptor, file or directory', 64)
  const conflict = Number(values.get('E') ?? values.get('conflict-exit-code') ?? 1)
  const byNumber = command.length === 0
  let file: OpenFile
  try {
    if (byNumber && !/^[0-9]+$/.test(target)) return await complain(process, `bad file descriptor: ${target}`, 64)
    file = byNumber ? process.fd(Number(target)).retain() : openLockFile(process, target)
  } catch (error) {
    if (!(error instanceof OsError)) throw error
    return byNumber
      ? complain(process, `${target}: ${error.message}`, 65)
      : complain(process, `cannot open lock file ${target}: ${error.message}`, 66)
  }
  try {
    const { inode } = file.stream
    if (inode === undefined) return await complain(process, `${target}: Bad file descriptor`, 65)
    if (flags.has('u') || flags.has('unlock')) unlock(inode, file)
    else {
      const wait = values.get('w') ?? values.get('wait') ?? values.get('timeout')
      const patience =
        flags.has('n') || flags.has('nonblock') || flags.has('nb')
          ? 0
          : wait === undefined
            ? Infinity
            : Number(wait) * 1000
      if (Number.isNaN(patience)) return await complain(process, `invalid timeout value: '${wait}'`, 64)
      if (!(await acquire(process, inode, file, !(flags.has('s') || flags.has('shared')), patience))) return conflict
    }
    if (byNumber) return 0
    const argv = command[0] === '-c' ? ['/bin/sh', '-c', command[1] ?? ''] : command
    return statusOf(
      await runChild(
        process,
        argv,
        (name, text) => `flock: failed to execute ${name}: ${text}\n`,
        flags.has('o') ? [] : [file],
      ),
    )
  } finally {
    file.release()
  }
}

function openLockFile(process: Process, path: string): OpenFile {
  const { fs } = process.host
  if (fs.exists(path, process)) return process.open(path, { read: true })
  return process.open(path, { read: true, create: true })
}

/** Takes or converts the lock; false when `patience` lab milliseconds were not enough. */
async function acquire(
  process: Process,
  inode: Inode,
  file: OpenFile,
  exclusive: boolean,
  patience: number,
): Promise<boolean> {
  const deadline = process.host.clock.now() + patience
  for (;;) {
    const others = [...(inode.lock?.holders ?? [])].filter((holder) => holder !== file)
    if (others.length === 0 || (!exclusive && inode.lock?.exclusive === false)) {
      const holders = inode.lock?.holders ?? new Set<object>()
      holders.add(file)
      inode.lock = { exclusive, holders }
      return true
    }
    const left = deadline - process.host.clock.now()
    if (left <= 0) return false
    await waitForRelease(process, inode, left)
  }
}

async function waitForRelease(process: Process, inode: Inode, ms: number): Promise<void> {
  let wake = (): void => undefined
  let takeBack = (): void => undefined
  const released = new Promise<void>((resolve) => {
    wake = resolve
    inode.watchers.add(resolve)
    if (ms !== Infinity) takeBack = process.host.clock.after(ms, resolve)
  })
  try {
    await process.block(released)
  } finally {
    inode.watchers.delete(wake)
    takeBack()
  }
}
