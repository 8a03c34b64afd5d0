import { printable } from '../printable.ts'
import type { BiosMessage } from './bios-resource.ts'

/** One attribute that POST did not accept. */
export interface AttributeProblem {
  /** Native name; empty where the message names none. */
  readonly attribute: string
  /** The registry's word, e.g. `PropertyUnknown`. */
  readonly key: string
  /** The rejected value, where the message has it. */
  readonly value?: string
  readonly message: string
}

/**
 * What the last POST said of the staged settings:
 * `ok` = exactly what HPE leaves after a clean run; `rejected` = some attributes were refused (the others of the same
 * write are in force!); `none` = no message, so nobody can tell.
 */
export type BiosVerdict =
  | { readonly verdict: 'ok' }
  | { readonly verdict: 'none' }
  | { readonly verdict: 'rejected'; readonly problems: readonly AttributeProblem[] }

/**
 * Reads `@Redfish.Settings.Messages` of the current resource. The first entry is `Success` even when attributes failed
 * (HPE iLO RESTful API: error responses), so every entry counts. iLO sends ids without texts, from registries of
 * changing versions: only the last segment of an id tells what it is.
 */
export function biosVerdict(messages: readonly BiosMessage[]): BiosVerdict {
  if (messages.length === 0) return { verdict: 'none' }
  const problems = messages.filter((message) => !HARMLESS.has(keyOf(message.id))).map(problemOf)
  return problems.length === 0 ? { verdict: 'ok' } : { verdict: 'rejected', problems }
}

/** `Base.1.0.PropertyUnknown` and `iLO.2.15.SystemResetRequired`: the last segment is the key. */
export function keyOf(messageId: string): string {
  return messageId.slice(messageId.lastIndexOf('.') + 1)
}

const HARMLESS: ReadonlySet<string> = new Set([
  'Success',
  'NoOperation',
  'SystemResetRequired',
  'ResetRequired',
  'Created',
  'Accepted',
])

interface Text {
  /**
   * Which argument names the attribute, which the value. Seen on HPE for PropertyUnknown only; for the others the order of
   * DMTF's Base registry is assumed.
   */
  readonly attribute: number
  readonly value?: number
  readonly says: string
}

const TEXTS: ReadonlyMap<string, Text> = new Map<string, Text>([
  ['PropertyUnknown', { attribute: 0, says: 'the board has no such attribute' }],
  ['PropertyNotWritable', { attribute: 0, says: 'it is read-only' }],
  ['PropertyNotWriteable', { attribute: 0, says: 'it is read-only' }],
  ['PropertyMissing', { attribute: 0, says: 'it is required and was missing' }],
  ['PropertyValueNotInList', { attribute: 1, value: 0, says: 'the value is not in the list of allowed ones' }],
  ['PropertyValueTypeError', { attribute: 1, value: 0, says: 'the value has the wrong type' }],
  ['PropertyValueFormatError', { attribute: 1, value: 0, says: 'the value has the wrong form' }],
  ['PropertyValueOutOfRange', { attribute: 1, value: 0, says: 'the value is out of range' }],
  ['PropertyValueConflict', { attribute: 0, says: 'it conflicts with another setting' }],
  ['PropertyValueModified', { attribute: 0, value: 1, says: 'another value was taken' }],
  ['PropertyDuplicate', { attribute: 0, says: 'it was given twice' }],
])

function problemOf({ id, args, related }: BiosMessage): AttributeProblem {
  const key = keyOf(id)
  const text = TEXTS.get(key)
  const attribute = pointed(related[0]) ?? args[text?.attribute ?? 0] ?? ''
  const value = text?.value === undefined ? undefined : args[text.value]
  const of = value === undefined ? '' : ` = ${printable(value)}`
  const says = text?.says ?? `iLO says ${printable(id)}${args.length === 0 ? '' : ` (${printable(args.join(', '))})`}`
  return {
    attribute,
    key,
    ...(value === undefined ? {} : { value }),
    message: `${attribute === '' ? 'BIOS settings' : printable(attribute)}${of}: ${says}`,
  }
}

/** `#/Dhcpv8`: the related property lacks `/Attributes` on HPE, other firmware has it. */
function pointed(pointer: string | undefined): string | undefined {
  const name = pointer?.replace(/^#?\/(?:Attributes\/)?/, '')
  return name === undefined || name === '' ? undefined : name
}
