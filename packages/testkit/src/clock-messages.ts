import type { Socket } from 'node:net'

/** What a lab tells a client of its clock. One JSON object a line; a line may say several things. */
export interface ToClient {
  /** First of all. Where lab time does not stand still between messages: how fast it goes, and the wall time that belongs to `now`. */
  readonly hello?: { readonly v: 1; readonly pace?: { readonly speed: number; readonly wall: number } }
  /** Where lab time is, in milliseconds since the epoch. */
  readonly now?: number
  /** The sleep of this number is over. */
  readonly wake?: number
  /** Answer with the same number when nothing of yours is in flight. */
  readonly quiet?: number
}

/** What a client says to the lab. */
export interface ToLab {
  /** Wake me at this lab time, by this number. */
  readonly sleep?: { readonly id: number; readonly at: number }
  /** Never mind that one. */
  readonly drop?: number
  /** Nothing of mine is in flight; `mark` changes whenever something has moved. */
  readonly isQuiet?: { readonly id: number; readonly mark: number }
}

/** Whatever either side may say; each looks for what is meant for it. */
export type Message = ToClient & ToLab

/** Longest line that makes sense. */
const LONGEST_LINE = 10_000

/** Hands over each message of a socket. A peer that does not speak this protocol is cut off. `chunk` is told of every piece that comes in. */
export function readMessages(socket: Socket, on: { message(message: Message): void; chunk(): void }): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    on.chunk()
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    try {
      for (const line of lines) on.message(parsed(line))
      if (rest.length > LONGEST_LINE) throw new Error('a line without end')
    } catch {
      socket.destroy()
    }
  })
}

function parsed(line: string): Message {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null) throw new Error('no message')
  return value
}

/** Sends one message at once; a peer that has gone hears nothing. */
export function sendMessage(socket: Socket, message: Message): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}
