import type { BiosValue } from './configuration.ts'
import type { BiosPlan } from './plan.ts'
import { printable } from './printable.ts'

/**
 * A plan as lines of plain text for a terminal or a chat, one fact a line. Data only: values from the device are
 * made printable, nothing is coloured or marked up. The first character says what the line is:
 * `~` changes, `=` is as wanted, `#` is preserved, `!` is a problem.
 */
export function renderDiff(plan: BiosPlan): string[] {
  const lines = [
    ...plan.changes.map(
      (change) =>
        `~ ${label(change)}: ${shown(change.from)}${change.staged === undefined ? '' : ` (somebody staged ${shown(change.staged)})`} -> ${shown(change.to)}`,
    ),
    ...plan.unchanged.map(
      (entry) =>
        `= ${label(entry)}: ${shown(entry.value)}${entry.by === undefined ? '' : ` (set by ${printable(entry.by)})`}`,
    ),
    ...plan.given.map((entry) => `= ${entry.canonical}: ${printable(entry.value)} (${printable(entry.reason)})`),
    ...plan.preserved.map(
      (entry) =>
        `# ${label(entry)}: ${shown(entry.value)} kept by ${printable(entry.glob)}, template wants ${shown(entry.wanted)}`,
    ),
    ...plan.problems.map((problem) => `! ${printable(problem.message, 2000)}`),
  ]
  return lines.length === 0 ? ['= the template wants nothing'] : lines
}

function label({ name, canonical }: { readonly name: string; readonly canonical?: string }): string {
  return canonical === undefined || canonical === name ? printable(name) : `${printable(name)} (${canonical})`
}

function shown(value: BiosValue): string {
  if (value === null) return '(not shown)'
  return value === '' ? '(empty)' : printable(value)
}
