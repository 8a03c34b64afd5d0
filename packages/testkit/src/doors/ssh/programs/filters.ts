import { badOption, complain, parseOptions, type Program } from './program.ts'
import { eachInput, everything, linesOf } from './input.ts'

/** grep with basic, extended or fixed patterns: -q -v -i -c -n -l -o -x -w -E -F -e -h -s -m. Exit code 1 when nothing matched. */
export const grep: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(process.argv.slice(1), [
    'q',
    'v',
    'i',
    'c',
    'n',
    'l',
    'o',
    'x',
    'w',
    'E',
    'F',
    'G',
    'h',
    'H',
    's',
    'a',
    'r',
    'e:',
    'm:',
    'quiet',
  ])
  if (bad !== undefined) return badOption(process, bad, 2)
  const rest = [...operands]
  const pattern = values.get('e') ?? rest.shift()
  if (pattern === undefined) return complain(process, 'Usage: grep [OPTION]... PATTERNS [FILE]...', 2)
  const sources = pattern
    .split('\n')
    .map((text) =>
      flags.has('F') ? text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&') : flags.has('E') ? extended(text) : basic(text),
    )
  const joined = sources.map((source) => `(?:${source})`).join('|')
  const bounded = flags.has('x') ? `^(?:${joined})$` : flags.has('w') ? `\\b(?:${joined})\\b` : joined
  const regexp = new RegExp(bounded, `g${flags.has('i') ? 'i' : ''}`)
  const quiet = flags.has('q') || flags.has('quiet')
  const limit = Number(values.get('m') ?? Infinity)
  let found = false
  const status = await eachInput(process, rest, async (read, name) => {
    const prefix = (rest.length > 1 && !flags.has('h')) || flags.has('H') ? `${name}:` : ''
    let count = 0
    for (const [index, line] of linesOf(await everything(read)).entries()) {
      if (count >= limit) break
      const hits = [...line.matchAll(regexp)].map(([hit]) => hit)
      if (hits.length > 0 === flags.has('v')) continue
      found = true
      count += 1
      if (quiet || flags.has('c') || flags.has('l')) continue
      const number = flags.has('n') ? `${index + 1}:` : ''
      for (const text of flags.has('o') ? hits.filter((hit) => hit !== '') : [line])
        await process.out(`${prefix}${number}${text}\n`)
    }
    if (flags.has('l') && count > 0) await process.out(`${name === '' ? '(standard input)' : name}\n`)
    else if (flags.has('c') && !quiet) await process.out(`${prefix}${count}\n`)
  })
  return status > 0 && !(quiet && found) ? 2 : found ? 0 : 1
}

/** sed's s, d, p, q with line numbers, `$` and /patterns/ as addresses; -n, -e, -E, -i. */
export const sed: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(process.argv.slice(1), ['n', 'E', 'r', 'i', 's', 'u', 'e:'])
  if (bad !== undefined) return badOption(process, bad)
  const rest = [...operands]
  const script = values.get('e') ?? rest.shift() ?? ''
  const commands: SedCommand[] = []
  for (const text of script.split(/[;\n](?![^{]*\})/).map((part) => part.trim())) {
    if (text === '') continue
    const command = parseSed(text, flags.has('E') || flags.has('r'))
    if (command === undefined)
      return complain(process, `-e expression #1, char ${script.length}: unknown command: \`${text.charAt(0)}'`)
    commands.push(command)
  }
  const edit = (lines: readonly string[]): string => {
    let output = ''
    const active = new Set<SedCommand>()
    for (const [index, original] of lines.entries()) {
      let line = original
      let deleted = false
      let quit = false
      for (const command of commands) {
        if (!inRange(command, index + 1, line, lines.length, active)) continue
        if (command.verb === 'd') deleted = true
        else if (command.verb === 'p') output += `${line}\n`
        else if (command.verb === 'q') quit = true
        else if (command.verb === 's') {
          const changed = line.replace(command.regexp, (...match: unknown[]) =>
            substitute(command.replacement, match.map(String)),
          )
          if (command.prints && changed !== line) output += `${changed}\n`
          line = changed
        }
        if (deleted) break
      }
      if (!deleted && !flags.has('n')) output += `${line}\n`
      if (quit) break
    }
    return output
  }
  return eachInput(process, rest, async (read, name) => {
    const output = edit(linesOf(await everything(read)))
    if (flags.has('i') && name !== '') await process.writeFile(name, output)
    else await process.out(output)
  })
}

