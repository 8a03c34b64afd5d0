import type { SettingName } from '../settings.ts'
import type { BiosVendor, Board, Meaning } from '../vendor.ts'
import { bootRetry } from './boot-mode.ts'
import { supermicroMappings } from './mapping.ts'
import type { NativeForm, NativePart, SupermicroMapping } from './mapping.ts'
import { supermicroNetworkBoot, supermicroPxe, supermicroReach } from './network-boot.ts'
import { BETWEEN } from './names.ts'
import { offered, settingsAt } from './places.ts'
import { isSecretName } from './values.ts'

/** Supermicro: names are menu paths of the BIOS configuration file of `sum` and `saa`. */
export const supermicroBios: BiosVendor = {
  meaning,
  isAction: (name) => ACTIONS.some((action) => action.test(ownName(name))),
  isSecret: (name) => isSecretName(ownName(name)),
  reach: supermicroReach,
  networkBoot: supermicroNetworkBoot,
  isNetworkBootEntry: (entry) => /^(?:UEFI\s+)?(?:Network|PXE|HTTP)\b|^IBA\b|^FlexBoot\b/i.test(entry.trim()),
  // Everything in the file can be written, save what its own conditions forbid.
  readOnlyReason: () => undefined,
  lockedBy: () => undefined,
  boardName: ({ product }) => (product === undefined ? 'this Supermicro board' : `Supermicro ${product}`),
}

/** They act at the next POST: erase disks and logs, clear the TPM, reset keys. Assumed from their help texts. */
const ACTIONS: readonly RegExp[] = [
  /^Erase\b/i,
  /^Pending Operation$/i,
  /^Security Function$/i,
  /^Device Reset$/i,
  /^(?:Reset|Restore|Clear|Enroll|Load|Save)\b.*\b(?:Keys?|Defaults?|Setup Mode|Type)\b/i,
  /^HTTP Boot One Time$/i,
  /^Select Owner EPOCH input type$/i,
]

function meaning(setting: SettingName, value: string | number, board: Board): Meaning {
  if (setting === 'pxe') return supermicroPxe(value === 'enabled' ? 'enabled' : 'disabled', board)
  if (setting === 'boot-retry') return bootRetry(value, board)
  const mapping: SupermicroMapping = supermicroMappings[setting]
  const there = mapping.forms.filter((form) => settingsAt(form[0].at, board.current).length > 0)
  const complete = there.find((form) =>
    needed(form, value).every(({ at, optional }) => optional === true || isThere(at, board)),
  )
  const form = complete ?? there[0]
  return form === undefined ? withoutSetting(mapping, value, board) : withForm(form, value, board)
}

function needed(form: NativeForm, value: string | number): readonly NativePart[] {
  return form.filter((part) => textsOf(part, value) !== undefined)
}

function isThere(at: string, { current }: Board): boolean {
  return settingsAt(at, current).length > 0
}

function withForm(form: NativeForm, value: string | number, board: Board): Meaning {
  const parts = needed(form, value).filter(({ at, optional }) => optional !== true || isThere(at, board))
  const [first] = form
  if (parts.length === 0)
    return { kind: 'unavailable', reason: `the setting ${nameOf(first, board)} has no value for \`${value}\`` }
  const attributes: { name: string; value: string }[] = []
  for (const part of parts) {
    const [name, ...others] = settingsAt(part.at, board.current)
    if (name === undefined) return { kind: 'unavailable', reason: `the board has no setting ${ownName(part.at)}` }
    if (others.length > 0)
      return {
        kind: 'unavailable',
        reason: `several settings could be meant (${[name, ...others].join(', ')}); name the one that is in \`native\``,
      }
    const text = offered(name, textsOf(part, value) ?? [], board.registry)
    if (text === undefined)
      return { kind: 'unavailable', reason: `the setting ${name} offers no value for \`${value}\` on this board` }
    attributes.push({ name, value: text })
  }
  return { kind: 'attributes', attributes }
}

function withoutSetting(mapping: SupermicroMapping, value: string | number, { current }: Board): Meaning {
  const { uefiOnly, absent, forms } = mapping
  const names = [...new Set(forms.map(([first]) => ownName(first.at)))].join(' nor ')
  if (uefiOnly === undefined || !UEFI_ONLY.test(current.board.product ?? ''))
    return { kind: 'unavailable', reason: absent ?? `the board has no setting ${names}` }
  return uefiOnly === value
    ? { kind: 'given', reason: 'this board knows UEFI only' }
    : { kind: 'unavailable', reason: 'this board knows UEFI only' }
}

/** Boards that dropped legacy boot, as far as their files name no boot mode: assumed. */
const UEFI_ONLY = /^(?:X1[3-9]|X2\d|H1[3-9])/i

function textsOf(part: NativePart, value: string | number): readonly string[] | undefined {
  return (part.values as Readonly<Record<string, readonly string[] | undefined>>)[String(value)]
}

function nameOf(part: NativePart, { current }: Board): string {
  return settingsAt(part.at, current)[0] ?? ownName(part.at)
}

/** The setting without its menus and number. */
function ownName(name: string): string {
  return (name.split(BETWEEN).at(-1) ?? name).replace(/#\d+$/, '')
}
