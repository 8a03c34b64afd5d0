import type { Inode } from '../os/inode.ts'
import { sizeOf } from '../os/inode.ts'

/** SSH_FXP_* numbers of SFTP version 3 (draft-ietf-secsh-filexfer-02). */
export const requests: Readonly<Record<number, string>> = {
  1: 'init',
  3: 'open',
  4: 'close',
  5: 'read',
  6: 'write',
  7: 'lstat',
  8: 'fstat',
  9: 'setstat',
  10: 'fsetstat',
  11: 'opendir',
  12: 'readdir',
  13: 'remove',
  14: 'mkdir',
  15: 'rmdir',
  16: 'realpath',
  17: 'stat',
  18: 'rename',
  19: 'readlink',
  20: 'symlink',
  200: 'extended',
}

/** SSH_FX_* numbers, with OpenSSH's texts (sftp-server.c, status_messages). */
export const statuses = {
  OK: [0, 'Success'],
  EOF: [1, 'End of file'],
  NO_SUCH_FILE: [2, 'No such file'],
  PERMISSION_DENIED: [3, 'Permission denied'],
  FAILURE: [4, 'Failure'],
  BAD_MESSAGE: [5, 'Bad message'],
  OP_UNSUPPORTED: [8, 'Operation unsupported'],
} as const

export type Status = keyof typeof statuses

/** Reads the fields of one packet, in order. */
export class Reader {
  readonly #data: Buffer
  #at = 0

  constructor(data: Buffer) {
    this.#data = data
  }

  get left(): number {
    return this.#data.length - this.#at
  }

  uint32(): number {
    this.#at += 4
    return this.#data.readUInt32BE(this.#at - 4)
  }

  uint64(): number {
    this.#at += 8
    return Number(this.#data.readBigUInt64BE(this.#at - 8))
  }

  bytes(): Buffer {
    const length = this.uint32()
    if (length > this.left) throw new RangeError('a field is longer than its packet')
    this.#at += length
    return this.#data.subarray(this.#at - length, this.#at)
  }

  text(): string {
    return this.bytes().toString('utf8')
  }

  attributes(): { size?: number; mode?: number; mtime?: number; uid?: number; gid?: number } {
    if (this.left < 4) return {}
    const flags = this.uint32()
    return {
      ...(flags & 1 ? { size: this.uint64() } : {}),
      ...(flags & 2 ? { uid: this.uint32(), gid: this.uint32() } : {}),
      ...(flags & 4 ? { mode: this.uint32() & 0o7777 } : {}),
      ...(flags & 8 ? { mtime: (this.uint32(), this.uint32()) * 1000 } : {}),
    }
  }
}

export function uint32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value >>> 0, 4 * index)
  return buffer
}

export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([uint32(bytes.length), bytes])
}

/** A whole packet: length, type, fields. */
export function packet(type: number, ...fields: readonly Buffer[]): Buffer {
  const length = fields.reduce((sum, field) => sum + field.length, 1)
  return Buffer.concat([uint32(length), Buffer.from([type]), ...fields])
}

export function attributesOf(inode: Inode): Buffer {
  const type = { file: 0o100000, directory: 0o040000, link: 0o120000, device: 0o020000 }[inode.type]
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(sizeOf(inode)))
  const seconds = Math.floor(inode.mtime / 1000)
  return Buffer.concat([uint32(1 | 2 | 4 | 8), size, uint32(inode.uid, inode.gid, type | inode.mode, seconds, seconds)])
}
