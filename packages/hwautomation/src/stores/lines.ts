import { createReadStream } from 'node:fs'

const NEWLINE = 0x0a

/**
 * The complete lines of a file, each with the offset behind it. A last line without its newline is not served: it is torn, or just
 * being written.
 */
export async function* linesOf(path: string): AsyncGenerator<{ readonly text: string; readonly end: number }> {
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const bytes = rest.byteLength === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let start = 0
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, start)) {
      yield { text: bytes.toString('utf8', start, at), end: offset + at + 1 }
      start = at + 1
    }
    offset += start
    rest = bytes.subarray(start)
  }
}
