import type { BiosBoard, BiosConfiguration, BiosValue } from '../configuration.ts'
import { conditionHolds } from '../condition.ts'
import { biosCfgOf } from './bios-cfg.ts'
import type { BiosCfg, CfgSetting } from './bios-cfg.ts'
import { conditionsOf } from './conditions.ts'
import { byNativeName, nativeName } from './names.ts'
import { valueOf } from './values.ts'
import type { XmlElement } from './xml.ts'

/**
 * The settings in a file of `sum` or `saa`, by native name. Option and check box values are their texts, passwords are null.
 * @throws HwError `bios.file-invalid` when two settings have one name
 */
export function configurationOfFile(root: XmlElement): BiosConfiguration {
  const cfg = biosCfgOf(root)
  const settings = byNativeName(cfg.settings)
  const attributes = Object.fromEntries([...settings].map(([name, setting]) => [name, valueOf(setting)]))
  const administrator = cfg.settings.find(({ type, name }) => type === 'Password' && /^\s*administrator/i.test(name))
  const bootOrderSettings = bootOrderOf(cfg, attributes)
  return {
    vendor: 'supermicro',
    board: boardOf(cfg.headings),
    resource: { type: 'BiosCfg', path: 'GetCurrentBiosCfg' },
    attributes,
    ...(bootOrderSettings.length === 0 ? {} : { bootOrderSettings }),
    ...(administrator === undefined
      ? {}
      : { administratorPassword: administrator.hasPassword === true ? 'set' : 'unset' }),
  }
}

/** Heading of the menu Main: `Supermicro X11DPH-T`, `BIOS Version(3.3)`, `Build Date(02/24/2020)`. */
function boardOf(headings: readonly string[]): BiosBoard {
  const found = (pattern: RegExp) =>
    headings
      .map((heading) => pattern.exec(heading.trim())?.[1]?.trim())
      .find((text) => text !== undefined && text !== '')
  const fields = {
    product: found(/^Supermicro\s+(\S.*)$/i),
    romVersion: found(/^BIOS Version\s*\((.*)\)$/i),
    romDate: found(/^Build Date\s*\((.*)\)$/i),
  }
  return {
    manufacturer: 'Supermicro',
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  }
}

/**
 * The settings `Boot Option #n` of the menu Boot that are in force. The board lists one set per boot mode (UEFI, legacy,
 * dual), under the same names (X11DP) or as `UEFI Boot Option #n` (X11SC); their `WorkIf` tells which one counts.
 * Empty where that is not clear.
 */
function bootOrderOf(cfg: BiosCfg, attributes: Readonly<Record<string, BiosValue>>): readonly string[] {
  const conditionOf = conditionsOf(cfg.settings)
  const after = (name: string) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined)
  const numbered = cfg.settings.flatMap((setting) => {
    const place = bootPlace(setting)
    if (place === undefined) return []
    const works = setting.worksIf.every((text) => conditionHolds(conditionOf(text), after) === true)
    return works ? [{ place, name: nativeName(setting) }] : []
  })
  const inOrder = numbered.toSorted((a, b) => a.place - b.place)
  return inOrder.every(({ place }, index) => place === index + 1) ? inOrder.map(({ name }) => name) : []
}

function bootPlace({ name, menus, type }: CfgSetting): number | undefined {
  const place = /^(?:(?:UEFI|Legacy|Dual) )?Boot Option #(\d+)$/i.exec(name.trim())?.[1]
  const inBoot = menus.length === 1 && menus[0]?.name.trim().toLowerCase() === 'boot'
  return place !== undefined && inBoot && type === 'Option' ? Number(place) : undefined
}
