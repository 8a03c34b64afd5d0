import { OsError } from '../os/errno.ts'
import { executeByName } from '../os/exec.ts'
import type { Fork } from '../os/host.ts'
import type { OpenFile } from '../os/open-file.ts'
import type { Ended, Process } from '../os/process.ts'

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

type Words = (name: string, text: string) => string

/** Becomes a program, as execvp(3) does; on failure tells so in the caller's words: 127 when there is none, 126 when it cannot run. */
export async function become(process: Process, argv: readonly string[], words: Words): Promise<number> {
  try {
    return await executeByName(process, argv, process.env.get('PATH') ?? DEFAULT_PATH)
  } catch (error) {
    if (!(error instanceof OsError)) throw error
    await process.err(words(argv[0] ?? '', error.message))
    return error.code === 'ENOENT' ? 127 : 126
  }
}

/** Runs a program as a child and waits for it. `held` are files that the child keeps open beyond its descriptors. */
export async function runChild(
  process: Process,
  argv: readonly string[],
  words: Words,
  held: readonly OpenFile[] = [],
  differs: Fork = {},
): Promise<Ended> {
  const child = startChild(process, argv, words, held, differs)
  const ended = await process.block(child.done)
  process.host.collect(child)
  return ended
}

export function startChild(
  process: Process,
  argv: readonly string[],
  words: Words,
  held: readonly OpenFile[] = [],
  differs: Fork = {},
): Process {
  const fds = new Map([...process.fds].map(([fd, file]) => [fd, file.retain()]))
  for (const [index, file] of held.entries()) fds.set(100 + index, file.retain())
  return process.host.fork(process, (child) => become(child, argv, words), { argv, fds, ...differs })
}
