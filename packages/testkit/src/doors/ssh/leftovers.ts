import type { Connection } from './connection.ts'
import { root } from './os/file-system.ts'
import type { Host } from './os/host.ts'
import type { Inode } from './os/inode.ts'
import { CACHE_FOLDER } from './tools/ilorest/cache.ts'

/** Where a client's files lie; what a boot brings along is subtracted. */
const WATCHED = ['/tmp', '/var/tmp', '/run', '/home/ubuntu', '/root', '/dev/shm', '/opt']

export const leftoversOf = {
  /** Paths below the watched folders. */
  files(host: Host): string[] {
    return WATCHED.flatMap((folder) => below(host, folder))
  },

  /** What a client left behind on a host that is up, one sentence each. */
  host(host: Host, connections: ReadonlySet<Connection>, pristine: ReadonlySet<string>): string[] {
    const { hostname } = host.machine
    const channels = [...connections].reduce((sum, connection) => sum + connection.channels, 0)
    const processes = [...host.processes.values()].filter(({ ended }) => ended === undefined)
    const files = leftoversOf.files(host).filter((path) => !pristine.has(path))
    const sessions = files.filter((path) => path.endsWith(`/${CACHE_FOLDER}/session`))
    // The empty cache folder is what a logged-out ilorest leaves on a real host, too.
    const others = files.filter((path) => !path.includes('/.iLORest'))
    return [
      ...(connections.size > 0
        ? [
            `${hostname}: ${connections.size} SSH connection${connections.size === 1 ? '' : 's'} open, ${channels} channel${channels === 1 ? '' : 's'}`,
          ]
        : []),
      ...processes.map(
        ({ pid, argv }) =>
          `${hostname}: process ${pid} still runs: ${argv.join(' ').replaceAll(/\s+/g, ' ').slice(0, 80)}`,
      ),
      ...sessions.map((path) => `${hostname}: ilorest is still logged in (${path})`),
      ...topmost(others).map((path) => `${hostname}: ${path} was left behind`),
    ]
  },
}

function below(host: Host, folder: string): string[] {
  const inode: Inode = host.fs.stat(folder, root)
  if (inode.type !== 'directory') return []
  return [...inode.entries].flatMap(([name, entry]) => [
    `${folder}/${name}`,
    ...(entry.type === 'directory' ? below(host, `${folder}/${name}`) : []),
  ])
}

/** Of a folder and what is in it, only the folder. */
function topmost(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)))
}
