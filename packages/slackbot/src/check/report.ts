/** One thing that was looked at. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  /** What to do about it. */
  readonly hint?: string
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
  return results.flatMap(({ name, ok, detail, hint }) => [
    `${ok ? '✔' : '✘'} ${name}: ${detail}`,
    ...(ok || hint === undefined ? [] : [`    ${hint}`]),
  ])
}
