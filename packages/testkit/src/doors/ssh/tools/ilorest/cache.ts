import { OsError } from '../../os/errno.ts'
import type { Process } from '../../os/process.ts'
import type { BiosValue } from '../../../../world/model.ts'

/** What separate calls of ilorest share: a session, what is selected, and changes that were set but not committed. */
export interface Session {
  readonly id: string
  selected?: string
  /** Attribute name → value, staged by `set`. */
  patches: Record<string, BiosValue>
}

/** Below the home of whoever calls (root under sudo). The folder's name is assumed. */
export const CACHE_FOLDER = '.iLORest/cache'

export async function readSession(process: Process): Promise<Session | undefined> {
  try {
    const text = (await process.readFile(cacheFile(process))).toString()
    return JSON.parse(text) as Session
  } catch (error) {
    if (error instanceof OsError || error instanceof SyntaxError) return undefined
    throw error
  }
}

export async function writeSession(process: Process, session: Session): Promise<void> {
  const { fs } = process.host
  const home = homeOf(process)
  for (const folder of ['.iLORest', CACHE_FOLDER])
    if (!fs.exists(`${home}/${folder}`, process)) fs.mkdir(`${home}/${folder}`, process, 0o700)
  await process.writeFile(cacheFile(process), `${JSON.stringify(session)}\n`)
}

export function dropSession(process: Process): void {
  const { fs } = process.host
  if (fs.exists(cacheFile(process), process)) fs.unlink(cacheFile(process), process)
}

function cacheFile(process: Process): string {
  return `${homeOf(process)}/${CACHE_FOLDER}/session`
}

function homeOf(process: Process): string {
  return process.env.get('HOME') ?? '/root'
}
