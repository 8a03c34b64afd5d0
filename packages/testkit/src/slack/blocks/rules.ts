import { isObject, wordOf } from '../json.ts'
import type { BlockFault, SlackJson, SlackObject } from '../workspace.ts'

/** Where a value stands, and who wants to hear of faults. */
export interface Place {
  readonly pointer: string
  readonly report: (fault: BlockFault) => void
}

/** Looks at one value and reports what is wrong with it. */
export type Rule = (value: SlackJson, place: Place) => void

/** A field that may be left out. */
export interface Optional {
  readonly optional: Rule
}

/** The same value one step further in. */
export function inside(place: Place, key: string | number): Place {
  return { ...place, pointer: `${place.pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}` }
}

export function fault(place: Place, message: string): void {
  place.report({ pointer: place.pointer, message })
}

export function optional(rule: Rule): Optional {
  return { optional: rule }
}

/** Words as Slack's own: "must be less than 76 characters" for a limit of 75, "must be more than 0 characters". */
export function text(most: number, least = 0): Rule {
  return (value, place) => {
    if (typeof value !== 'string') return fault(place, 'must be a string')
    const { length } = Array.from(value)
    if (length > most) fault(place, `must be less than ${most + 1} characters`)
    if (length < least) fault(place, `must be more than ${least - 1} characters`)
  }
}

export function whole(least: number, most: number): Rule {
  return (value, place) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return fault(place, 'must be a valid integer')
    if (value < least) fault(place, `must be greater than or equal to ${least}`)
    if (value > most) fault(place, `must be less than or equal to ${most}`)
  }
}

export const flag: Rule = (value, place) => {
  if (typeof value !== 'boolean') fault(place, 'must be a valid boolean')
}

export const anyNumber: Rule = (value, place) => {
  if (typeof value !== 'number') fault(place, 'must be a valid number')
}

/** Anything: what this kind of field holds is not looked at. */
export const anything: Rule = () => {}

export function oneOf(...allowed: readonly string[]): Rule {
  return (value, place) => {
    if (typeof value !== 'string' || !allowed.includes(value)) fault(place, 'must be a valid enum value')
  }
}

/** slackapi, adobe/spacecat-api-service#176: "no more than 25 items allowed". */
export function list(rule: Rule, most: number, least = 1): Rule {
  return (value, place) => {
    if (!Array.isArray(value)) return fault(place, 'must be an array')
    if (value.length > most) fault(place, `no more than ${most} items allowed`)
    if (value.length < least) fault(place, `must have at least ${least} item${least === 1 ? '' : 's'}`)
    for (const [index, item] of value.entries()) rule(item, inside(place, index))
  }
}

export type Fields = Readonly<Record<string, Rule | Optional>>

/** An object with exactly these fields. `type` need not be listed. */
export function shape(fields: Fields, also?: (value: SlackObject, place: Place) => void): Rule {
  return (value, place) => {
    if (!isObject(value)) return fault(place, 'must be an object')
    for (const [name, rule] of Object.entries(fields)) {
      const given = value[name]
      if (given !== undefined && given !== null)
        (typeof rule === 'function' ? rule : rule.optional)(given, inside(place, name))
      else if (typeof rule === 'function') fault(place, `missing required field: ${name}`)
    }
    for (const name of Object.keys(value))
      if (name !== 'type' && !Object.hasOwn(fields, name)) fault(place, `invalid additional property: ${name}`)
    also?.(value, place)
  }
}

/** An object whose `type` says which rule holds. */
export function byType(rules: Readonly<Record<string, Rule>>): Rule {
  return (value, place) => {
    if (!isObject(value)) return fault(place, 'must be an object')
    const { type } = value
    if (type === undefined) return fault(place, 'missing required field: type')
    const rule = typeof type === 'string' && Object.hasOwn(rules, type) ? rules[type] : undefined
    if (rule === undefined) return fault(inside(place, 'type'), `unsupported type: ${wordOf(type)}`)
    rule(value, place)
  }
}
