import { gunzipSync } from 'node:zlib'
import { textOf } from '../os/errno.ts'
import { complain, type Program } from './program.ts'

/** tar -x/-t of plain and gzip archives (POSIX ustar), with -C, -f, --strip-components. */
export const tar: Program = async (process) => {
  const args = process.argv.slice(1)
  if (args[0] !== undefined && !args[0].startsWith('-')) args[0] = `-${args[0]}`
  let [folder, archive, strip, verb, verbose] = ['.', '-', 0, '', false]
  while (args.length > 0) {
    const option = args.shift() ?? ''
    if (option === '-C' || option === '--directory') folder = args.shift() ?? '.'
    else if (option.startsWith('--strip-components')) strip = Number(option.split('=')[1] ?? args.shift())
    else if (/^-[a-zA-Z]/.test(option) && !option.startsWith('--')) {
      if (option.includes('x')) verb = 'x'
      if (option.includes('t')) verb = 't'
      if (option.includes('v')) verbose = true
      if (option.includes('f')) archive = args.shift() ?? '-'
      if (option.includes('c')) return complain(process, 'this simulated tar only extracts and lists', 2)
    }
  }
  if (verb === '')
    return complain(process, "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options", 2)
  let data: Buffer
  try {
    data = archive === '-' ? await process.readAll(0) : await process.readFile(archive)
  } catch (error) {
    return complain(process, `${archive}: Cannot open: ${textOf(error)}\ntar: Error is not recoverable: exiting now`, 2)
  }
  try {
    if (data[0] === 0x1f && data[1] === 0x8b) data = gunzipSync(data)
  } catch {
    await process.err(
      '\ngzip: stdin: unexpected end of file\ntar: Child returned status 1\ntar: Error is not recoverable: exiting now\n',
    )
    return 2
  }
  const { fs } = process.host
  let seen = 0
  for (let at = 0; at + 512 <= data.length;) {
    const header = data.subarray(at, at + 512)
    if (header.every((byte) => byte === 0)) break
    if (header.subarray(257, 262).toString() !== 'ustar')
      return complain(
        process,
        'This does not look like a tar archive\ntar: Exiting with failure status due to previous errors',
        2,
      )
    const text = (from: number, length: number): string =>
      header
        .subarray(from, from + length)
        .toString()
        .split('\0')[0] ?? ''
    const size = Number.parseInt(text(124, 12).trim() || '0', 8)
    const name = [text(345, 155), text(0, 100)].filter((part) => part !== '').join('/')
    const type = String.fromCharCode(header[156] ?? 48)
    const body = data.subarray(at + 512, at + 512 + size)
    if (body.length < size)
      return complain(process, 'Unexpected EOF in archive\ntar: Error is not recoverable: exiting now', 2)
    at += 512 + Math.ceil(size / 512) * 512
    seen += 1
    const path = name.split('/').slice(strip).join('/')
    if (verb === 't' || verbose) await process.out(`${name}\n`)
    if (verb === 't' || path === '' || path.split('/').includes('..')) continue
    try {
      const target = `${folder}/${path.replace(/^\/+/, '')}`
      const parts = target.split('/').slice(0, type === '5' ? undefined : -1)
      for (let i = 1; i <= parts.length; i += 1) {
        const parent = parts.slice(0, i).join('/')
        if (parent !== '' && !fs.exists(parent, process)) fs.mkdir(parent, process)
      }
      if (type === '5') continue
      if (type === '2') fs.symlink(text(157, 100), target, process)
      else {
        await process.writeFile(target, Buffer.from(body))
        fs.stat(target, process).mode = Number.parseInt(text(100, 8).trim() || '644', 8) & 0o7777 & ~process.umask
      }
    } catch (error) {
      return complain(
        process,
        `${path}: Cannot open: ${textOf(error)}\ntar: Exiting with failure status due to previous errors`,
        2,
      )
    }
  }
  if (seen === 0)
    return complain(
      process,
      'This does not look like a tar archive\ntar: Exiting with failure status due to previous errors',
      2,
    )
  return 0
}
