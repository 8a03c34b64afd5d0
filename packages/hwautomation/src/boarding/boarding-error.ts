import { HwError } from '../errors.ts'
import type { BoardingFinding } from './report.ts'

/** Findings that keep a machine out of service: broken or unknown, and not only advised. */
export function breaches(findings: readonly BoardingFinding[]): readonly BoardingFinding[] {
  return findings.filter(({ verdict, advised }) => verdict !== 'met' && !advised)
}

/** One finding that is not met, in words: rule, what was found, what is wanted. */
export function inWords({ rule, verdict, found, wanted }: BoardingFinding): string {
  return verdict === 'unknown'
    ? `${rule} is not known (${found}), must be ${wanted}`
    : `${rule}: ${found}, must be ${wanted}`
}

/** The error of a machine that may not go into service, naming every rule; undefined for one that may. */
export function boardingError(hostname: string, findings: readonly BoardingFinding[]): HwError | undefined {
  const broken = breaches(findings)
  if (broken.length === 0) return undefined
  const rules = broken.map(inWords)
  return new HwError({
    code: 'boarding.broken',
    kind: 'conflict',
    message: `${hostname} does not keep ${broken.length === 1 ? 'a boarding rule' : `${broken.length} boarding rules`} of its device type: ${rules.join('; ')}.`,
    hint: 'Set what is named by hand or in the device type’s template; a rule that this hardware cannot show belongs under boarding.advised.',
    context: { rules },
  })
}
