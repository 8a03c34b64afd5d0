import * as fs from 'node:fs/promises'

/**
 * What a state directory needs of the operating system. Hand in another one to keep runs on something that is not a local disk, or,
 * in tests, to let single calls fail as a full, broken or read-only disk does.
 */
export type FileSystem = Pick<
  typeof fs,
  | 'chmod'
  | 'copyFile'
  | 'mkdir'
  | 'open'
  | 'readdir'
  | 'readFile'
  | 'rename'
  | 'rm'
  | 'stat'
  | 'truncate'
  | 'unlink'
  | 'utimes'
  | 'writeFile'
>

/** Node's own. */
export const nodeFileSystem: FileSystem = fs

/** Files of a state directory are for their owner alone. */
export const FILE_MODE = 0o600
export const FOLDER_MODE = 0o700

/** Whether a call failed with one of these error codes (errno(3)). */
export function failedWith(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '')
}

/** For `.catch`: undefined where there is no such file; every other error stays one. */
export function absent(error: unknown): undefined {
  if (failedWith(error, 'ENOENT')) return undefined
  throw error
}

/** The names in a folder; none where there is no such folder. */
export async function namesIn(fs: FileSystem, folder: string): Promise<string[]> {
  return (await fs.readdir(folder).catch(absent)) ?? []
}
