import { randomBytes } from 'node:crypto'
import type { BegunCall } from '../../../call.ts'
import { OsError } from '../os/errno.ts'
import { type Caller, entryOf, requireAccess } from '../os/file-system.ts'
import { contentOf, type FileInode, type Inode, modeString, sizeOf } from '../os/inode.ts'
import { attributesOf, Reader, type Status, text, uint32 } from './packet.ts'
import type { SftpParts } from './sftp-server.ts'

/** A request, parsed and not yet carried out. */
export interface Operation {
  /** Undefined for requests that belong to a transfer or listing that has its entry already. */
  readonly log:
    | { readonly call: string; readonly mutating: boolean; readonly detail: string; readonly isTransfer?: boolean }
    | undefined
  run(begun: BegunCall | undefined): Reply | undefined | Promise<Reply | undefined>
}

type Reply = Status | { readonly type: number; readonly fields: Buffer }

/** A request that ends with this status. */
export class SftpStatus extends Error {
  override readonly name = 'SftpStatus'
  readonly status: Status
  constructor(status: Status) {
    super(status)
    this.status = status
  }
}

interface OpenHandle {
  readonly inode: Inode
  readonly append: boolean
  readonly writes: boolean
  readonly path: string
  /** For a directory: what READDIR has yet to tell. */
  names?: string[]
  /** The transfer's log entry, until CLOSE. */
  readonly begun: BegunCall | undefined
  /** With `effect-late`: puts the finished file in its place. */
  readonly publish: (() => void) | undefined
  cut: boolean
}

const [NAME, ATTRS, DATA, HANDLE] = [104, 105, 103, 102]

