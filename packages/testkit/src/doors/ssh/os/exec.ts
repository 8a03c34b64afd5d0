import { OsError } from './errno.ts'
import { mayAccess } from './file-system.ts'
import { contentOf, type FileInode } from './inode.ts'
import type { Process } from './process.ts'
import { readImage } from '../tools/image.ts'
import type { Program } from '../programs/program.ts'

/** What a file turns out to be when the kernel is asked to run it. */
type Runnable =
  | { readonly kind: 'program'; readonly run: Program; readonly version: string }
  | { readonly kind: 'script'; readonly interpreter: string; readonly argument: string | undefined }

/** Finds a command as execvp(3) does. ENOENT when there is none, EACCES when one was found that may not be run. */
export function findCommand(process: Process, name: string, path: string): string {
  if (name.includes('/')) {
    const inode = process.host.fs.stat(name, process)
    if (inode.type === 'directory' || !mayAccess(inode, process, 1)) throw new OsError('EACCES')
    return name
  }
  let denied = false
  for (const folder of path.split(':')) {
    const candidate = `${folder === '' ? '.' : folder}/${name}`
    try {
      const inode = process.host.fs.stat(candidate, process)
      if (inode.type !== 'file') continue
      if (mayAccess(inode, process, 1)) return candidate
      denied = true
    } catch (error) {
      if (!(error instanceof OsError)) throw error
    }
  }
  throw new OsError(denied ? 'EACCES' : 'ENOENT')
}

/** execve(2) checks: throws ENOENT, EACCES, ENOEXEC before the process changes. */
export function loadProgram(process: Process, path: string): Runnable {
  const inode = process.host.fs.stat(path, process)
  if (inode.type !== 'file' || !mayAccess(inode, process, 1)) throw new OsError('EACCES')
  return runnableOf(process, inode)
}

/**
 * Becomes the program at `path`: same pid, descriptors stay, caught signals go back to their default.
 * Resolves with the exit code.
 */
export async function execute(process: Process, path: string, argv: readonly string[]): Promise<number> {
  const runnable = loadProgram(process, path)
  process.handlers.clear()
  if (runnable.kind === 'program') {
    process.argv = argv
    process.host.onProcess?.({
      server: process.host.machine.hostname,
      pid: process.pid,
      uid: process.uid,
      argv: [...argv],
      environment: new Map(process.env),
    })
    return runnable.run(process, runnable.version)
  }
  const extra = runnable.argument === undefined ? [] : [runnable.argument]
  return execute(process, runnable.interpreter, [runnable.interpreter, ...extra, path, ...argv.slice(1)])
}

/** execvp(3): like {@link execute}, but a file that is no program is handed to /bin/sh, as glibc and sudo do. */
export async function executeByName(process: Process, argv: readonly string[], path: string): Promise<number> {
  const found = findCommand(process, argv[0] ?? '', path)
  try {
    return await execute(process, found, argv)
  } catch (error) {
    if (!(error instanceof OsError) || error.code !== 'ENOEXEC') throw error
    return execute(process, '/bin/sh', ['/bin/sh', found, ...argv.slice(1)])
  }
}

function runnableOf(process: Process, inode: FileInode): Runnable {
  const content = contentOf(inode)
  const image = readImage(content)
  if (image !== undefined) {
    if (image.architecture !== process.host.machine.model.machine) throw new OsError('ENOEXEC')
    const run = process.host.programs.get(image.name)
    if (run === undefined) throw new OsError('ENOENT')
    return { kind: 'program', run: image.intact ? run : corrupted, version: image.version }
  }
  const line = content.subarray(0, 256).toString('latin1').split('\n')[0] ?? ''
  const script = /^#!\s*(\S+)(?:[ \t]+(.*\S))?\s*$/.exec(line)
  if (script?.[1] === undefined) throw new OsError('ENOEXEC')
  if (!process.host.fs.exists(script[1], process)) throw new OsError('ENOENT')
  return { kind: 'script', interpreter: script[1], argument: script[2] }
}

/** A binary whose bytes were changed on the way. */
function corrupted(process: Process): number {
  process.host.deliver(process, 'SEGV')
  return 139
}
