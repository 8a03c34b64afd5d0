/** glibc's strerror texts for the errors a simulated host can meet. */
export const errnoTexts = {
  EACCES: 'Permission denied',
  EBADF: 'Bad file descriptor',
  ECHILD: 'No child processes',
  EEXIST: 'File exists',
  EINVAL: 'Invalid argument',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENODEV: 'No such device',
  ENOENT: 'No such file or directory',
  ENOEXEC: 'Exec format error',
  ENOTDIR: 'Not a directory',
  ENOTEMPTY: 'Directory not empty',
  ENOTTY: 'Inappropriate ioctl for device',
  ENXIO: 'No such device or address',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  ESRCH: 'No such process',
  EXDEV: 'Invalid cross-device link',
} as const

export type Errno = keyof typeof errnoTexts

/** A failed system call of a simulated process. `message` is strerror's text. */
export class OsError extends Error {
  override readonly name = 'OsError'
  readonly code: Errno
  constructor(code: Errno) {
    super(errnoTexts[code])
    this.code = code
  }
}

/** strerror's text of an OsError; anything else is a fault of the simulation itself and is thrown on. */
export function textOf(error: unknown): string {
  if (error instanceof OsError) return error.message
  throw error
}
