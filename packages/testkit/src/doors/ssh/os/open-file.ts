import { randomBytes } from 'node:crypto'
import { OsError } from './errno.ts'
import type { FileSystem } from './file-system.ts'
import { contentOf, type FileInode, type Inode, notify } from './inode.ts'
import type { Pipe } from './pipe.ts'

/** Lets a blocked read or write be interrupted: resolves when the work is done, rejects when the process is gone. */
export type Block = <T>(work: Promise<T>) => Promise<T>

/** What is behind an open file: a file, a pipe, a device. */
export interface Stream {
  readonly inode?: Inode
  /** At most `max` bytes; an empty buffer is the end of the file. */
  read(max: number, block: Block): Promise<Buffer>
  write(data: Buffer, block: Block): Promise<void>
  /** Called when the last descriptor is closed. */
  close(): void
  readonly isTerminal?: boolean
}

/** An open file description, shared by the descriptors that dup(2) and fork(2) made. */
export class OpenFile {
  readonly stream: Stream
  #references = 1

  constructor(stream: Stream) {
    this.stream = stream
  }

  retain(): this {
    this.#references += 1
    return this
  }

  release(): void {
    this.#references -= 1
    if (this.#references > 0) return
    const { inode } = this.stream
    if (inode !== undefined) unlock(inode, this)
    this.stream.close()
  }
}

/** Gives back a flock(2) lock and wakes those who wait for it. */
export function unlock(inode: Inode, holder: object): void {
  if (inode.lock?.holders.delete(holder) !== true) return
  if (inode.lock.holders.size === 0) delete inode.lock
  notify(inode)
}

/** A regular file at an offset of its own. */
export function fileStream(
  fs: FileSystem,
  inode: FileInode,
  how: { append?: boolean; read: boolean; write: boolean },
): Stream {
  let offset = 0
  return {
    inode,
    read(max) {
      if (!how.read) return Promise.reject(new OsError('EBADF'))
      const bytes = Buffer.from(contentOf(inode).subarray(offset, offset + max))
      offset += bytes.length
      return Promise.resolve(bytes)
    },
    write(data) {
      if (!how.write) return Promise.reject(new OsError('EBADF'))
      if (how.append === true) offset = inode.data.length
      fs.writeAt(inode, offset, data)
      offset += data.length
      return Promise.resolve()
    },
    close: () => undefined,
  }
}

/** /dev/null, /dev/zero, /dev/urandom and those that only a tool can talk to. */
export function deviceStream(inode: Extract<Inode, { type: 'device' }>): Stream {
  const { device } = inode
  return {
    inode,
    read(max) {
      if (device === 'zero') return Promise.resolve(Buffer.alloc(Math.min(max, 65_536)))
      if (device === 'urandom') return Promise.resolve(randomBytes(Math.min(max, 65_536)))
      return device === 'null' ? Promise.resolve(Buffer.alloc(0)) : Promise.reject(new OsError('EINVAL'))
    },
    write: () => Promise.resolve(),
    close: () => undefined,
  }
}

/** A directory opened for reading, as `flock DIR` does. */
export function directoryStream(inode: Inode): Stream {
  return {
    inode,
    read: () => Promise.reject(new OsError('EISDIR')),
    write: () => Promise.reject(new OsError('EBADF')),
    close: () => undefined,
  }
}

export function readEnd(pipe: Pipe): Stream {
  return {
    read: (max, block) => pipe.read(max, block),
    write: () => Promise.reject(new OsError('EBADF')),
    close: () => pipe.closeReader(),
  }
}

export function writeEnd(pipe: Pipe): Stream {
  return {
    read: () => Promise.reject(new OsError('EBADF')),
    write: (data, block) => pipe.write(data, block),
    close: () => pipe.closeWriter(),
  }
}
