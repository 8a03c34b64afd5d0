import { OsError } from '../os/errno.ts'
import type { Process } from '../os/process.ts'

/** Like `lstat`: a dangling link is there. */
export function existsHere(process: Process, path: string): boolean {
  try {
    return process.host.fs.locate(path, process, false).inode !== undefined
  } catch (error) {
    if (error instanceof OsError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false
    throw error
  }
}
