import type { SlackJson, SlackObject } from './workspace.ts'

/** A JSON object, not an array. */
export function isObject(value: SlackJson | undefined): value is SlackObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** The objects of what may be a list. */
export function objectsOf(value: SlackJson | undefined): SlackObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** A string, or a number or boolean as text; empty for anything else. */
export function wordOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : ''
}
