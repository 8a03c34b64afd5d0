import { HwError } from '../../errors.ts'
import { ACTIVATE, sumExitCodes, unknownExitCode } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { errorBlockOf, lastWordsOf, plainOutput } from './sum-output.ts'

/** What one run of the tool ended with. */
export interface SumExit {
  readonly tool: 'sum' | 'saa'
  /** e.g. `ChangeBiosCfg`: never the arguments. */
  readonly command: string
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * The error for a run that failed; undefined for one that says it went well, which is no proof: what counts is what the
 * machine shows after the next boot. An error block counts even where the exit status is 0.
 */
export function sumError({ tool, command, code, stdout, stderr }: SumExit): HwError | undefined {
  const output = plainOutput({ stdout, stderr })
  const block = errorBlockOf(output)
  const exitCode = code === 0 ? (block?.exitCode ?? 0) : code
  const known = sumExitCodes.get(exitCode) ?? unknownExitCode
  if (known.kind === 'ok') return undefined
  const said = block?.message ?? block?.description ?? lastWordsOf(output)
  const { meaning, kind, hint } = moreExactly(output) ?? { ...known, kind: known.kind }
  return new HwError({
    code: 'bios.tool-failed',
    kind,
    message: `${tool} ${command} ended with ${exitCode}: ${meaning}${said === undefined ? '' : ` (${said})`}`,
    hint,
    context: {
      tool,
      verb: command,
      exitCode,
      ...(block?.programErrorCode === undefined ? {} : { programErrorCode: block.programErrorCode }),
      ...(said === undefined ? {} : { said }),
    },
  })
}

type Meaning = Omit<ExitCode, 'kind'> & { readonly kind: HwError['kind'] }

/** Causes that one exit code shares with others, by the words of the message. */
function moreExactly(output: string): Meaning | undefined {
  const block = errorBlockOf(output)
  const words = `${block?.message ?? output.slice(-2048)} ${block?.description ?? ''}`
  return CAUSES.find(({ says }) => says.test(words))?.means
}

/** The first is from a captured run (exit code 149 with HTTP 403); the wording of the second is assumed. */
const CAUSES: readonly { readonly says: RegExp; readonly means: Meaning }[] = [
  {
    says: /not licensed|licen[cs]es? .*(?:needed|required)|product key is not activated/i,
    means: {
      meaning: 'a licence is missing',
      kind: 'licence',
      hint: ACTIVATE,
    },
  },
  {
    says: /(?:administrator|setup|bios|current)[\w' -]{0,40} password|password (?:is )?(?:incorrect|invalid|required|needed|wrong)/i,
    means: {
      meaning: 'the BIOS has an administrator password',
      kind: 'auth',
      hint: 'hwautomation does not hand BIOS passwords to tools: remove the administrator password in the BIOS set-up (menu Security), or set these settings by hand.',
    },
  },
]
