import { badOption, complain, parseOptions, type Program, quote } from './program.ts'
import { eachInput, everything, linesOf, modernCounts, parseCount } from './input.ts'
import { formatPrintf } from './printf.ts'

const cat: Program = async (process) => {
  const { flags, operands, bad } = parseOptions(process.argv.slice(1), [
    'n',
    'A',
    'v',
    'u',
    'e',
    't',
    's',
    'b',
    'E',
    'T',
  ])
  if (bad !== undefined) return badOption(process, bad)
  let line = 0
  return eachInput(process, operands, async (read) => {
    for (let chunk = await read(); chunk.length > 0; chunk = await read()) {
      if (!flags.has('n')) await process.write(1, chunk)
      else
        await process.out(
          chunk
            .toString()
            .split(/(?<=\n)/)
            .map((text) => `${String((line += 1)).padStart(6)}\t${text}`)
            .join(''),
        )
    }
  })
}

const head: Program = async (process) => {
  const args = modernCounts(process.argv.slice(1))
  const { flags, values, operands, bad } = parseOptions(args, ['q', 'v', 'c:', 'n:', 'bytes:', 'lines:'])
  if (bad !== undefined) return badOption(process, bad)
  const bytesText = values.get('c') ?? values.get('bytes')
  const linesText = values.get('n') ?? values.get('lines') ?? '10'
  const count = parseCount(bytesText ?? linesText)
  if (count === undefined)
    return complain(
      process,
      `invalid number of ${bytesText === undefined ? 'lines' : 'bytes'}: ${quote(bytesText ?? linesText)}`,
    )
  let first = true
  return eachInput(process, operands, async (read, name) => {
    if ((operands.length > 1 && !flags.has('q')) || flags.has('v'))
      await process.out(`${first ? '' : '\n'}==> ${name} <==\n`)
    first = false
    if (count < 0) {
      const all = await everything(read)
      await process.write(
        1,
        bytesText === undefined
          ? Buffer.from(
              all
                .toString('latin1')
                .split(/(?<=\n)/)
                .slice(0, count)
                .join(''),
              'latin1',
            )
          : all.subarray(0, Math.max(0, all.length + count)),
      )
      return
    }
    let left = count
    while (left > 0) {
      // GNU head reads no more than it needs when it counts bytes.
      const chunk = await read(bytesText === undefined ? 1024 : Math.min(left, 65_536))
      if (chunk.length === 0) return
      if (bytesText !== undefined) {
        left -= chunk.length
        await process.write(1, chunk)
        continue
      }
      let end = 0
      while (left > 0 && end < chunk.length) {
        const at = chunk.indexOf(10, end)
        end = at < 0 ? chunk.length : at + 1
        if (at >= 0) left -= 1
      }
      await process.write(1, chunk.subarray(0, end))
    }
  })
}

const wc: Program = async (process) => {
  const { flags, operands, bad } = parseOptions(process.argv.slice(1), [
    'c',
    'l',
    'w',
    'm',
    'bytes',
    'lines',
    'words',
    'chars',
  ])
  if (bad !== undefined) return badOption(process, bad)
  const wanted = (['l', 'w', 'm', 'c'] as const).filter(
    (letter) => flags.has(letter) || flags.has({ l: 'lines', w: 'words', m: 'chars', c: 'bytes' }[letter]),
  )
  const letters = wanted.length === 0 ? (['l', 'w', 'c'] as const) : wanted
  const rows: { counts: number[]; name: string }[] = []
  let bytes = 0
  const status = await eachInput(process, operands, async (read, name) => {
    const all = await everything(read)
    const text = all.toString()
    bytes += all.length
    const counts = {
      l: all.filter((byte) => byte === 10).length,
      w: text.split(/\s+/).filter((word) => word !== '').length,
      m: Array.from(text).length,
      c: all.length,
    }
    rows.push({ counts: letters.map((letter) => counts[letter]), name: operands.length === 0 ? '' : name })
  })
  if (operands.length > 1)
    rows.push({
      counts: letters.map((_, index) => rows.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0)),
      name: 'total',
    })
  // GNU wc: as wide as the sizes of regular files need, seven for a pipe.
  const isPipe = operands.length === 0 && process.fds.get(0)?.stream.inode?.type !== 'file'
  const width = letters.length === 1 && rows.length === 1 ? 1 : isPipe ? 7 : String(bytes).length
  for (const { counts, name } of rows)
    await process.out(
      `${counts.map((count) => String(count).padStart(width)).join(' ')}${name === '' ? '' : ` ${name}`}\n`,
    )
  return status
}

