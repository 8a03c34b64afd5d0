import { onFiles } from '../store-errors.ts'
import { absent, type FileSystem } from '../file-system.ts'

const NEWLINE = 0x0a
const CHUNK = 256 * 1024

/**
 * The complete lines of a file from a byte on, each with the offset behind it. A last line without its newline is not served: it is
 * torn, or just being written. Nothing behind `limit()` is served either, which is asked again as the reading goes on. None where
 * there is no file.
 */
export async function* linesOf(
  fs: FileSystem,
  path: string,
  start = 0,
  limit: () => number = () => Infinity,
): AsyncGenerator<{ readonly text: string; readonly end: number }> {
  const file = await onFiles(path, 'read the journal', () => fs.open(path, 'r').catch(absent))
  if (file === undefined) return
  try {
    let rest = Buffer.alloc(0)
    let offset = start
    for (;;) {
      const readTo = offset + rest.byteLength
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(0, limit() - readTo)))
      const { bytesRead } = await onFiles(path, 'read the journal', () => file.read(chunk, 0, chunk.byteLength, readTo))
      if (bytesRead === 0) return
      const fresh = chunk.subarray(0, bytesRead)
      const bytes = rest.byteLength === 0 ? fresh : Buffer.concat([rest, fresh])
      let begin = 0
      for (let at = bytes.indexOf(NEWLINE, rest.byteLength); at >= 0; at = bytes.indexOf(NEWLINE, begin)) {
        yield { text: bytes.toString('utf8', begin, at), end: offset + at + 1 }
        begin = at + 1
      }
      offset += begin
      rest = bytes.subarray(begin)
    }
  } finally {
    await file.close()
  }
}

/** Whether a line ends right before this byte of the file. True where there is no file: what was in it was removed since. */
export async function endsLine(fs: FileSystem, path: string, offset: number): Promise<boolean> {
  if (offset === 0) return true
  const file = await onFiles(path, 'read the journal', () => fs.open(path, 'r').catch(absent))
  if (file === undefined) return true
  try {
    const { bytesRead, buffer } = await onFiles(path, 'read the journal', () =>
      file.read(Buffer.alloc(1), 0, 1, offset - 1),
    )
    return bytesRead === 1 && buffer[0] === NEWLINE
  } finally {
    await file.close()
  }
}
