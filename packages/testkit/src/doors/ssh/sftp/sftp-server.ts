import type { ServerChannel } from 'ssh2'
import type { BegunCall } from '../../../call.ts'
import type { DoorContext } from '../../door.ts'
import type { Connection } from '../connection.ts'
import { OsError } from '../os/errno.ts'
import type { Caller } from '../os/file-system.ts'
import type { Host } from '../os/host.ts'
import type { User } from '../os/users.ts'
import { packet, Reader, requests, statuses, type Status, text, uint32 } from './packet.ts'
import { createOperations, type Operation, SftpStatus } from './operations.ts'

export interface SftpParts {
  readonly context: DoorContext
  readonly host: Host
  readonly user: User
  readonly connection: Connection
  readonly channel: ServerChannel
}

/** Extensions that OpenSSH's sftp-server offers and the lab has. */
const EXTENSIONS = ['posix-rename@openssh.com', '1', 'fsync@openssh.com', '1', 'hardlink@openssh.com', '1'] as const

/** The sftp subsystem: SFTP version 3 with OpenSSH's semantics, requests answered in order. */
export function serveSftp(parts: SftpParts): void {
  const { channel, user } = parts
  const caller: Caller = { uid: user.uid, gid: user.gid, cwd: user.home, umask: 0o002 }
  const operations = createOperations(parts, caller)
  let received = Buffer.alloc(0)
  let busy = Promise.resolve()
  channel.on('error', () => undefined)
  channel.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 4) {
      const length = received.readUInt32BE(0)
      if (length > 256 * 1024 || length === 0) {
        channel.end()
        return
      }
      if (received.length < 4 + length) return
      const one = received.subarray(4, 4 + length)
      received = received.subarray(4 + length)
      busy = busy.then(() => serveRequest(parts, operations, one))
    }
  })
  channel.once(
    'end',
    () =>
      void busy.then(() => {
        channel.exit(0)
        channel.end()
      }),
  )
  channel.once('close', () => operations.closeAll())
}

async function serveRequest(
  parts: SftpParts,
  operations: ReturnType<typeof createOperations>,
  data: Buffer,
): Promise<void> {
  const { channel, connection } = parts
  if (!connection.isOpen) return
  const send = (reply: Buffer): void => void channel.write(reply)
  const name = requests[data[0] ?? 0]
  if (name === 'init') return send(packet(2, uint32(3), ...EXTENSIONS.map(text)))
  const reader = new Reader(data.subarray(1))
  const id = reader.uint32()
  const status = (which: Status, words?: string): Buffer =>
    packet(101, uint32(id, statuses[which][0]), text(words ?? statuses[which][1]), text(''))
  try {
    const operation: Operation | undefined = name === undefined ? undefined : operations.parse(name, reader)
    if (operation === undefined) return send(status('OP_UNSUPPORTED'))
    const reply = await inLog(parts, operation)
    // Nothing: the connection is cut, or hangs.
    if (reply === undefined) return
    send(typeof reply === 'string' ? status(reply) : packet(reply.type, uint32(id), reply.fields))
  } catch (error) {
    if (error instanceof SftpStatus) send(status(error.status))
    else if (error instanceof OsError)
      send(
        status(
          error.code === 'ENOENT'
            ? 'NO_SUCH_FILE'
            : error.code === 'EACCES' || error.code === 'EPERM'
              ? 'PERMISSION_DENIED'
              : 'FAILURE',
        ),
      )
    else if (error instanceof RangeError) send(status('BAD_MESSAGE'))
    else throw error
  }
}

type Reply = Status | { readonly type: number; readonly fields: Buffer }

/** One log entry for each operation that stands for itself, with the faults of the wire. Transfers keep theirs until the file is closed. */
async function inLog(
  { context, host, channel, connection }: SftpParts,
  operation: Operation,
): Promise<Reply | undefined> {
  if (operation.log === undefined) return operation.run(undefined)
  const { call, mutating, detail } = operation.log
  const begun: BegunCall = context.begin({ door: 'ssh', server: host.machine.hostname, call, mutating, detail })
  const end = (outcome: string, effect: 'none' | 'now' | 'late' = 'none'): undefined => {
    begun.end(outcome, effect)
  }
  switch (begun.fault?.mode) {
    case 'refuse':
    case 'wrong-status':
    case 'session-limit':
      end('FAILURE')
      return 'FAILURE'
    case 'auth-failure':
      end('PERMISSION_DENIED')
      return 'PERMISSION_DENIED'
    case 'hang':
      await new Promise<void>((resolve) => channel.once('close', resolve))
      return end('hung')
    case 'drop-before-effect':
      connection.cut()
      return end('dropped')
    case 'slow':
      await context.clock.wall(begun.delayMs)
      break
  }
  if (operation.log.isTransfer) {
    try {
      return await operation.run(begun)
    } catch (error) {
      end(error instanceof OsError ? error.message : 'FAILURE')
      throw error
    }
  }
  const mode = begun.fault?.mode
  if (mutating && mode === 'ack-no-effect') {
    end('OK')
    return 'OK'
  }
  if (mutating && mode === 'effect-late') {
    // By then its file may be gone: nobody is there to be told.
    const late = async () => operation.run(undefined)
    context.clock.after(begun.delayMs, () => void late().catch(() => undefined))
    end('OK', 'late')
    return 'OK'
  }
  const effect = mutating ? 'now' : 'none'
  try {
    const reply = await operation.run(undefined)
    if (mode === 'reply-lost-after-effect' || mode === 'drop-mid-reply') {
      connection.cut()
      return end('dropped', effect)
    }
    if (mode === 'garbage') {
      end('garbage', effect)
      return { type: 104, fields: Buffer.from([0xff, 0xff, 0xff, 0xff, 0x00]) }
    }
    end(typeof reply === 'string' ? reply : 'OK', effect)
    return reply
  } catch (error) {
    end(error instanceof OsError ? error.message : 'FAILURE')
    throw error
  }
}
