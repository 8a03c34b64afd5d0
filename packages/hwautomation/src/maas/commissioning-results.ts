import { z } from 'zod'
import type { Redactor } from '../redaction.ts'

const base64 = z.string().nullish()
const scriptResult = z.looseObject({
  id: z.int(),
  name: z.string(),
  status: z.int(),
  status_name: z.string(),
  exit_status: z.int().nullish(),
  output: base64,
  stdout: base64,
  stderr: base64,
})

/** One run of scripts on a machine, as `nodes/ID/results/SET/` shows it. Output comes in base64. */
export const MaasScriptSet = z.looseObject({
  id: z.int(),
  status: z.int(),
  status_name: z.string(),
  results: z.array(scriptResult),
})
export type MaasScriptSet = z.infer<typeof MaasScriptSet>

/**
 * Status numbers of a script. Source: MAAS src/maascommon/enums/scriptresult.py; 0-3, 5 and 9 also seen in recorded answers.
 * A script set without scripts has -1.
 */
export const SCRIPT_STATUS = {
  pending: 0,
  running: 1,
  passed: 2,
  failed: 3,
  timedOut: 4,
  aborted: 5,
  degraded: 6,
  installing: 7,
  failedInstalling: 8,
  skipped: 9,
  applyingNetworkConfiguration: 10,
  failedApplyingNetworkConfiguration: 11,
} as const

export interface ScriptResult {
  readonly name: string
  readonly status: number
  readonly statusName: string
  readonly exitStatus: number | undefined
  /** Failed, timed out, or could not be installed. */
  readonly failed: boolean
  /** Standard output and error together, redacted: the last part. Only where asked for, as is `stderr`. */
  readonly output?: string
  readonly stderr?: string
}

export interface ScriptSetResult {
  /** `current_commissioning_result_id` of the machine while it is the current one. */
  readonly id: number
  readonly status: number
  readonly statusName: string
  readonly scripts: readonly ScriptResult[]
}

const FAILED: ReadonlySet<number> = new Set([
  SCRIPT_STATUS.failed,
  SCRIPT_STATUS.timedOut,
  SCRIPT_STATUS.failedInstalling,
  SCRIPT_STATUS.failedApplyingNetworkConfiguration,
])

/** The wire's script set in plain terms; output is decoded, redacted and only then shortened to its last `tail` characters. */
export function scriptResults(
  set: MaasScriptSet,
  output: { readonly tail: number } | undefined,
  redactor: Redactor,
): ScriptSetResult {
  const shown = (text: string) => lastPart(redactor.text(text), output?.tail ?? 0)
  return {
    id: set.id,
    status: set.status,
    statusName: set.status_name,
    scripts: set.results.map((result) => ({
      name: result.name,
      status: result.status,
      statusName: result.status_name,
      exitStatus: result.exit_status ?? undefined,
      failed: FAILED.has(result.status),
      ...(output === undefined ? {} : { output: shown(combined(result)), stderr: shown(decoded(result.stderr)) }),
    })),
  }
}

/** `output` is both streams; where it is empty, one after the other. */
function combined(result: z.infer<typeof scriptResult>): string {
  return decoded(result.output) || decoded(result.stdout) + decoded(result.stderr)
}

function decoded(text: string | null | undefined): string {
  return Buffer.from(text ?? '', 'base64').toString('utf8')
}

function lastPart(text: string, length: number): string {
  return text.length > length ? `…${text.slice(text.length - length)}` : text
}