const tr: Program = async (process) => {
  const { flags, operands } = parseOptions(process.argv.slice(1), ['d', 's', 'c', 'C'], false)
  const expand = (set: string): string =>
    formatPrintf
      .escapes(set)
      .output.toString('latin1')
      .replaceAll('[:upper:]', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
      .replaceAll('[:lower:]', 'abcdefghijklmnopqrstuvwxyz')
      .replaceAll('[:digit:]', '0123456789')
      .replaceAll('[:space:]', ' \t\n\r\v\f')
      .replaceAll(/(.)-(.)/g, (_, a: string, b: string) =>
        Array.from({ length: Math.max(0, b.charCodeAt(0) - a.charCodeAt(0) + 1) }, (__, index) =>
          String.fromCharCode(a.charCodeAt(0) + index),
        ).join(''),
      )
  const from = expand(operands[0] ?? '')
  const to = expand(operands[1] ?? '')
  const inSet = (c: string): boolean => from.includes(c) !== (flags.has('c') || flags.has('C'))
  const text = (await process.readAll(0)).toString('latin1')
  let output = ''
  for (const c of text) {
    if (!inSet(c)) output += c
    else if (!flags.has('d')) {
      const mapped = to === '' ? c : to.charAt(Math.min(Math.max(0, from.indexOf(c)), to.length - 1))
      if (!(flags.has('s') && output.endsWith(mapped))) output += mapped
    }
  }
  await process.write(1, Buffer.from(output, 'latin1'))
  return 0
}

const cut: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(process.argv.slice(1), [
    's',
    'd:',
    'f:',
    'c:',
    'b:',
    'delimiter:',
    'fields:',
  ])
  if (bad !== undefined) return badOption(process, bad)
  const delimiter = values.get('d') ?? values.get('delimiter') ?? '\t'
  const fields = values.get('f') ?? values.get('fields')
  const ranges = (fields ?? values.get('c') ?? values.get('b') ?? '').split(',').map((range) => {
    const [from = '', to] = range.split('-')
    return [Number(from || 1), to === undefined ? Number(from) : Number(to || Infinity)] as const
  })
  const chosen = (index: number): boolean => ranges.some(([from, to]) => index + 1 >= from && index + 1 <= to)
  return eachInput(process, operands, async (read) => {
    for (const line of linesOf(await everything(read))) {
      if (fields === undefined)
        await process.out(
          `${Array.from(line)
            .filter((_, index) => chosen(index))
            .join('')}\n`,
        )
      else if (line.includes(delimiter))
        await process.out(
          `${line
            .split(delimiter)
            .filter((_, index) => chosen(index))
            .join(delimiter)}\n`,
        )
      else if (!flags.has('s')) await process.out(`${line}\n`)
    }
  })
}

const sort: Program = async (process) => {
  const { flags, operands, bad } = parseOptions(process.argv.slice(1), ['n', 'r', 'u', 'f', 'b', 'V', 'k:', 't:'])
  if (bad !== undefined) return badOption(process, bad, 2)
  const lines: string[] = []
  const status = await eachInput(process, operands, async (read) => {
    lines.push(...linesOf(await everything(read)))
  })
  const compare = (a: string, b: string): number =>
    (flags.has('n') ? Number.parseFloat(a) - Number.parseFloat(b) || 0 : 0) || (a < b ? -1 : a > b ? 1 : 0)
  lines.sort(compare)
  if (flags.has('r')) lines.reverse()
  for (const line of flags.has('u') ? new Set(lines) : lines) await process.out(`${line}\n`)
  return status
}

const uniq: Program = async (process) => {
  const { flags, operands } = parseOptions(process.argv.slice(1), ['c', 'd', 'u'])
  return eachInput(process, operands, async (read) => {
    const runs: { line: string; count: number }[] = []
    for (const line of linesOf(await everything(read))) {
      const last = runs.at(-1)
      if (last?.line === line) last.count += 1
      else runs.push({ line, count: 1 })
    }
    for (const { line, count } of runs)
      await process.out(flags.has('c') ? `${String(count).padStart(7)} ${line}\n` : `${line}\n`)
  })
}

const seq: Program = async (process) => {
  const numbers = process.argv.slice(1).map(Number)
  const [first, step, last] =
    numbers.length === 1
      ? [1, 1, numbers[0] ?? 0]
      : numbers.length === 2
        ? [numbers[0] ?? 0, 1, numbers[1] ?? 0]
        : [numbers[0] ?? 0, numbers[1] ?? 1, numbers[2] ?? 0]
  if (step === 0 || numbers.some(Number.isNaN)) return badOption(process, 'invalid floating point argument')
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) await process.out(`${value}\n`)
  return 0
}

const yes: Program = async (process) => {
  for (;;) {
    await process.out(`${process.argv.slice(1).join(' ') || 'y'}\n`.repeat(512))
    await process.host.breathe()
  }
}

export const textPrograms: Readonly<Record<string, Program>> = {
  cat,
  head,
  wc,
  tr,
  cut,
  sort,
  uniq,
  seq,
  yes,
}