type Address = number | '$' | RegExp
type SedCommand = { readonly from: Address | undefined; readonly to: Address | undefined } & (
  | { readonly verb: 'd' | 'p' | 'q' }
  | { readonly verb: 's'; readonly regexp: RegExp; readonly replacement: string; readonly prints: boolean }
)

function parseSed(text: string, isExtended: boolean): SedCommand | undefined {
  const address = '(\\d+|\\$|/(?:[^/\\\\]|\\\\.)*/)'
  const match = new RegExp(`^(?:${address}(?:\\s*,\\s*${address})?)?\\s*(.)(.*)$`, 's').exec(text)
  if (match === null) return undefined
  const translate = isExtended ? extended : basic
  const addressOf = (part: string | undefined): Address | undefined =>
    part === undefined
      ? undefined
      : part === '$'
        ? '$'
        : part.startsWith('/')
          ? new RegExp(translate(part.slice(1, -1).replaceAll('\\/', '/')))
          : Number(part)
  const range = { from: addressOf(match[1]), to: addressOf(match[2]) }
  const verb = match[3]
  if (verb === 'd' || verb === 'p' || verb === 'q') return { ...range, verb }
  if (verb !== 's') return undefined
  const delimiter = (match[4] ?? '').charAt(0)
  const parts = (match[4] ?? '').slice(1).split(new RegExp(`(?<!\\\\)\\${delimiter}`))
  if (parts.length < 3) return undefined
  const [pattern = '', replacement = '', options = ''] = parts
  const unescape = (part: string): string => (delimiter === '\\' ? part : part.replaceAll(`\\${delimiter}`, delimiter))
  const regexp = new RegExp(
    translate(unescape(pattern)),
    `${options.includes('g') ? 'g' : ''}${/i/i.test(options) ? 'i' : ''}`,
  )
  return { ...range, verb, regexp, replacement: unescape(replacement), prints: options.includes('p') }
}

function inRange(command: SedCommand, number: number, line: string, last: number, active: Set<SedCommand>): boolean {
  const hits = (address: Address): boolean =>
    address === '$' ? number === last : typeof address === 'number' ? number === address : address.test(line)
  if (command.from === undefined) return true
  if (command.to === undefined) return hits(command.from)
  if (active.has(command)) {
    if (hits(command.to) || (typeof command.to === 'number' && number >= command.to)) active.delete(command)
    return true
  }
  if (!hits(command.from)) return false
  if (!(typeof command.to === 'number' && command.to <= number)) active.add(command)
  return true
}

function substitute(replacement: string, match: readonly string[]): string {
  return replacement.replaceAll(
    /\\(\d)|\\n|\\(.)|&/g,
    (found, group: string | undefined, literal: string | undefined) => {
      if (found === '&') return match[0] ?? ''
      if (group !== undefined) return match[Number(group)] ?? ''
      return found === '\\n' ? '\n' : (literal ?? '')
    },
  )
}

/** A basic regular expression (POSIX) in JavaScript's words. */
function basic(text: string): string {
  return classes(
    text
      .replaceAll(
        /\\([(){}|+?])|([(){}|+?])/g,
        (_, escaped: string | undefined, plain: string | undefined) => escaped ?? `\\${plain}`,
      )
      .replace(/^\*/, '\\*'),
  )
}

function extended(text: string): string {
  return classes(text)
}

function classes(text: string): string {
  return text
    .replaceAll('[:space:]', '\\s')
    .replaceAll('[:digit:]', '0-9')
    .replaceAll('[:alpha:]', 'A-Za-z')
    .replaceAll('[:alnum:]', 'A-Za-z0-9')
    .replaceAll('[:upper:]', 'A-Z')
    .replaceAll('[:lower:]', 'a-z')
}
