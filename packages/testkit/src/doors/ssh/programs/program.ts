import type { Process } from '../os/process.ts'

/** A program of the image or one that was installed: reads `process.argv`, resolves with the exit code. `version` is that of its file. */
export type Program = (process: Process, version: string) => Promise<number> | number

/** `name: text` on stderr, and the exit code given. */
export async function complain(process: Process, text: string, code = 1): Promise<number> {
  await process.err(`${nameOf(process)}: ${text}\n`)
  return code
}

/** The program's own name, as GNU tools print it. */
export function nameOf(process: Process): string {
  return process.argv[0] ?? ''
}

/** `‘x’`: how GNU tools quote in a UTF-8 locale. */
export function quote(text: string): string {
  return `‘${text}’`
}

export interface Options {
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly operands: readonly string[]
}

/**
 * GNU-style options. `spec` lists flags (`r`, `parents`) and options with a value (`m:`, `mode:`).
 * Options may follow operands, `--` ends them. An unknown one comes back as `bad`, with its text.
 */
export function parseOptions(
  args: readonly string[],
  spec: readonly string[],
  permute = true,
): Options & { readonly bad?: string } {
  const flags = new Set<string>()
  const values = new Map<string, string>()
  const operands: string[] = []
  const isFlag = (name: string): boolean => spec.includes(name)
  const hasValue = (name: string): boolean => spec.includes(`${name}:`)
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? ''
    if (arg === '--') return { flags, values, operands: [...operands, ...args.slice(i + 1)] }
    if (arg === '-' || !arg.startsWith('-')) {
      if (!permute) return { flags, values, operands: args.slice(i) }
      operands.push(arg)
    } else if (arg.startsWith('--')) {
      const [name = '', ...rest] = arg.slice(2).split('=')
      if (hasValue(name)) {
        const value = rest.length > 0 ? rest.join('=') : args[(i += 1)]
        if (value === undefined) return { flags, values, operands, bad: `option '--${name}' requires an argument` }
        values.set(name, value)
      } else if (isFlag(name)) flags.add(name)
      else return { flags, values, operands, bad: `unrecognized option '${arg}'` }
    } else {
      for (let j = 1; j < arg.length; j += 1) {
        const letter = arg.charAt(j)
        if (isFlag(letter)) flags.add(letter)
        else if (hasValue(letter)) {
          const value = j + 1 < arg.length ? arg.slice(j + 1) : args[(i += 1)]
          if (value === undefined) return { flags, values, operands, bad: `option requires an argument -- '${letter}'` }
          values.set(letter, value)
          break
        } else return { flags, values, operands, bad: `invalid option -- '${letter}'` }
      }
    }
  }
  return { flags, values, operands }
}

/** GNU's answer to a bad option: the text, a hint, and the program's usage code (1 for most). */
export async function badOption(process: Process, text: string, code = 1): Promise<number> {
  const name = nameOf(process)
  await process.err(`${name}: ${text}\nTry '${name} --help' for more information.\n`)
  return code
}
