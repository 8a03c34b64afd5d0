import type { BiosValue } from '../configuration.ts'
import type { CfgSetting } from './bios-cfg.ts'

/** The value of a setting: a number, or a text; null for a password and where the file shows none. */
export function valueOf(setting: CfgSetting): BiosValue {
  const { value } = setting
  if (isSecret(setting) || value === undefined) return null
  return isNumber(setting) && /^\d{1,15}$/.test(value) ? Number(value) : value
}

/**
 * True for numbers that JavaScript holds exactly. 64-bit ones (an SGX epoch may be 15521488688214965697) stay texts,
 * whatever their value is now: the largest allowed one decides.
 */
export function isNumber({ type, max, value }: Pick<CfgSetting, 'type' | 'max' | 'value'>): boolean {
  return type === 'Numeric' && [max, value].every((digits) => digits === undefined || isSafe(digits))
}

/** True for passwords, also where the file holds them as any other text (`Password` of the menu for erasing disks). */
export function isSecret({ type, name }: Pick<CfgSetting, 'type' | 'name'>): boolean {
  return type === 'Password' || (type === 'String' && isSecretName(name.trim()))
}

/** True for what a password field or a setting that takes a password is called. */
export function isSecretName(name: string): boolean {
  return /\b(?:password|passphrase|passcode)\s*(?:#\d+)?$/i.test(name)
}

function isSafe(digits: string): boolean {
  return /^\s*-?\d+\s*$/.test(digits) && Number.isSafeInteger(Number(digits))
}
