import { formatPrintf } from '../programs/printf.ts'
import { evaluateTest, TestError } from '../programs/test.ts'
import type { Builtin } from './builtins.ts'
import type { Shell } from './shell.ts'

export const ioBuiltins: Readonly<Record<string, Builtin>> = {
  echo: async (shell, [, ...args]) => {
    await shell.process.write(1, shell.flavour === 'bash' ? bashEcho(args) : dashEcho(args))
    return 0
  },
  printf: async (shell, [, ...args]) => {
    const [format, ...values] = args[0] === '--' ? args.slice(1) : args
    if (format === undefined) return shell.fail('printf: usage: printf format [arg ...]')
    const { output, errors } = formatPrintf(format, values)
    await shell.process.write(1, output)
    for (const error of errors) await shell.complain(`printf: ${error}`)
    return errors.length > 0 ? 1 : 0
  },
  true: () => 0,
  false: () => 1,
  test: (shell, [name = '', ...args]) => test(shell, name, args),
  '[': (shell, [name = '', ...args]) => {
    if (args.at(-1) !== ']') return complain(shell, `${name}: missing ]`)
    return test(shell, name, args.slice(0, -1))
  },
}

async function test(shell: Shell, name: string, args: readonly string[]): Promise<number> {
  try {
    return evaluateTest(args, shell.process) ? 0 : 1
  } catch (error) {
    if (error instanceof TestError) return complain(shell, `${name}: ${error.message}`)
    throw error
  }
}

async function complain(shell: Shell, text: string): Promise<number> {
  await shell.complain(text)
  return 2
}

/** dash's echo knows `-n` and always interprets escapes; `\c` ends the output. */
function dashEcho(args: readonly string[]): Buffer {
  const newline = args[0] !== '-n'
  const { output, stopped } = formatPrintf.escapes((newline ? args : args.slice(1)).join(' '))
  return newline && !stopped ? Buffer.concat([output, Buffer.from('\n')]) : output
}

function bashEcho(args: readonly string[]): Buffer {
  const words = [...args]
  let newline = true
  let escapes = false
  while (/^-[neE]+$/.test(words[0] ?? '')) {
    const option = words.shift() ?? ''
    if (option.includes('n')) newline = false
    if (option.includes('e')) escapes = true
  }
  const text = words.join(' ')
  const { output, stopped } = escapes ? formatPrintf.escapes(text) : { output: Buffer.from(text), stopped: false }
  return newline && !stopped ? Buffer.concat([output, Buffer.from('\n')]) : output
}
