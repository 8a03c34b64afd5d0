import { didYouMean } from '../bios/did-you-mean.ts'
import { printable } from '../bios/printable.ts'
import { HwError } from '../errors.ts'
import type { DeviceType } from './device-type.ts'
import { normaliseArchitecture, normaliseName, normaliseVendor, saysNothing } from './vendors.ts'

/** What a machine says of itself: DMI strings and `uname -m`, as read. */
export interface MachineIdentity {
  readonly manufacturer?: string | undefined
  readonly product?: string | undefined
  readonly board?: string | undefined
  readonly architecture?: string | undefined
}

/** One way in which a machine is not what its device type says. */
export interface Mismatch {
  readonly field: 'manufacturer' | 'product' | 'board' | 'architecture'
  readonly expected: readonly string[]
  /** What the machine says, printable; `unknown` where it says nothing: that is no proof. */
  readonly found: string
}

/** Whether a machine is proven to be of a type. */
export type MatchResult = { readonly ok: true } | { readonly ok: false; readonly mismatches: readonly Mismatch[] }

/** The device types in force: the shipped ones and the operator's own. */
export class DeviceCatalogue {
  readonly #types: ReadonlyMap<string, DeviceType>

  constructor(types: Iterable<DeviceType>) {
    this.#types = new Map([...types].map((type) => [type.name, type]))
  }

  /** Names in alphabetical order. */
  names(): string[] {
    return [...this.#types.keys()].toSorted()
  }

  has(name: string): boolean {
    return this.#types.has(name)
  }

  /** @throws HwError `devices.unknown-type` (kind `invalid`), with the names that are near */
  get(name: string): DeviceType {
    const type = this.#types.get(name)
    if (type !== undefined) return type
    const near = didYouMean(name, this.#types.keys())
    throw new HwError({
      code: 'devices.unknown-type',
      kind: 'invalid',
      message: `There is no device type \`${printable(name, 64)}\`.`,
      hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Known: ${this.#someNames()}.`,
      context: { deviceType: printable(name, 64), didYouMean: near },
    })
  }

  #someNames(): string {
    const [names, most] = [this.names(), 12]
    const more = names.length > most ? `, and ${names.length - most} more (\`hwautomation devices list\`)` : ''
    return `${names.slice(0, most).join(', ') || 'none'}${more}`
  }

  /**
   * The type for work on a machine: one that machines can be proven to be of.
   * @throws HwError `devices.unknown-type`, `devices.incomplete` (both kind `invalid`)
   */
  usable(name: string): DeviceType {
    const type = this.get(name)
    if (type.incomplete === undefined) return type
    throw new HwError({
      code: 'devices.incomplete',
      kind: 'invalid',
      message: `The device type \`${type.name}\` is not complete: ${printable(type.incomplete)}.`,
      hint: `Describe it in a file of your own: \`extends: ${type.name}\`, with \`match\` (the board's DMI name) and \`incomplete: null\`.`,
      context: { deviceType: type.name },
    })
  }

  /**
   * Whether the machine is proven to be of this type. Everything the type demands must be known and fit:
   * a value that the machine does not say, or a placeholder, is a mismatch with `found: 'unknown'`.
   */
  matches(type: DeviceType, identity: MachineIdentity): MatchResult {
    const { match } = type
    const mismatches = [
      compare('manufacturer', [match.manufacturer], identity.manufacturer, normaliseVendor),
      ...(match.products === undefined ? [] : [compare('product', match.products, identity.product, normaliseName)]),
      ...(match.boards === undefined ? [] : [compare('board', match.boards, identity.board, normaliseName)]),
      compare('architecture', [match.architecture], identity.architecture, normaliseArchitecture),
    ].filter((mismatch) => mismatch !== undefined)
    return mismatches.length === 0 ? { ok: true } : { ok: false, mismatches }
  }

  /** The types a machine is proven to be of, by name; several types may describe one model. */
  candidates(identity: MachineIdentity): string[] {
    return this.names().filter((name) => {
      const type = this.get(name)
      return type.incomplete === undefined && this.matches(type, identity).ok
    })
  }
}

/**
 * The error for a machine that is not what its type says; thrown before anything is written to it.
 * @returns kind `invalid`, code `devices.mismatch`
 */
export function mismatchError(type: DeviceType, mismatches: readonly Mismatch[]): HwError {
  const parts = mismatches.map(({ field, expected, found }) => `${field} is ${found}, not ${expected.join(' or ')}`)
  return new HwError({
    code: 'devices.mismatch',
    kind: 'invalid',
    message: `The machine is not a ${type.name}: ${parts.join('; ')}.`,
    hint: 'Choose the device type that fits the machine, or correct `match` of the type. Nothing was written.',
    context: { deviceType: type.name, mismatches: parts },
  })
}

function compare(
  field: Mismatch['field'],
  expected: readonly string[],
  found: string | undefined,
  normalise: (value: string) => string,
): Mismatch | undefined {
  if (found === undefined || saysNothing(found)) return { field, expected, found: 'unknown' }
  const wanted = expected.map(normalise)
  return wanted.includes(normalise(found)) ? undefined : { field, expected, found: printable(found.trim(), 100) }
}
