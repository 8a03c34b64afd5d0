import { OsError } from '../os/errno.ts'
import type { Process } from '../os/process.ts'
import type { Program } from '../programs/program.ts'
import { Shell } from './shell.ts'

/** `/bin/sh` and `/bin/bash`: `sh -c TEXT [NAME [ARG…]]`, `sh FILE [ARG…]`, `sh -s`, or commands on stdin. */
export const shellProgram: Program = async (process) => {
  const [argv0 = 'sh', ...args] = process.argv
  const flavour = /(?:^|\/|-)bash$/.test(argv0) ? 'bash' : 'dash'
  const shell = new Shell(process, { name: argv0, flavour })
  let command = false
  let fromStdin = false
  while (/^[-+]./.test(args[0] ?? '')) {
    const option = args.shift() ?? ''
    if (option === '--') break
    if (/^--(?:login|norc|noprofile|posix)$/.test(option)) continue
    for (const letter of option.slice(1)) {
      if (letter === 'c') command = true
      else if (letter === 's') fromStdin = true
      else if (letter === 'o') await shell.builtin('set')?.run(shell, ['set', '-o', args.shift() ?? ''])
      else if ('efuxalmn'.includes(letter)) shell.options.add(letter)
      else if (letter !== 'i') {
        await process.err(`${argv0}: 0: Illegal option -${letter}\n`)
        return 2
      }
    }
  }
  if (command) {
    const [text, name = argv0, ...parameters] = args
    if (text === undefined) {
      await process.err(
        flavour === 'bash' ? `${argv0}: -c: option requires an argument\n` : `${argv0}: 0: -c requires an argument\n`,
      )
      return 2
    }
    shell.name = name
    shell.parameters = parameters
    return shell.main(text)
  }
  const [file, ...parameters] = args
  if (fromStdin || file === undefined) {
    shell.parameters = args
    return shell.main(lines(process))
  }
  shell.name = file
  shell.parameters = parameters
  try {
    return await shell.main((await process.readFile(file)).toString('utf8'))
  } catch (error) {
    if (!(error instanceof OsError)) throw error
    await process.err(
      flavour === 'bash' ? `${argv0}: ${file}: ${error.message}\n` : `${argv0}: 0: cannot open ${file}: No such file\n`,
    )
    return flavour === 'bash' ? 127 : 2
  }
}

async function* lines(process: Process): AsyncGenerator<string> {
  let rest = ''
  for (;;) {
    const chunk = await process.read(0)
    if (chunk.length === 0) break
    rest += chunk.toString('utf8')
    const parts = rest.split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) yield `${part}\n`
  }
  if (rest !== '') yield rest
}
