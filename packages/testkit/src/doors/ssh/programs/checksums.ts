import { createHash } from 'node:crypto'
import { textOf } from '../os/errno.ts'
import { eachInput, everything } from './input.ts'
import { badOption, complain, parseOptions, type Program } from './program.ts'

const digest =
  (algorithm: string): Program =>
  async (process) => {
    const { flags, operands, bad } = parseOptions(process.argv.slice(1), [
      'c',
      'b',
      't',
      'check',
      'status',
      'quiet',
      'strict',
    ])
    if (bad !== undefined) return badOption(process, bad)
    const sum = (data: Buffer): string => createHash(algorithm).update(data).digest('hex')
    if (!flags.has('c') && !flags.has('check')) {
      return eachInput(process, operands, async (read, name) =>
        process.out(`${sum(await everything(read))}  ${name === '' ? '-' : name}\n`),
      )
    }
    let failed = 0
    const status = await eachInput(process, operands, async (read) => {
      for (const line of (await everything(read)).toString().split('\n')) {
        const match = /^([0-9a-f]+) [ *](.+)$/.exec(line)
        if (match === null) continue
        const [, expected, name = ''] = match
        let verdict: string
        try {
          verdict = sum(await process.readFile(name)) === expected ? 'OK' : 'FAILED'
        } catch (error) {
          await complain(process, `${name}: ${textOf(error)}`)
          verdict = 'FAILED open or read'
        }
        if (verdict !== 'OK') failed += 1
        if (!flags.has('status') && !(flags.has('quiet') && verdict === 'OK'))
          await process.out(`${name}: ${verdict}\n`)
      }
    })
    if (failed > 0 && !flags.has('status'))
      await complain(process, `WARNING: ${failed} computed checksum${failed === 1 ? '' : 's'} did NOT match`)
    return failed > 0 ? 1 : status
  }

const base64: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(process.argv.slice(1), ['d', 'i', 'decode', 'w:', 'wrap:'])
  if (bad !== undefined) return badOption(process, bad)
  const wrap = Number(values.get('w') ?? values.get('wrap') ?? 76)
  return eachInput(process, operands, async (read) => {
    const all = await everything(read)
    if (flags.has('d') || flags.has('decode')) return process.write(1, Buffer.from(all.toString('latin1'), 'base64'))
    const text = all.toString('base64')
    if (wrap === 0) return process.out(text)
    return process.out(text.replaceAll(new RegExp(`.{1,${wrap}}`, 'g'), '$&\n'))
  })
}

export const checksumPrograms: Readonly<Record<string, Program>> = {
  sha256sum: digest('sha256'),
  sha1sum: digest('sha1'),
  sha512sum: digest('sha512'),
  md5sum: digest('md5'),
  base64,
}
