interface Formatted {
  readonly output: Buffer
  readonly errors: readonly string[]
}

/** printf(1) as in dash: the format is reused while arguments remain; `%b` interprets escapes. */
export function formatPrintf(format: string, args: readonly string[]): Formatted {
  const chunks: Buffer[] = []
  const errors: string[] = []
  const rest = [...args]
  let stopped = false
  const directive = /%(%|([-+ #0]*)(\*|[0-9]+)?(?:\.(\*|[0-9]*))?([diouxXcsbeEfFgG]))/y
  const number = (text: string): bigint => {
    if (/^["']/.test(text)) return BigInt(text.codePointAt(1) ?? 0)
    const match = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text)
    if (match?.[2] === undefined) {
      if (text !== '') errors.push(`${text}: expected numeric value`)
      return 0n
    }
    if (match[0].length < text.length) errors.push(`${text}: not completely converted`)
    const value = BigInt(/^0[0-7]+$/.test(match[2]) ? `0o${match[2].slice(1)}` : match[2])
    return match[1] === '-' ? -value : value
  }
  const once = (): boolean => {
    let consumed = false
    const take = (): string | undefined => {
      consumed ||= rest.length > 0
      return rest.shift()
    }
    for (let i = 0; i < format.length && !stopped;) {
      const c = format.charAt(i)
      if (c === '\\') {
        const { bytes, length, stop } = escapeAt(format, i, false)
        if (stop) stopped = true
        chunks.push(bytes)
        i += length
      } else if (c === '%') {
        directive.lastIndex = i
        const match = directive.exec(format)
        if (match === null) {
          errors.push(`%${format.charAt(i + 1)}: invalid directive`)
          stopped = true
          break
        }
        i += match[0].length
        if (match[1] === '%') {
          chunks.push(Buffer.from('%'))
          continue
        }
        const [, , flags = '', widthText = '', precisionText, conversion = 's'] = match
        const width = widthText === '*' ? Number(number(take() ?? '0')) : Number(widthText || 0)
        const precision =
          precisionText === undefined
            ? undefined
            : precisionText === '*'
              ? Number(number(take() ?? '0'))
              : Number(precisionText || 0)
        if (conversion === 'b') {
          const { output, stopped: stop } = formatPrintf.escapes(take() ?? '', true)
          chunks.push(pad(output.toString('latin1'), width, flags, 'latin1'))
          if (stop) stopped = true
        } else if (conversion === 's' || conversion === 'c') {
          const text = take() ?? ''
          const bytes = Buffer.from(text)
          const cut =
            conversion === 'c' ? bytes.subarray(0, 1) : precision === undefined ? bytes : bytes.subarray(0, precision)
          chunks.push(pad(cut.toString('latin1'), width, flags.replace('0', ''), 'latin1'))
        } else if ('eEfFgG'.includes(conversion)) {
          chunks.push(pad(float(Number(take() ?? '0'), conversion, precision ?? 6), width, flags, 'utf8'))
        } else
          chunks.push(
            pad(
              integer(number(take() ?? ''), conversion, flags, precision),
              width,
              precision === undefined ? flags : flags.replace('0', ''),
              'utf8',
            ),
          )
      } else {
        const end = format.slice(i).search(/[\\%]/)
        const text = end < 0 ? format.slice(i) : format.slice(i, i + end)
        chunks.push(Buffer.from(text))
        i += text.length
      }
    }
    return consumed
  }
  for (;;) {
    const consumed = once()
    if (!consumed || rest.length === 0 || stopped) break
  }
  return { output: Buffer.concat(chunks), errors }
}

/** Escapes of echo and `%b`: `\0nnn`, `\n` …; `\c` stops all output. */
formatPrintf.escapes = (text: string, _inB = true): { output: Buffer; stopped: boolean } => {
  const chunks: Buffer[] = []
  for (let i = 0; i < text.length;) {
    if (text.charAt(i) === '\\') {
      const { bytes, length, stop } = escapeAt(text, i, true)
      if (stop) return { output: Buffer.concat(chunks), stopped: true }
      chunks.push(bytes)
      i += length
    } else {
      const end = text.indexOf('\\', i)
      const run = end < 0 ? text.slice(i) : text.slice(i, end)
      chunks.push(Buffer.from(run))
      i += run.length
    }
  }
  return { output: Buffer.concat(chunks), stopped: false }
}

const SIMPLE: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 }

function escapeAt(text: string, at: number, inB: boolean): { bytes: Buffer; length: number; stop: boolean } {
  const next = text.charAt(at + 1)
  if (next === 'c' && inB) return { bytes: Buffer.alloc(0), length: 2, stop: true }
  const octal = (inB ? /^\\0([0-7]{0,3})/ : /^\\([0-7]{1,3})/).exec(text.slice(at, at + 5))
  if (octal?.[1] !== undefined)
    return { bytes: Buffer.from([Number.parseInt(octal[1] || '0', 8) & 0xff]), length: octal[0].length, stop: false }
  const code = SIMPLE[next]
  if (code !== undefined) return { bytes: Buffer.from([code]), length: 2, stop: false }
  return { bytes: Buffer.from(`\\${next}`), length: 1 + next.length, stop: false }
}

function integer(value: bigint, conversion: string, flags: string, precision: number | undefined): string {
  const unsigned = value < 0n ? BigInt.asUintN(64, value) : value
  if (conversion === 'x' || conversion === 'X') {
    const digits = unsigned.toString(16).padStart(precision ?? 0, '0')
    const text = flags.includes('#') && value !== 0n ? `0x${digits}` : digits
    return conversion === 'X' ? text.toUpperCase() : text
  }
  if (conversion === 'o') return unsigned.toString(8).padStart(precision ?? 0, '0')
  if (conversion === 'u') return unsigned.toString().padStart(precision ?? 0, '0')
  const digits = (value < 0n ? -value : value).toString().padStart(precision ?? 0, '0')
  return value < 0n ? `-${digits}` : flags.includes('+') ? `+${digits}` : flags.includes(' ') ? ` ${digits}` : digits
}

function float(value: number, conversion: string, precision: number): string {
  if (conversion === 'f' || conversion === 'F') return value.toFixed(precision)
  const text =
    conversion === 'e' || conversion === 'E'
      ? value.toExponential(precision)
      : String(Number(value.toPrecision(Math.max(1, precision))))
  const exponent = text.replace(/e([-+])(\d)$/, 'e$10$2')
  return conversion === conversion.toUpperCase() ? exponent.toUpperCase() : exponent
}

function pad(text: string, width: number, flags: string, encoding: 'latin1' | 'utf8'): Buffer {
  const left = flags.includes('-') || width < 0
  const size = Math.abs(width)
  let padded = left ? text.padEnd(size) : text.padStart(size)
  if (!left && flags.includes('0')) {
    const sign = /^[-+ ]/.exec(text)?.[0] ?? ''
    padded = sign + text.slice(sign.length).padStart(size - sign.length, '0')
  }
  return Buffer.from(padded, encoding)
}
