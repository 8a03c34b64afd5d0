import type { Disk } from './disk.ts'
import { absent, failedWith } from './file-system.ts'

/**
 * Renames a file that cannot be served, so that all its bytes are kept for somebody to look at. Returns what was done, for the trouble
 * that names the file: a reader of somebody else's directory touches nothing.
 *
 * @param name relative to the state directory
 */
export async function setAside(disk: Disk, name: string): Promise<string> {
  if (!disk.writable) return 'it is not served'
  try {
    for (let number = 1; ; number += 1) {
      const aside = `${name}.unreadable-${number}`
      if ((await disk.fs.stat(disk.path(aside)).catch(absent)) !== undefined) continue
      await disk.verify()
      await disk.fs.rename(disk.path(name), disk.path(aside))
      return `it was set aside as ${aside.slice(aside.lastIndexOf('/') + 1)}`
    }
  } catch (error) {
    // somebody else was faster, or the disk does not let us: it is not served in any case
    return failedWith(error, 'ENOENT') ? 'it was set aside' : `it could not be set aside (${(error as Error).message})`
  }
}
