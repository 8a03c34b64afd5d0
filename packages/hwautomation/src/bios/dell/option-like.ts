import type { BiosValue } from '../configuration.ts'

/** True for a value that `racadm set` would take for an option: `-f` is a file to import. Negative numbers are values. */
export function isOptionLike(value: BiosValue): boolean {
  return /^-(?!\d+$)/.test(String(value))
}
