import { textOf } from '../os/errno.ts'
import { contentOf, type FileInode } from '../os/inode.ts'
import type { OpenFile } from '../os/open-file.ts'
import type { Process } from '../os/process.ts'
import { badOption, complain, parseOptions, type Program, quote } from './program.ts'
import { modernCounts, parseCount } from './input.ts'

/** tail -n, -c, -f, --pid: follows by waiting for changes, as with inotify. With `--pid` it ends once that process is gone. */
export const tail: Program = async (process) => {
  const args = modernCounts(process.argv.slice(1))
  const { flags, values, operands, bad } = parseOptions(args, [
    'f',
    'F',
    'q',
    'v',
    'follow',
    'retry',
    'n:',
    'c:',
    'lines:',
    'bytes:',
    'pid:',
    's:',
  ])
  if (bad !== undefined) return badOption(process, bad)
  const bytes = values.get('c') ?? values.get('bytes')
  const text = bytes ?? values.get('n') ?? values.get('lines') ?? '10'
  const count = parseCount(text.replace(/^\+/, ''))
  if (count === undefined)
    return complain(process, `invalid number of ${bytes === undefined ? 'lines' : 'bytes'}: ${quote(text)}`)
  const [path, ...more] = operands
  if (more.length > 0) return complain(process, 'this simulated tail follows one file only')
  let file: OpenFile
  try {
    file = path === undefined || path === '-' ? process.fd(0).retain() : process.open(path, { read: true })
  } catch (error) {
    return complain(process, `cannot open ${quote(path ?? '-')} for reading: ${textOf(error)}`)
  }
  try {
    const data = await rest(process, file)
    await process.write(1, lastOf(data, Math.abs(count), text.startsWith('+'), bytes !== undefined))
    const { inode } = file.stream
    if ((flags.has('f') || flags.has('F') || flags.has('follow')) && inode?.type === 'file')
      await follow(process, file, inode, values.get('pid'))
    return 0
  } finally {
    file.release()
  }
}

async function follow(process: Process, file: OpenFile, inode: FileInode, pidText: string | undefined): Promise<void> {
  const watched = pidText === undefined ? undefined : Number(pidText)
  let seen = contentOf(inode).length
  for (;;) {
    // Looked at before the last read: what it wrote before its end is not lost.
    const target = watched === undefined ? undefined : process.host.processes.get(watched)
    const over = watched !== undefined && (target === undefined || target.ended !== undefined)
    if (contentOf(inode).length < seen) await process.err(`tail: ${process.argv.at(-1)}: file truncated\n`)
    await process.write(1, await rest(process, file))
    seen = contentOf(inode).length
    if (over) return
    await process.block(changed(inode, seen, target?.done))
  }
}

async function changed(inode: FileInode, seen: number, ended: Promise<unknown> | undefined): Promise<void> {
  if (contentOf(inode).length !== seen) return
  let wake: (() => void) | undefined
  const change = new Promise<void>((resolve) => {
    wake = resolve
    inode.watchers.add(resolve)
  })
  try {
    await Promise.race(ended === undefined ? [change] : [change, ended])
  } finally {
    if (wake !== undefined) inode.watchers.delete(wake)
  }
}

async function rest(process: Process, file: OpenFile): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (
    let chunk = await file.stream.read(65_536, process.block);
    chunk.length > 0;
    chunk = await file.stream.read(65_536, process.block)
  )
    chunks.push(chunk)
  return Buffer.concat(chunks)
}

function lastOf(data: Buffer, count: number, fromStart: boolean, inBytes: boolean): Buffer {
  if (inBytes)
    return fromStart ? data.subarray(Math.max(0, count - 1)) : data.subarray(Math.max(0, data.length - count))
  const lines = data.toString('latin1').split(/(?<=\n)/)
  if (lines.at(-1) === '') lines.pop()
  const kept = fromStart ? lines.slice(Math.max(0, count - 1)) : count === 0 ? [] : lines.slice(-count)
  return Buffer.from(kept.join(''), 'latin1')
}
