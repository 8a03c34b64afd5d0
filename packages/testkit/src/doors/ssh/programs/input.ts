import { textOf } from '../os/errno.ts'
import type { Process } from '../os/process.ts'
import { complain, nameOf, quote } from './program.ts'

/** Reads on in one input; an empty buffer is its end. */
export type Read = (max?: number) => Promise<Buffer>

/** Calls `use` with each file, or with stdin for none and for `-`. A file that cannot be read is told and counts as failure. */
export async function eachInput(
  process: Process,
  paths: readonly string[],
  use: (read: Read, name: string) => Promise<unknown>,
): Promise<number> {
  let status = 0
  for (const path of paths.length === 0 ? ['-'] : paths) {
    if (path === '-') {
      await use((max = 65_536) => process.read(0, max), '')
      continue
    }
    try {
      const file = process.open(path, { read: true })
      try {
        if (file.stream.inode?.type === 'directory') {
          status = await complain(process, `${path}: Is a directory`)
          continue
        }
        await use((max = 65_536) => file.stream.read(max, process.block), path)
      } finally {
        file.release()
      }
    } catch (error) {
      process.check()
      const text = textOf(error)
      status = await complain(
        process,
        nameOf(process).endsWith('head') || nameOf(process).endsWith('tail')
          ? `cannot open ${quote(path)} for reading: ${text}`
          : `${path}: ${text}`,
      )
    }
  }
  return status
}

export async function everything(read: Read): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let chunk = await read(); chunk.length > 0; chunk = await read()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export function linesOf(data: Buffer): string[] {
  const lines = data.toString().split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** The obsolete `-5` of head and tail as `-n5`; a negative count after `-n` stays. */
export function modernCounts(args: readonly string[]): string[] {
  return args.map((arg, index) =>
    /^-(?:n|c|-lines|-bytes|-pid|s)$/.test(args[index - 1] ?? '') ? arg : arg.replace(/^-(\d+)$/, '-n$1'),
  )
}

/** `10`, `-5`, `4K`, `1M`. */
export function parseCount(text: string): number | undefined {
  const match = /^([-+]?\d+)([KMG]?)(?:iB|B)?$/i.exec(text)
  if (match?.[1] === undefined) return undefined
  return Number(match[1]) * 1024 ** ['', 'K', 'M', 'G'].indexOf((match[2] ?? '').toUpperCase())
}
