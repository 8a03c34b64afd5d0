/** One thing that was looked at. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  /** What to do about it. */
  readonly hint?: string
  /** It works, but somebody should know: `ok` is true. */
  readonly warns?: true
}

/** Looks at something; what it throws is the result. */
export async function looked(name: string, hint: string, look: () => Promise<string>): Promise<CheckResult> {
  try {
    return { name, ok: true, detail: await look() }
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error), hint }
  }
}

/** Results as lines for people. */
export function checkLines(results: readonly CheckResult[]): string[] {
  return results.flatMap(({ name, ok, detail, hint, warns = false }) => [
    `${!ok ? '✘' : warns ? '!' : '✔'} ${name}: ${detail}`,
    ...((ok && !warns) || hint === undefined ? [] : [`    ${hint}`]),
  ])
}
