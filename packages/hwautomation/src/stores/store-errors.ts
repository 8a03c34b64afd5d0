import { HwError, isHwError } from '../errors.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const READ_ONLY = new Set(['EROFS', 'EACCES', 'EPERM'])

/** Runs work on files; what goes wrong there becomes an error of a store that names the path. Errors of the family stay as they are. */
export async function onFiles<T>(path: string, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fileError(error, path, doing)
  }
}

/**
 * A failed file call as an error of a store: `store.full`, `store.read-only` or `store.failed`; anything else as it is. In every case what was durable before
 * still is: nothing is overwritten before its successor is whole.
 *
 * @param doing what was tried, as in "could not … ", e.g. `write the run`
 */
export function fileError(error: unknown, path: string, doing: string): unknown {
  // an abort, or a defect of ours, is not the disk's fault
  if (isHwError(error) || !(error instanceof Error) || !('syscall' in error)) return error
  const errno = (error as NodeJS.ErrnoException).code ?? 'unknown'
  const found = (error as NodeJS.ErrnoException).path
  const context = { path: found ?? path, errno }
  const what = `Could not ${doing} (${context.path}): ${error.message}.`
  if (FULL.has(errno))
    return new HwError({
      code: 'store.full',
      kind: 'conflict',
      message: `${what} The disk or the quota is full. What was saved before is unharmed; this change was not saved.`,
      hint: `Free space on the disk of ${context.path} (retention removes past runs), then go on; no restart is needed.`,
      context,
      cause: error,
    })
  if (READ_ONLY.has(errno))
    return new HwError({
      code: 'store.read-only',
      kind: 'conflict',
      message: `${what} The state directory cannot be written. What was saved before is unharmed; this change was not saved.`,
      hint: `Make ${context.path} writable for the user of this process, and check that its disk is not mounted read-only.`,
      context,
      cause: error,
    })
  return new HwError({
    code: 'store.failed',
    kind: 'internal',
    message: `${what} What was saved before is unharmed; this change was not saved.`,
    hint: `Check the disk of ${context.path} (dmesg, SMART, free inodes, open files), then go on or start again.`,
    context,
    cause: error,
  })
}

/** `store.read-only` for a store that was opened for reading. */
export function openedForReading(folder: string): HwError {
  return new HwError({
    code: 'store.read-only',
    kind: 'conflict',
    message: `The state directory ${folder} was opened for reading only.`,
    hint: 'Write through the process that owns the directory, or open it without readOnly when nobody does.',
    context: { path: folder },
  })
}

/** `store.closed`: written to before `open` or after `close`. */
export function notOpen(folder: string): HwError {
  return new HwError({
    code: 'store.closed',
    kind: 'internal',
    message: `The store of ${folder} is not open.`,
    hint: 'Await open() before the first call, and let nothing write after close().',
    context: { path: folder },
  })
}
