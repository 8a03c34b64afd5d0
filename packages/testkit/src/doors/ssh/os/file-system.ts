import { OsError } from './errno.ts'
import { type DirectoryInode, type FileInode, type Inode, type LinkInode, notify } from './inode.ts'

/** Who asks: a process, or the SFTP server on behalf of a user. */
export interface Caller {
  readonly uid: number
  readonly gid: number
  readonly cwd: string
  readonly umask: number
}

/** The superuser, as the kernel itself at boot. */
export const root: Caller = { uid: 0, gid: 0, cwd: '/', umask: 0o022 }

export interface Place {
  readonly parent: DirectoryInode
  readonly name: string
  readonly inode: Inode | undefined
  /** Absolute, links resolved. */
  readonly path: string
}

type NewInode = { [K in Inode['type']]: Omit<Extract<Inode, { type: K }>, 'ino' | 'mtime' | 'watchers'> }[Inode['type']]

/** The in-memory POSIX file system of one boot: permissions, links, umask, rename over an existing file. */
export class FileSystem {
  readonly root: DirectoryInode
  readonly #now: () => number
  #lastIno = 1

  constructor(now: () => number) {
    this.#now = now
    this.root = this.inode({ type: 'directory', mode: 0o755, uid: 0, gid: 0, entries: new Map() })
  }

  /** An inode that no directory names yet. */
  inode<T extends NewInode>(spec: T): Extract<Inode, { type: T['type'] }> {
    this.#lastIno += 1
    return { ...spec, ino: this.#lastIno, mtime: this.#now(), watchers: new Set() } as unknown as Extract<
      Inode,
      { type: T['type'] }
    >
  }

  /** Walks to a path; the last part may be missing. Throws ENOENT, ENOTDIR, EACCES, ELOOP. */
  locate(path: string, caller: Caller, follow = true, depth = 0): Place {
    if (depth > 40) throw new OsError('ELOOP')
    if (path === '') throw new OsError('ENOENT')
    const parts = absolute(path, caller.cwd)
      .split('/')
      .filter((part) => part !== '' && part !== '.')
    const trail: { name: string; dir: DirectoryInode }[] = [{ name: '', dir: this.root }]
    for (const [index, name] of parts.entries()) {
      if (name === '..') {
        if (trail.length > 1) trail.pop()
        continue
      }
      const here = trail.at(-1)?.dir ?? this.root
      requireAccess(here, caller, 1)
      const inode = entryOf(here, name)
      const last = index === parts.length - 1
      const base = pathOf(trail)
      if (inode?.type === 'link' && (!last || follow)) {
        const rest = parts.slice(index + 1).join('/')
        const target = absolute(inode.target, base)
        return this.locate(rest === '' ? target : `${target}/${rest}`, caller, follow, depth + 1)
      }
      if (last) {
        if (path.endsWith('/') && inode !== undefined && inode.type !== 'directory') throw new OsError('ENOTDIR')
        return { parent: here, name, inode, path: `${base === '/' ? '' : base}/${name}` }
      }
      if (inode === undefined) throw new OsError('ENOENT')
      if (inode.type !== 'directory') throw new OsError('ENOTDIR')
      trail.push({ name, dir: inode })
    }
    const parent = trail.at(-2)?.dir ?? this.root
    return { parent, name: trail.at(-1)?.name ?? '', inode: trail.at(-1)?.dir ?? this.root, path: pathOf(trail) }
  }

  /** stat(2), or lstat(2) with `follow` false. */
  stat(path: string, caller: Caller, follow = true): Inode {
    const { inode } = this.locate(path, caller, follow)
    if (inode === undefined) throw new OsError('ENOENT')
    return inode
  }

  exists(path: string, caller: Caller = root): boolean {
    try {
      return this.locate(path, caller).inode !== undefined
    } catch (error) {
      if (error instanceof OsError) return false
      throw error
    }
  }

  /** Opens (or makes) a regular file's inode; devices and directories are the caller's business. */
  file(
    path: string,
    caller: Caller,
    how: { read: boolean; write: boolean; create?: boolean; exclusive?: boolean; truncate?: boolean; mode?: number },
  ): Inode {
    const place = this.locate(path, caller)
    if (place.inode === undefined) {
      if (how.create !== true || path.endsWith('/')) throw new OsError('ENOENT')
      const inode = this.inode({
        type: 'file',
        mode: (how.mode ?? 0o666) & ~caller.umask,
        uid: caller.uid,
        gid: caller.gid,
        data: Buffer.alloc(0),
      })
      this.#add(place, inode, caller)
      return inode
    }
    if (how.exclusive === true) throw new OsError('EEXIST')
    if (place.inode.type === 'directory' && how.write) throw new OsError('EISDIR')
    if (how.read) requireAccess(place.inode, caller, 4)
    if (how.write) requireAccess(place.inode, caller, 2)
    if (how.truncate === true && place.inode.type === 'file') {
      place.inode.data = Buffer.alloc(0)
      place.inode.mtime = this.#now()
      notify(place.inode)
    }
    return place.inode
  }

  /** Writes at an offset, extending with zeros. */
  writeAt(inode: FileInode, offset: number, data: Buffer): void {
    if (inode.generate !== undefined) throw new OsError('EACCES')
    if (offset === inode.data.length) inode.data = Buffer.concat([inode.data, data])
    else {
      const bytes = Buffer.alloc(Math.max(inode.data.length, offset + data.length))
      inode.data.copy(bytes)
      data.copy(bytes, offset)
      inode.data = bytes
    }
    inode.mtime = this.#now()
    notify(inode)
  }

  mkdir(path: string, caller: Caller, mode = 0o777): void {
    const place = this.locate(path.replace(/(.)\/+$/, '$1'), caller)
    if (place.inode !== undefined) throw new OsError('EEXIST')
    this.#add(
      place,
      this.inode({
        type: 'directory',
        mode: mode & ~caller.umask,
        uid: caller.uid,
        gid: caller.gid,
        entries: new Map(),
      }),
      caller,
    )
  }

