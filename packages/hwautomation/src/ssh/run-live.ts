import { Lines } from './run-output.ts'

/** Follows a run's channel while it is open: lines as they come, and what the header says. */
export interface LiveOutput {
  readonly stdout: (chunk: Buffer) => void
  readonly stderr: (chunk: Buffer) => void
  /** Emits what has no line end yet. */
  readonly end: () => void
  readonly pid: string | undefined
  readonly attached: boolean
}

/** The longest header is far shorter than this. */
const HEADER_BYTES = 64 * 1024

/** Lines of stdout count from the word's `output` on and end before its verdict. */
export function liveOutput(
  word: string,
  onLine: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined,
): LiveOutput {
  const emit = (stream: 'stdout' | 'stderr') => (line: string) => {
    if (line.startsWith(`${word} `)) return
    try {
      onLine?.(line, stream)
    } catch {
      // A listener's failure is its own; the command goes on.
    }
  }
  const out = new Lines(emit('stdout'))
  const err = new Lines(emit('stderr'))
  let header = ''
  let inOutput = false
  return {
    stdout(chunk) {
      if (inOutput) return out.push(chunk)
      header = (header + chunk.toString('latin1')).slice(-HEADER_BYTES)
      const marker = `${word} output\n`
      const at = header.indexOf(marker)
      if (at < 0) return
      inOutput = true
      const rest = Buffer.from(header.slice(at + marker.length), 'latin1')
      header = header.slice(0, at)
      out.push(rest)
    },
    stderr: (chunk) => err.push(chunk),
    end() {
      out.end()
      err.end()
    },
    get pid() {
      return new RegExp(`^${word} pid (\\d+)$`, 'm').exec(header)?.[1]
    },
    get attached() {
      return header.includes(' attached\n')
    },
  }
}
