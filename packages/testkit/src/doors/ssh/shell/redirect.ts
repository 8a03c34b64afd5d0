import { OsError } from '../os/errno.ts'
import { OpenFile, readEnd, writeEnd } from '../os/open-file.ts'
import { Pipe } from '../os/pipe.ts'
import type { Process } from '../os/process.ts'
import { expandText } from './expand.ts'
import type { Shell } from './shell.ts'
import type { Redirect } from './syntax.ts'

/** A redirection whose target has been expanded. */
export interface Resolved {
  readonly fd: number
  readonly operator: Redirect['operator']
  readonly target: string
}

/** The text after `sh: 1: ` when a redirection fails. */
export class RedirectError extends Error {
  override readonly name = 'RedirectError'
}

export async function resolveRedirects(shell: Shell, redirects: readonly Redirect[]): Promise<Resolved[]> {
  const resolved: Resolved[] = []
  for (const { fd, operator, target } of redirects)
    resolved.push({ fd, operator, target: await expandText(shell, target) })
  return resolved
}

/** Opens and places them, left to right. Returns what puts the descriptors back. Throws {@link RedirectError}, with all put back. */
export function applyRedirects(
  shell: Shell,
  process: Process,
  redirects: readonly Resolved[],
  forGood = false,
): () => void {
  const saved: [number, OpenFile | undefined][] = []
  const restore = (): void => {
    for (const [fd, file] of saved.toReversed()) {
      if (file === undefined) process.close(fd)
      else process.place(fd, file)
    }
  }
  try {
    for (const redirect of redirects) {
      const file = openTarget(shell, process, redirect)
      // What is kept for later holds a pipe open: a process that is replaced keeps nothing.
      if (!forGood) saved.push([redirect.fd, process.fds.get(redirect.fd)?.retain()])
      if (file === undefined) process.close(redirect.fd)
      else process.place(redirect.fd, file)
    }
  } catch (error) {
    restore()
    throw error
  }
  return restore
}

/** Like {@link applyRedirects}, but a failure is told on stderr and gives undefined. */
export async function tryRedirects(shell: Shell, redirects: readonly Resolved[]): Promise<(() => void) | undefined> {
  try {
    return applyRedirects(shell, shell.process, redirects)
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error
    await shell.complain(error.message)
    return undefined
  }
}

function openTarget(shell: Shell, process: Process, { operator, target }: Resolved): OpenFile | undefined {
  switch (operator) {
    case '<':
      return opened(shell, 'open', target, () => process.open(target, { read: true }))
    case '>':
    case '>|':
      return opened(shell, 'create', target, () => process.open(target, { write: true, create: true, truncate: true }))
    case '>>':
      return opened(shell, 'create', target, () => process.open(target, { write: true, create: true, append: true }))
    case '<>':
      return opened(shell, 'create', target, () => process.open(target, { read: true, write: true, create: true }))
    case '<&':
    case '>&': {
      if (target === '-') return undefined
      if (!/^[0-9]+$/.test(target)) throw new RedirectError('Syntax error: Bad fd number')
      const file = process.fds.get(Number(target))
      if (file === undefined) throw new RedirectError(`${target}: Bad file descriptor`)
      return file.retain()
    }
    case '<<':
      return hereDocument(process, target)
    default:
      return operator satisfies never
  }
}

function opened(shell: Shell, verb: 'open' | 'create', target: string, open: () => OpenFile): OpenFile {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof OsError)) throw error
    if (shell.flavour === 'bash') throw new RedirectError(`${target}: ${error.message}`)
    // dash has its own words for ENOENT (error.c, errmsg).
    const text = error.code === 'ENOENT' ? (verb === 'open' ? 'No such file' : 'Directory nonexistent') : error.message
    throw new RedirectError(`cannot ${verb} ${target}: ${text}`)
  }
}

function hereDocument(process: Process, text: string): OpenFile {
  const pipe = new Pipe()
  const writer = writeEnd(pipe)
  // A process of its own writes what does not fit into the pipe, as dash does.
  const write = writer.write(Buffer.from(text), (work) =>
    Promise.race([work, process.done.then(() => Promise.reject(new OsError('EPIPE')))]),
  )
  void write.catch(() => undefined).finally(() => writer.close())
  return new OpenFile(readEnd(pipe))
}