  symlink(target: string, path: string, caller: Caller): void {
    const place = this.locate(path, caller, false)
    if (place.inode !== undefined) throw new OsError('EEXIST')
    this.#add(place, this.inode({ type: 'link', mode: 0o777, uid: caller.uid, gid: caller.gid, target }), caller)
  }

  /** A second name for the same inode. */
  link(existing: string, path: string, caller: Caller): void {
    const inode = this.stat(existing, caller, false)
    if (inode.type === 'directory') throw new OsError('EPERM')
    const place = this.locate(path, caller, false)
    if (place.inode !== undefined) throw new OsError('EEXIST')
    this.#add(place, inode, caller)
  }

  unlink(path: string, caller: Caller): void {
    const place = this.locate(path, caller, false)
    if (place.inode === undefined) throw new OsError('ENOENT')
    if (place.inode.type === 'directory') throw new OsError('EISDIR')
    this.#remove(place, caller)
  }

  rmdir(path: string, caller: Caller): void {
    const place = this.locate(path, caller, false)
    if (place.inode === undefined) throw new OsError('ENOENT')
    if (place.inode.type !== 'directory') throw new OsError('ENOTDIR')
    if (place.inode.entries.size > 0) throw new OsError('ENOTEMPTY')
    this.#remove(place, caller)
  }

  /** rename(2): atomic, replaces an existing file or empty directory. */
  rename(from: string, to: string, caller: Caller): void {
    const source = this.locate(from, caller, false)
    if (source.inode === undefined) throw new OsError('ENOENT')
    const target = this.locate(to, caller, false)
    if (target.inode === source.inode) return
    if (source.inode.type === 'directory' && `${target.path}/`.startsWith(`${source.path}/`))
      throw new OsError('EINVAL')
    if (target.inode !== undefined) {
      if (target.inode.type === 'directory' && source.inode.type !== 'directory') throw new OsError('EISDIR')
      if (target.inode.type !== 'directory' && source.inode.type === 'directory') throw new OsError('ENOTDIR')
      if (target.inode.type === 'directory' && target.inode.entries.size > 0) throw new OsError('ENOTEMPTY')
    }
    requireDeletable(target, caller)
    this.#remove(source, caller)
    target.parent.entries.delete(target.name)
    this.#add({ ...target, inode: undefined }, source.inode, caller)
  }

  chmod(inode: Inode, mode: number, caller: Caller): void {
    if (caller.uid !== 0 && caller.uid !== inode.uid) throw new OsError('EPERM')
    inode.mode = mode & 0o7777
  }

  chown(inode: Inode, uid: number, gid: number, caller: Caller): void {
    if (caller.uid !== 0) throw new OsError('EPERM')
    inode.uid = uid
    inode.gid = gid
  }

  utimes(inode: Inode, mtime: number): void {
    inode.mtime = mtime
  }

  touch(inode: Inode): void {
    inode.mtime = this.#now()
  }

  /** readlink(2) for links; names of a directory in creation order. */
  names(inode: DirectoryInode): readonly string[] {
    return [...inode.entries.keys(), ...(inode.dynamic?.names() ?? [])]
  }

  readlink(path: string, caller: Caller): string {
    const inode = this.stat(path, caller, false)
    if (inode.type !== 'link') throw new OsError('EINVAL')
    return (inode satisfies LinkInode).target
  }

  #add(place: Place, inode: Inode, caller: Caller): void {
    if (place.parent.dynamic !== undefined) throw new OsError('EACCES')
    requireAccess(place.parent, caller, 3)
    place.parent.entries.set(place.name, inode)
    place.parent.mtime = this.#now()
    notify(place.parent)
  }

  #remove(place: Place, caller: Caller): void {
    requireDeletable(place, caller)
    place.parent.entries.delete(place.name)
    place.parent.mtime = this.#now()
    notify(place.parent)
  }
}

/** access(2) with 4 read, 2 write, 1 execute. */
export function mayAccess(inode: Inode, caller: Pick<Caller, 'uid' | 'gid'>, want: number): boolean {
  if (caller.uid === 0) return (want & 1) === 0 || inode.type === 'directory' || (inode.mode & 0o111) !== 0
  const shift = inode.uid === caller.uid ? 6 : inode.gid === caller.gid ? 3 : 0
  return ((inode.mode >> shift) & want) === want
}

export function requireAccess(inode: Inode, caller: Caller, want: number): void {
  if (!mayAccess(inode, caller, want)) throw new OsError('EACCES')
}

export function absolute(path: string, cwd: string): string {
  return path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`
}

export function entryOf(directory: DirectoryInode, name: string): Inode | undefined {
  return directory.entries.get(name) ?? directory.dynamic?.lookup(name)
}

function pathOf(trail: readonly { name: string }[]): string {
  return trail.length === 1 ? '/' : trail.map(({ name }) => name).join('/')
}

function requireDeletable(place: Place, caller: Caller): void {
  requireAccess(place.parent, caller, 3)
  const sticky = (place.parent.mode & 0o1000) !== 0
  const owns = caller.uid === 0 || place.inode?.uid === caller.uid || place.parent.uid === caller.uid
  if (sticky && place.inode !== undefined && !owns) throw new OsError('EPERM')
}
