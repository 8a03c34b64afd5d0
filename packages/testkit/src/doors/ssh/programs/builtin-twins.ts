import { formatPrintf } from './printf.ts'
import { badOption, complain, nameOf, type Program } from './program.ts'
import { evaluateTest, TestError } from './test.ts'

const test: Program = async (process) => {
  const args = process.argv.slice(1)
  if (nameOf(process).endsWith('[') && args.pop() !== ']') return complain(process, 'missing ‘]’', 2)
  try {
    return evaluateTest(args, process) ? 0 : 1
  } catch (error) {
    if (error instanceof TestError) return complain(process, error.message, 2)
    throw error
  }
}

const echo: Program = async (process) => {
  const args = process.argv.slice(1)
  await process.out(args[0] === '-n' ? args.slice(1).join(' ') : `${args.join(' ')}\n`)
  return 0
}

const printf: Program = async (process) => {
  const [format, ...args] = process.argv.slice(1)
  if (format === undefined) return badOption(process, 'missing operand')
  const { output, errors } = formatPrintf(format, args)
  await process.write(1, output)
  for (const error of errors) await complain(process, error)
  return errors.length > 0 ? 1 : 0
}

/** Programs that a shell has as builtins, too. */
export const twinPrograms: Readonly<Record<string, Program>> = {
  test,
  '[': test,
  echo,
  printf,
  true: () => 0,
  false: () => 1,
}
