interface Common {
  readonly ino: number
  /** Permission bits, including setuid and sticky. */
  mode: number
  uid: number
  gid: number
  /** Lab milliseconds since the epoch. */
  mtime: number
  /** Holders of a flock(2) lock: an exclusive one has one entry. */
  lock?: { readonly exclusive: boolean; readonly holders: Set<object> }
  /** Woken when the lock is released, or the content changes. */
  readonly watchers: Set<() => void>
}

export interface FileInode extends Common {
  readonly type: 'file'
  data: Buffer
  /** For /proc and /sys: makes the content when it is opened. */
  readonly generate?: () => string
}

export interface DirectoryInode extends Common {
  readonly type: 'directory'
  readonly entries: Map<string, Inode>
  /** For /proc: entries that come and go with the processes. */
  readonly dynamic?: { names(): readonly string[]; lookup(name: string): Inode | undefined }
}

export interface LinkInode extends Common {
  readonly type: 'link'
  readonly target: string
}

export interface DeviceInode extends Common {
  readonly type: 'device'
  readonly device: 'null' | 'zero' | 'urandom' | 'tty' | 'fd0' | 'fd1' | 'fd2' | 'ipmi' | 'mem' | 'hpilo'
}

export type Inode = FileInode | DirectoryInode | LinkInode | DeviceInode

/** stat(2)'s st_size. */
export function sizeOf(inode: Inode): number {
  if (inode.type === 'file') return inode.generate === undefined ? inode.data.length : 0
  if (inode.type === 'link') return Buffer.byteLength(inode.target)
  return inode.type === 'directory' ? 4096 : 0
}

/** The file's bytes now. */
export function contentOf(inode: FileInode): Buffer {
  return inode.generate === undefined ? inode.data : Buffer.from(inode.generate())
}

/** `-rw-r--r--`, as ls prints it. */
export function modeString(inode: Inode): string {
  const type = { file: '-', directory: 'd', link: 'l', device: 'c' }[inode.type]
  const bits = [6, 3, 0].map((shift) => {
    const triple = (inode.mode >> shift) & 7
    return `${triple & 4 ? 'r' : '-'}${triple & 2 ? 'w' : '-'}${triple & 1 ? 'x' : '-'}`
  })
  const text = type + bits.join('')
  if ((inode.mode & 0o1000) === 0) return text
  return text.slice(0, 9) + (inode.mode & 1 ? 't' : 'T')
}

export function notify(inode: Inode): void {
  for (const wake of inode.watchers) wake()
}
