import type { BiosValue, RegistryAttribute } from './configuration.ts'
import { didYouMeanText } from './did-you-mean.ts'
import type { BiosProblemCode } from './plan.ts'
import { printable } from './printable.ts'

/** A value in the type the device wants, or why it cannot be one. */
export type Checked =
  | { readonly ok: true; readonly value: BiosValue }
  | { readonly ok: false; readonly code: BiosProblemCode; readonly message: string; readonly hint: string }

/**
 * Checks a wanted value against the registry, or without one against the type of the current value.
 * Vendors accept nonsense in the write itself (iLO answers 200) and tell at the next POST: so it is refused here.
 * A string pattern of the registry (`ValueExpression`) is not run: it is text from a device.
 */
export function checkValue(
  name: string,
  wanted: BiosValue,
  current: BiosValue | undefined,
  entry: RegistryAttribute | undefined,
): Checked {
  const type = entry?.type ?? typeOf(current)
  switch (type) {
    case 'Integer':
      return checkInteger(name, wanted, entry)
    case 'Boolean':
      return checkBoolean(name, wanted)
    case 'Enumeration':
      return checkEnumeration(name, String(wanted), entry?.values)
    case 'String':
      return checkString(name, String(wanted), entry)
    case 'Password':
      return refuse('secret', `${printable(name)} is a password.`, 'Passwords do not belong in a template.')
    default:
      return { ok: true, value: wanted }
  }
}

function typeOf(current: BiosValue | undefined): RegistryAttribute['type'] | undefined {
  if (typeof current === 'number') return 'Integer'
  if (typeof current === 'boolean') return 'Boolean'
  return typeof current === 'string' ? 'String' : undefined
}

function checkInteger(name: string, wanted: BiosValue, entry: RegistryAttribute | undefined): Checked {
  const value = typeof wanted === 'string' && /^-?\d{1,15}$/.test(wanted) ? Number(wanted) : wanted
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    return refuse('wrong-type', `${printable(name)} is a whole number; ${printable(wanted)} is not.`, 'Write a number.')
  const lower = entry?.lower ?? -Infinity
  const upper = entry?.upper ?? Infinity
  if (value < lower || value > upper)
    return refuse(
      'out-of-range',
      `${printable(name)} must be from ${lower} to ${upper}; ${value} is not.`,
      'Choose a number in that range.',
    )
  const step = entry?.step ?? 0
  if (step > 1 && Number.isFinite(lower) && (value - lower) % step !== 0)
    return refuse(
      'out-of-range',
      `${printable(name)} goes from ${lower} in steps of ${step}; ${value} is between two of them.`,
      'Choose a number on a step.',
    )
  return { ok: true, value }
}

function checkBoolean(name: string, wanted: BiosValue): Checked {
  if (wanted === true || wanted === 'true') return { ok: true, value: true }
  if (wanted === false || wanted === 'false') return { ok: true, value: false }
  return refuse(
    'wrong-type',
    `${printable(name)} is true or false; ${printable(wanted)} is neither.`,
    'Write true or false.',
  )
}

function checkEnumeration(name: string, wanted: string, allowed: readonly string[] | undefined): Checked {
  if (allowed === undefined || allowed.length === 0 || allowed.includes(wanted)) return { ok: true, value: wanted }
  const list = allowed.map((value) => printable(value, 60)).join(', ')
  return refuse(
    'not-allowed',
    `${printable(name)} cannot be ${printable(wanted)}; allowed: ${printable(list, 1000)}.${printable(didYouMeanText(wanted, allowed))}`,
    'Choose one of the allowed values.',
  )
}

function checkString(name: string, value: string, entry: RegistryAttribute | undefined): Checked {
  const shortest = entry?.minLength ?? 0
  const longest = entry?.maxLength ?? Infinity
  if (value.length >= shortest && value.length <= longest) return { ok: true, value }
  return refuse(
    'out-of-range',
    `${printable(name)} takes ${shortest} to ${longest} characters; ${printable(value)} has ${value.length}.`,
    'Choose a text of that length.',
  )
}

function refuse(code: BiosProblemCode, message: string, hint: string): Checked {
  return { ok: false, code, message, hint }
}
