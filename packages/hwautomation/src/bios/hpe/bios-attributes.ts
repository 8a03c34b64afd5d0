import type { BiosValue } from '../configuration.ts'

/** A JSON object from outside. Own keys only; made with `Object.fromEntries`, so `__proto__` is a key like any other. */
export type JsonObject = Readonly<Record<string, unknown>>

/** True for a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** The values of an `Attributes` object; anything nested in it is not a BIOS attribute and left out. */
export function attributesOf(value: unknown): Readonly<Record<string, BiosValue>> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, BiosValue] => isBiosValue(entry[1])),
  )
}

/** True for what an attribute can hold. */
export function isBiosValue(value: unknown): value is BiosValue {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  )
}
