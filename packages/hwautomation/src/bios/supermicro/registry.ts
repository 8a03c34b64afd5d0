import type { BiosCondition, BiosRegistry, RegistryAttribute } from '../configuration.ts'
import { biosCfgOf } from './bios-cfg.ts'
import type { CfgSetting } from './bios-cfg.ts'
import { conditionsOf } from './conditions.ts'
import type { ToCondition } from './conditions.ts'
import { byNativeName } from './names.ts'
import { isNumber, isSecret, valueOf } from './values.ts'
import type { XmlElement } from './xml.ts'

/**
 * What exists and is allowed on a board, from the same file as its values: types, choices, ranges, and when a setting
 * works. The tool has no separate registry.
 *
 * @param licences those that are active on the machine, where that is known; settings that need another one are marked
 * @throws HwError `bios.file-invalid` when two settings have one name
 */
export function registryOfFile(root: XmlElement, licences?: readonly string[]): BiosRegistry {
  const { settings } = biosCfgOf(root)
  const conditionOf = conditionsOf(settings)
  const attributes = [...byNativeName(settings)].map(
    ([name, setting]) => [name, attributeFrom(name, setting, conditionOf, licences)] as const,
  )
  return { attributes: Object.fromEntries(attributes), dependencies: [] }
}

/** The licences that settings of this file need. */
export function licencesNeeded(root: XmlElement): readonly string[] {
  const needed = biosCfgOf(root).settings.map(({ licence }) => licence)
  return [...new Set(needed.filter((licence) => licence !== undefined))]
}

function attributeFrom(
  name: string,
  setting: CfgSetting,
  conditionOf: ToCondition,
  licences: readonly string[] | undefined,
): RegistryAttribute {
  const { licence } = setting
  const conditions = setting.worksIf.map(conditionOf)
  const valuesIf = setting.options.flatMap(({ text, validIf }) =>
    validIf === undefined ? [] : [{ value: text, condition: conditionOf(validIf) }],
  )
  return {
    name,
    displayName: setting.name.trim(),
    readOnly: false,
    grayOut: false,
    ...typeOf(setting),
    ...(conditions.length === 0 ? {} : { worksIf: allOf(conditions) }),
    ...(valuesIf.length === 0 ? {} : { valuesIf }),
    ...(licence !== undefined && licences?.some((active) => isIn(active, licence)) === false
      ? { missingLicence: licence }
      : {}),
  }
}

function typeOf(setting: CfgSetting): Pick<RegistryAttribute, 'type'> & Partial<RegistryAttribute> {
  const common = setting.default === undefined ? {} : { default: valueOf({ ...setting, value: setting.default }) }
  switch (setting.type) {
    case 'Option':
      return { type: 'Enumeration', values: [...new Set(setting.options.map(({ text }) => text))], ...common }
    case 'CheckBox':
      return { type: 'Enumeration', values: ['Checked', 'Unchecked'], ...common }
    case 'Numeric':
      return isNumber(setting)
        ? { type: 'Integer', ...range(setting), ...common }
        : { type: 'String', ...digits(setting) }
    case 'String':
      return isSecret(setting) ? { type: 'Password' } : { type: 'String', ...sizes(setting), ...common }
    case 'Password':
      return { type: 'Password', ...sizes(setting) }
    default:
      return setting.type satisfies never
  }
}

/** A step of 0 is written for "any". */
function range({ min, max, step }: CfgSetting): Partial<RegistryAttribute> {
  return numbers({ lower: min, upper: max, step: step === '0' ? undefined : step })
}

function digits({ max }: CfgSetting): Partial<RegistryAttribute> {
  return { minLength: 1, maxLength: max?.trim().length ?? 20 }
}

function sizes({ minSize, maxSize }: CfgSetting): Partial<RegistryAttribute> {
  return numbers({ minLength: minSize, maxLength: maxSize })
}

function numbers(members: Readonly<Record<string, string | undefined>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, text]) =>
      text === undefined || !/^\s*-?\d{1,15}\s*$/.test(text) ? [] : [[name, Number(text)]],
    ),
  )
}

function allOf(conditions: readonly BiosCondition[]): BiosCondition {
  const [first] = conditions
  return first !== undefined && conditions.length === 1 ? first : { kind: 'all', of: conditions }
}

/** A key is called `SFT-DCMS-Single` in one place and `SFT-DCMS-SINGLE` in another, `OOB` here and `SFT-OOB-LIC` there. */
function isIn(active: string, needed: string): boolean {
  return needed.toLowerCase().includes(active.trim().toLowerCase())
}
