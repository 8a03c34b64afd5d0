import { parseCount } from './input.ts'
import type { Program } from './program.ts'

/** dd with if, of, bs, count, conv=notrunc and status. */
export const dd: Program = async (process) => {
  const options = new Map(process.argv.slice(1).map((arg) => arg.split('=') as [string, string]))
  const size = parseCount(options.get('bs') ?? '512') ?? 512
  const count = options.has('count') ? Number(options.get('count')) : Infinity
  const input = options.has('if') ? process.open(options.get('if') ?? '', { read: true }) : process.fd(0).retain()
  const output = options.has('of')
    ? process.open(options.get('of') ?? '', { write: true, create: true, truncate: options.get('conv') !== 'notrunc' })
    : process.fd(1).retain()
  let [blocks, bytes] = [0, 0]
  for (; blocks < count; blocks += 1) {
    const chunk = await input.stream.read(size, process.block)
    if (chunk.length === 0) break
    await output.stream.write(chunk, process.block)
    bytes += chunk.length
  }
  input.release()
  output.release()
  if (!['none', 'noxfer'].includes(options.get('status') ?? ''))
    await process.err(`${blocks}+0 records in\n${blocks}+0 records out\n${bytes} bytes copied, 0.0001 s\n`)
  return 0
}
