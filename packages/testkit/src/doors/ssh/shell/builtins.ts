import { controlBuiltins, specialControlBuiltins } from './builtins-control.ts'
import { ioBuiltins } from './builtins-io.ts'
import { specialVariableBuiltins, variableBuiltins } from './builtins-variables.ts'
import type { Shell } from './shell.ts'

/** A command that the shell runs itself. `argv[0]` is its name. */
export type Builtin = (shell: Shell, argv: readonly string[]) => Promise<number> | number

/** POSIX special built-ins: assignments before them stay, their errors end the shell. */
export const specialBuiltins: ReadonlyMap<string, Builtin> = new Map(
  Object.entries({ ...specialControlBuiltins, ...specialVariableBuiltins }),
)

export const builtins: ReadonlyMap<string, Builtin> = new Map(
  Object.entries({ ...controlBuiltins, ...variableBuiltins, ...ioBuiltins }),
)
