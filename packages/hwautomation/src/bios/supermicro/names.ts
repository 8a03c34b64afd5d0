import { HwError } from '../../errors.ts'
import { printable } from '../printable.ts'
import type { CfgSetting, Named } from './bios-cfg.ts'

/** Between the menus of a native name. */
export const BETWEEN = ' > '

/**
 * The native name of a setting: its menus and itself without outer blanks, joined by ` > `; whatever carries `order` has
 * `#n` behind its name: `Advanced > Serial Port Console Redirection > Console Redirection#1`.
 */
export function nativeName({ menus, ...own }: Pick<CfgSetting, 'menus' | 'name' | 'order'>): string {
  return [...menus, own].map(segment).join(BETWEEN)
}

function segment({ name, order }: Named): string {
  return order === undefined ? name.trim() : `${name.trim()}#${order}`
}

/**
 * The settings by native name, in the order of the file.
 * @throws HwError `bios.file-invalid` when two have one name: writing to it would be a guess; for more settings than a board has
 */
export function byNativeName(settings: readonly CfgSetting[]): ReadonlyMap<string, CfgSetting> {
  const named = new Map<string, CfgSetting>()
  if (settings.length > MOST_SETTINGS) throw tooMuch(`${settings.length} settings, more than ${MOST_SETTINGS}`)
  let characters = 0
  for (const setting of settings) {
    const name = nativeName(setting)
    characters += name.length
    if (characters > MOST_CHARACTERS) throw tooMuch(`names of more than ${MOST_CHARACTERS} characters`)
    if (named.has(name))
      throw new HwError({
        code: 'bios.file-invalid',
        kind: 'invalid',
        message: `The Supermicro BIOS configuration has two settings named ${printable(name, 300)}.`,
        hint: 'The tool numbers equal names by `order`; one that does not cannot be written to safely. Try a newer `sum` or `saa`.',
      })
    named.set(name, setting)
  }
  return named
}

/** Files of dual-socket boards have 1,500 settings with names of a hundred characters. */
const MOST_SETTINGS = 6000
/** In all: every setting repeats the names of its menus, which a device could make long. */
const MOST_CHARACTERS = 4 * 1024 * 1024

function tooMuch(what: string): HwError {
  return new HwError({
    code: 'bios.file-invalid',
    kind: 'invalid',
    message: `The Supermicro BIOS configuration has ${what}: no board has that.`,
    hint: 'Export it by hand on the machine and look at it.',
  })
}
