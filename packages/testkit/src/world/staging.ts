import type { Machine } from './machine.ts'
import type { BiosAttribute, BiosValue } from './model.ts'

/** Why a BIOS value can't be staged on a Dell server. `committed`: a job waits or runs. */
export type StagingFault = 'unknown' | 'read-only' | 'locked' | 'value' | 'committed'

/**
 * Whether a server with a Lifecycle Controller takes a value, given as text. Letter case of a value matters (a deployment
 * script's note: `Uefi`, not `UEFI`). What is staged already counts for dependencies: a setting is unlocked as soon as the
 * one it waits for is staged (public notes on EnableTdx and EnableTdxSeamldr). Staging what is in force takes a staged
 * change back (assumed).
 */
export function stagingFault(
  machine: Machine,
  name: string,
  text: string,
): { readonly fault: StagingFault } | { readonly value: BiosValue; stage(): void } {
  const { bios, model, jobs } = machine
  const attribute = model.biosAttributes.find((candidate) => candidate.name === name)
  if (attribute === undefined) return { fault: 'unknown' }
  if (attribute.readOnly === true) return { fault: 'read-only' }
  if (jobs?.underWay !== undefined) return { fault: 'committed' }
  if (attribute.settable?.(new Map([...bios.current, ...bios.pending])) === false) return { fault: 'locked' }
  const value = parsed(attribute, text)
  if (value === undefined) return { fault: 'value' }
  return {
    value,
    stage() {
      if (bios.current.get(name) === value) bios.pending.delete(name)
      else bios.pending.set(name, value)
    },
  }
}

/** Undefined for a value that the attribute does not take. */
function parsed({ type, values, lower, upper, maxLength }: BiosAttribute, text: string): BiosValue | undefined {
  if (type === 'Integer') {
    const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
    return number >= (lower ?? -Infinity) && number <= (upper ?? Infinity) ? number : undefined
  }
  if (type === 'Enumeration') return values?.includes(text) === true ? text : undefined
  return text.length <= (maxLength ?? Infinity) && /^[ -~]*$/.test(text) ? text : undefined
}

/**
 * The values of a whole profile: what differs from what is in force, and how many the server does not take. Dependencies are judged with
 * all of them together; what the profile repeats as it is counts for nothing, even where it can't be written (assumed).
 */
export function stagedTogether(
  { bios, model }: Machine,
  wanted: ReadonlyMap<string, string>,
): { readonly changes: ReadonlyMap<string, BiosValue>; readonly rejected: number } {
  const values = new Map<string, BiosValue>()
  let rejected = 0
  for (const [name, text] of wanted) {
    const attribute = model.biosAttributes.find((candidate) => candidate.name === name)
    if (attribute !== undefined && String(bios.current.get(name) ?? '') === text) continue
    const value =
      attribute === undefined || attribute.readOnly === true || attribute.ownOnly === true
        ? undefined
        : parsed(attribute, text)
    if (value === undefined) rejected += 1
    else values.set(name, value)
  }
  const together = new Map([...bios.current, ...bios.pending, ...values])
  for (const name of values.keys()) {
    const attribute = model.biosAttributes.find((candidate) => candidate.name === name)
    if (attribute?.settable?.(together) !== false) continue
    values.delete(name)
    rejected += 1
  }
  return { changes: values, rejected }
}
