import type { XmlElement } from './xml.ts'

/** A menu or setting as the file names it. */
export interface Named {
  /** With its leading blanks: `  TXT Support`. */
  readonly name: string
  /** Where the name occurs more than once in the file: a count through the whole file, shared by menus and settings. */
  readonly order?: string
}

/** A choice of a setting: dependencies speak of codes, values are texts. Codes are neither sorted nor consistent. */
export interface CfgOption {
  readonly code: string
  readonly text: string
  /** When it may be chosen, in the words of the file (`1 != Boot mode select`). */
  readonly validIf?: string
}

/** How a setting holds its value. */
export type CfgType = 'Option' | 'CheckBox' | 'Numeric' | 'String' | 'Password'

/** One setting of the file, with where it is. */
export interface CfgSetting extends Named {
  /** The menus that lead to it, outermost first. */
  readonly menus: readonly Named[]
  readonly type: CfgType
  /** As written; absent for passwords and where the file shows none. */
  readonly value?: string
  readonly options: readonly CfgOption[]
  readonly default?: string
  readonly min?: string
  readonly max?: string
  readonly step?: string
  /** For texts: characters. */
  readonly minSize?: string
  readonly maxSize?: string
  readonly help?: string
  /** Conditions under which it works, its menus' first; all of them have to hold. */
  readonly worksIf: readonly string[]
  /** The licence that it needs, e.g. `SFT-DCMS-SINGLE`. */
  readonly licence?: string
  /** Passwords: whether one is set. */
  readonly hasPassword?: boolean
}

/** What the file says, apart from help and layout. */
export interface BiosCfg {
  readonly settings: readonly CfgSetting[]
  /** Of the menu `Main`: `Supermicro X11DPH-T`, `BIOS Version(3.3)` … */
  readonly headings: readonly string[]
}

/** The settings of a parsed file. What is unknown is passed over: newer tools add elements and types. */
export function biosCfgOf(root: XmlElement): BiosCfg {
  const main = elements(root, 'Menu').find((menu) => attribute(menu, 'name')?.trim() === 'Main')
  const headings = main === undefined ? [] : [...elements(main, 'Subtitle'), ...elements(main, 'Text')].map(textOf)
  return { settings: settingsIn(root, [], []), headings }
}

function settingsIn(parent: XmlElement, menus: readonly Named[], inherited: readonly string[]): CfgSetting[] {
  return parent.children.flatMap((child) => {
    if (child.kind !== 'element') return []
    const named = nameOf(child)
    if (named === undefined) return []
    const worksIf = [...inherited, ...worksIfOf(child)]
    if (child.name === 'Menu') return settingsIn(child, [...menus, named], worksIf)
    const setting = child.name === 'Setting' ? settingOf(child, named, menus, worksIf) : undefined
    return setting === undefined ? [] : [setting]
  })
}

function nameOf(element: XmlElement): Named | undefined {
  const name = attribute(element, 'name')
  const order = attribute(element, 'order')
  return name === undefined ? undefined : { name, ...(order === undefined ? {} : { order }) }
}

/** The attribute that holds the value, by type; the other two types hold it in an element, or not at all. */
export const VALUE_ATTRIBUTES = {
  Option: 'selectedOption',
  CheckBox: 'checkedStatus',
  Numeric: 'numericValue',
} as const satisfies Partial<Record<CfgType, string>>

const TYPES: readonly CfgType[] = ['Option', 'CheckBox', 'Numeric', 'String', 'Password']

function settingOf(
  element: XmlElement,
  named: Named,
  menus: readonly Named[],
  worksIf: readonly string[],
): CfgSetting | undefined {
  const type = TYPES.find((known) => known === attribute(element, 'type'))
  if (type === undefined) return undefined
  const information = elements(element, 'Information')[0]
  const texts = textsIn(information)
  const said = (...names: readonly string[]) => names.map((name) => texts.get(name)).find((text) => text !== undefined)
  const licence = (said('LicenseRequirement') ?? elements(element, 'LicenseRequirement').map(textOf)[0])?.trim()
  return {
    ...named,
    menus,
    type,
    options: optionsOf(information),
    worksIf,
    ...known({
      value: valueOf(element, type),
      default: said('DefaultOption', 'DefaultStatus', 'DefaultValue', 'DefaultString'),
      min: said('MinValue'),
      max: said('MaxValue'),
      step: said('StepSize'),
      minSize: said('MinSize'),
      maxSize: said('MaxSize'),
      help: said('Help'),
      licence: licence === '' ? undefined : licence,
    }),
    ...(type === 'Password' ? { hasPassword: said('HasPassword')?.trim() === 'True' } : {}),
  }
}

/** The first of each name. */
function textsIn(information: XmlElement | undefined): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const child of information?.children ?? [])
    if (child.kind === 'element' && !texts.has(child.name)) texts.set(child.name, textOf(child))
  return texts
}

function valueOf(element: XmlElement, type: CfgType): string | undefined {
  if (type === 'Password') return undefined
  if (type !== 'String') return attribute(element, VALUE_ATTRIBUTES[type])
  const value = elements(element, 'StringValue')[0]
  return value === undefined ? undefined : textOf(value)
}

/** `<!--Option ValidIf:   1 != Boot mode select  -->` stands behind the option it is about (SUM 2.5 and newer). */
function optionsOf(information: XmlElement | undefined): CfgOption[] {
  const list = information && elements(information, 'AvailableOptions')[0]
  const options: CfgOption[] = []
  for (const child of list?.children ?? []) {
    const last = options.at(-1)
    const validIf = child.kind === 'comment' ? /^\s*Option ValidIf:(.*)$/s.exec(child.text)?.[1] : undefined
    if (child.kind === 'element' && child.name === 'Option')
      options.push({ code: attribute(child, 'value') ?? '', text: textOf(child) })
    else if (validIf !== undefined && last !== undefined) options[options.length - 1] = { ...last, validIf }
  }
  return options
}

function worksIfOf(element: XmlElement): string[] {
  const information = elements(element, 'Information')[0]
  return information === undefined ? [] : elements(information, 'WorkIf').map(textOf)
}

function elements(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter((child): child is XmlElement => child.kind === 'element' && child.name === name)
}

function attribute(element: XmlElement, name: string): string | undefined {
  return element.attributes.find(([key]) => key === name)?.[1]
}

function textOf(element: XmlElement): string {
  return element.children.map((child) => (child.kind === 'text' || child.kind === 'cdata' ? child.text : '')).join('')
}

function known(members: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
