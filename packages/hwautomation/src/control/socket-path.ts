import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'

/** `sun_path` holds this many bytes, with the zero at its end: unix(7) on Linux; sys/un.h on macOS and the BSDs. */
const SUN_PATH = process.platform === 'linux' ? 108 : 104
const NAME = 'control.sock'

/** Where a state directory's control socket is, by its own choice. */
export function usualSocketPath(stateDir: string): string {
  return path.join(path.resolve(stateDir), NAME)
}

/** Where a socket can be, and what takes its folder away again. */
export interface SocketPlace {
  readonly path: string
  /** Beside it, this process's own: bound there, then renamed. */
  readonly bindTo: string
  leave(): Promise<void>
}

/**
 * The path itself where the system takes one so long; else a socket in a folder of ours under the system's one for temporary files,
 * the same each time, so that what a crash left there is found. A folder of that name that is not ours alone is not used.
 */
export async function socketPlace(wanted: string): Promise<SocketPlace> {
  const bindTo = (at: string) => `${at}.${process.pid}`
  if (fits(bindTo(wanted))) return { path: wanted, bindTo: bindTo(wanted), leave: async () => {} }
  const folder = await ownFolder(wanted)
  const at = path.join(folder, NAME)
  return { path: at, bindTo: bindTo(at), leave: () => leaveFolder(folder) }
}

/** Only where it is empty: the next owner of the state directory may be about to serve in it. */
async function leaveFolder(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {})
}

function fits(candidate: string): boolean {
  return Buffer.byteLength(candidate) < SUN_PATH
}

async function ownFolder(wanted: string): Promise<string> {
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 16)
  const folder = path.join(temporary(), `hwautomation-${userInfo().uid}-${hash}`)
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  // anybody may make folders there: one that another user made, or that others may enter, could hold his socket
  const found = await lstat(folder)
  if (found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o077) === 0) return folder
  const fresh = await mkdtemp(path.join(temporary(), 'hwautomation-'))
  await chmod(fresh, 0o700)
  return fresh
}

/** TMPDIR may itself be too long. */
function temporary(): string {
  const room = `hwautomation-0000000000-0123456789abcdef/${NAME}.0000000000`.length + 1
  return Buffer.byteLength(tmpdir()) + room < SUN_PATH ? tmpdir() : '/tmp'
}