/** The requests of SFTP version 3 on a host's file system, as the user who logged in. */
export function createOperations(parts: SftpParts, caller: Caller) {
  const { host, context, connection } = parts
  const { fs } = host
  const handles = new Map<string, OpenHandle>()

  const handleOf = (reader: Reader): OpenHandle => {
    const handle = handles.get(reader.bytes().toString('hex'))
    if (handle === undefined) throw new SftpStatus('FAILURE')
    return handle
  }
  const addHandle = (handle: OpenHandle): Reply => {
    const id = randomBytes(4)
    handles.set(id.toString('hex'), handle)
    return { type: HANDLE, fields: text(id) }
  }
  const logged = (call: string, mutating: boolean, detail: string, run: Operation['run']): Operation => ({
    log: { call: `sftp ${call}`, mutating, detail },
    run,
  })
  const unlogged = (run: () => Reply | undefined): Operation => ({ log: undefined, run })

  const open = (path: string, flags: number, mode: number | undefined): Operation => {
    const [read, write, append, create, truncate, exclusive] = [1, 2, 4, 8, 16, 32].map(
      (bit) => (flags & bit) !== 0,
    ) as [boolean, boolean, boolean, boolean, boolean, boolean]
    return {
      log: { call: write ? 'sftp put' : 'sftp get', mutating: write, detail: path, isTransfer: true },
      run(begun) {
        const fault = begun?.fault?.mode
        if (write && (fault === 'ack-no-effect' || fault === 'effect-late')) {
          // Checked as if it were done, then written to a file that nobody sees (yet).
          const { parent } = fs.locate(path, caller)
          requireAccess(parent, caller, 3)
          const hidden = fs.inode({
            type: 'file',
            mode: (mode ?? 0o666) & ~caller.umask,
            uid: caller.uid,
            gid: caller.gid,
            data: Buffer.alloc(0),
          })
          const publish = fault === 'ack-no-effect' ? undefined : () => placeLate(path, hidden)
          return addHandle({ inode: hidden, append, writes: true, path, begun, publish, cut: false })
        }
        const inode = fs.file(path, caller, {
          read,
          write,
          create,
          truncate: write && truncate,
          exclusive: create && exclusive,
          ...(mode === undefined ? {} : { mode }),
        })
        if (inode.type === 'directory') throw new SftpStatus('FAILURE')
        return addHandle({ inode, append, writes: write, path, begun, publish: undefined, cut: false })
      },
    }
  }
  /** By then its folder may have been removed: nobody is there to be told. */
  const placeLate = (path: string, hidden: FileInode): void => {
    try {
      place(path, hidden)
    } catch (error) {
      if (!(error instanceof OsError)) throw error
    }
  }
  const place = (path: string, hidden: FileInode): void => {
    const inode = fs.file(path, caller, { read: false, write: true, create: true, truncate: true })
    if (inode.type !== 'file') return
    inode.data = hidden.data
    inode.mode = hidden.mode
  }

  const read = (handle: OpenHandle, offset: number, length: number): Reply | undefined => {
    if (handle.inode.type === 'device') return 'EOF'
    if (handle.inode.type !== 'file') return 'FAILURE'
    const data = contentOf(handle.inode).subarray(offset, offset + Math.min(length, 255 * 1024))
    if (data.length === 0) return 'EOF'
    const fault = handle.begun?.fault?.mode
    if (fault === 'drop-mid-reply' || fault === 'reply-lost-after-effect') {
      handle.cut = true
      connection.cut()
      return undefined
    }
    return {
      type: DATA,
      fields: text(fault === 'garbage' ? Buffer.from(data.map((byte) => byte ^ 0x5a)) : Buffer.from(data)),
    }
  }

  const write = (handle: OpenHandle, offset: number, data: Buffer): Reply | undefined => {
    if (!handle.writes) return 'PERMISSION_DENIED'
    if (handle.inode.type === 'device') return 'OK'
    if (handle.inode.type !== 'file') return 'FAILURE'
    const fault = handle.begun?.fault?.mode
    const at = handle.append ? handle.inode.data.length : offset
    if (fault === 'drop-mid-reply') {
      fs.writeAt(handle.inode, at, data.subarray(0, Math.ceil(data.length / 2)))
      handle.cut = true
      connection.cut()
      return undefined
    }
    // Bytes that change on the way without anybody noticing.
    fs.writeAt(
      handle.inode,
      at,
      fault === 'garbage' && offset === 0
        ? Buffer.concat([Buffer.from([(data[0] ?? 0) ^ 0xff]), data.subarray(1)])
        : data,
    )
    return 'OK'
  }

  const close = (key: string): Reply | undefined => {
    const handle = handles.get(key)
    if (handle === undefined) return 'FAILURE'
    handles.delete(key)
    const { begun, publish } = handle
    const fault = begun?.fault?.mode
    if (begun === undefined) return 'OK'
    if (publish !== undefined) context.clock.after(begun.delayMs, publish)
    const effect = !handle.writes || fault === 'ack-no-effect' ? 'none' : fault === 'effect-late' ? 'late' : 'now'
    if (fault === 'reply-lost-after-effect') {
      begun.end('dropped', effect)
      connection.cut()
      return undefined
    }
    begun.end(fault === 'garbage' ? 'garbage' : 'OK', effect)
    return 'OK'
  }

  const setAttributes = (inode: Inode, { size, mode, mtime, uid, gid }: ReturnType<Reader['attributes']>): Reply => {
    if (size !== undefined && inode.type === 'file')
      inode.data = Buffer.concat([inode.data.subarray(0, size), Buffer.alloc(Math.max(0, size - inode.data.length))])
    if (mode !== undefined) fs.chmod(inode, mode, caller)
    if (mtime !== undefined) fs.utimes(inode, mtime)
    if (uid !== undefined && gid !== undefined && (uid !== inode.uid || gid !== inode.gid))
      fs.chown(inode, uid, gid, caller)
    return 'OK'
  }

  const entry = (name: string, inode: Inode): Buffer => {
    const long = `${modeString(inode)}    1 ${inode.uid}     ${inode.gid}     ${String(sizeOf(inode)).padStart(8)} Jan  1 00:00 ${name}`
    return Buffer.concat([text(name), text(long), attributesOf(inode)])
  }
  const names = (entries: readonly Buffer[]): Reply => ({
    type: NAME,
    fields: Buffer.concat([uint32(entries.length), ...entries]),
  })
  const nameOnly = (path: string): Reply => names([Buffer.concat([text(path), text(path), uint32(0)])])

  const readdir = (handle: OpenHandle): Reply => {
    if (handle.inode.type !== 'directory' || handle.names === undefined) return 'FAILURE'
    const some = handle.names.splice(0, 100)
    if (some.length === 0) return 'EOF'
    const { inode } = handle
    return names(
      some.flatMap((name) => {
        const found = name === '.' || name === '..' ? inode : entryOf(inode, name)
        return found === undefined ? [] : [entry(name, found)]
      }),
    )
  }

  const extended = (name: string, reader: Reader): Operation | undefined => {
    const from = reader.text()
    if (name === 'fsync@openssh.com') return unlogged(() => 'OK')
    const to = reader.left > 0 ? reader.text() : ''
    if (name === 'posix-rename@openssh.com')
      return logged('rename', true, `${from} ${to}`, () => (fs.rename(from, to, caller), 'OK'))
    if (name === 'hardlink@openssh.com')
      return logged('link', true, `${from} ${to}`, () => (fs.link(from, to, caller), 'OK'))
    return undefined
  }

  /** Takes a request apart; undefined for one that is not supported. */
  const parse = (name: string, reader: Reader): Operation | undefined => {
    switch (name) {
      case 'open': {
        const path = reader.text()
        const flags = reader.uint32()
        return open(path, flags, reader.attributes().mode)
      }
      case 'close': {
        const key = reader.bytes().toString('hex')
        return unlogged(() => close(key))
      }
      case 'read': {
        const handle = handleOf(reader)
        const offset = reader.uint64()
        const length = reader.uint32()
        return unlogged(() => read(handle, offset, length))
      }
      case 'write': {
        const handle = handleOf(reader)
        const offset = reader.uint64()
        const data = Buffer.from(reader.bytes())
        return unlogged(() => write(handle, offset, data))
      }
      case 'fstat': {
        const handle = handleOf(reader)
        return unlogged(() => ({ type: ATTRS, fields: attributesOf(handle.inode) }))
      }
      case 'fsetstat': {
        const handle = handleOf(reader)
        const attributes = reader.attributes()
        return unlogged(() => setAttributes(handle.inode, attributes))
      }
      case 'readdir': {
        const handle = handleOf(reader)
        return unlogged(() => readdir(handle))
      }
    }
    if (name === 'extended') return extended(reader.text(), reader)
    const path = reader.text()
    switch (name) {
      case 'stat':
      case 'lstat':
        return logged(name, false, path, () => ({
          type: ATTRS,
          fields: attributesOf(fs.stat(path, caller, name === 'stat')),
        }))
      case 'setstat': {
        const attributes = reader.attributes()
        return logged('setstat', true, path, () => setAttributes(fs.stat(path, caller), attributes))
      }
      case 'opendir':
        return logged('readdir', false, path, () => {
          const inode = fs.stat(path, caller)
          if (inode.type !== 'directory') throw new OsError('ENOTDIR')
          requireAccess(inode, caller, 4)
          return addHandle({
            inode,
            append: false,
            writes: false,
            path,
            begun: undefined,
            publish: undefined,
            cut: false,
            names: ['.', '..', ...fs.names(inode)],
          })
        })
      case 'remove':
        return logged('unlink', true, path, () => (fs.unlink(path, caller), 'OK'))
      case 'mkdir': {
        const { mode } = reader.attributes()
        return logged('mkdir', true, path, () => (fs.mkdir(path, caller, mode), 'OK'))
      }
      case 'rmdir':
        return logged('rmdir', true, path, () => (fs.rmdir(path, caller), 'OK'))
      case 'realpath':
        return logged('realpath', false, path, () => nameOnly(fs.locate(path === '' ? '.' : path, caller).path))
      case 'readlink':
        return logged('readlink', false, path, () => nameOnly(fs.readlink(path, caller)))
      case 'rename': {
        const to = reader.text()
        return logged('rename', true, `${path} ${to}`, () => {
          // The plain request never replaces a file (sftp-server.c, process_rename).
          if (fs.exists(to, caller)) throw new SftpStatus('FAILURE')
          fs.rename(path, to, caller)
          return 'OK'
        })
      }
      case 'symlink': {
        // OpenSSH has the arguments the other way round than the draft: first the target.
        const link = reader.text()
        return logged('symlink', true, link, () => (fs.symlink(path, link, caller), 'OK'))
      }
      default:
        return undefined
    }
  }

  return {
    parse,
    /** The channel is gone: transfers that were not closed stay as far as they got. */
    closeAll(): void {
      for (const { begun, cut, writes } of handles.values())
        begun?.end(cut ? 'dropped' : 'client gone', writes ? 'now' : 'none')
      handles.clear()
    },
  }
}
