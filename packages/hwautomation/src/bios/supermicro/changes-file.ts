import { HwError } from '../../errors.ts'
import { printable } from '../printable.ts'
import type { BiosValue } from '../configuration.ts'
import { printBiosFile } from './bios-file.ts'
import { biosCfgOf, VALUE_ATTRIBUTES } from './bios-cfg.ts'
import type { CfgSetting, Named } from './bios-cfg.ts'
import { byNativeName } from './names.ts'
import { isSecret } from './values.ts'
import type { XmlElement, XmlNode } from './xml.ts'

/**
 * The file for `ChangeBiosCfg` that writes these values and nothing else: the menus on the way, with their order, and in
 * them the settings. The tool takes such partial files; what they do not name stays. ISO-8859-1.
 *
 * @param root the file as it was read from the machine: it has the exact names, with their leading blanks
 * @throws HwError `bios.change-refused` for a setting that the file does not have, a password, or a value of the wrong form
 */
export function printChanges(root: XmlElement, changes: Readonly<Record<string, BiosValue>>): Uint8Array {
  const settings = byNativeName(biosCfgOf(root).settings)
  const top: Branch = { named: { name: '' }, menus: [], settings: [] }
  for (const [name, value] of Object.entries(changes)) {
    const setting = settings.get(name)
    if (setting === undefined) throw refused(name, 'the machine has no such setting')
    branchOf(top, setting.menus).settings.push(settingElement(name, setting, value))
  }
  return printBiosFile(element('BiosCfg', [], contents(top, 1), 0))
}

interface Branch {
  readonly named: Named
  readonly menus: Branch[]
  readonly settings: XmlElement[]
}

function branchOf(top: Branch, menus: readonly Named[]): Branch {
  return menus.reduce((parent, named) => {
    const found = parent.menus.find((menu) => menu.named.name === named.name && menu.named.order === named.order)
    if (found !== undefined) return found
    const menu: Branch = { named, menus: [], settings: [] }
    parent.menus.push(menu)
    return menu
  }, top)
}

function contents({ settings, menus }: Branch, depth: number): XmlElement[] {
  return [...settings, ...menus.map((menu) => element('Menu', naming(menu.named), contents(menu, depth + 1), depth))]
}

type Attributes = XmlElement['attributes']

function naming({ name, order }: Named): Attributes {
  return [['name', name], ...(order === undefined ? [] : [['order', order] as const])]
}

/** Attributes in the tool's order: name, order, the value, type. */
function settingElement(name: string, setting: CfgSetting, value: BiosValue): XmlElement {
  const { type } = setting
  if (type === 'Password' || isSecret(setting)) throw refused(name, 'it is a password')
  const text = checked(name, setting, value)
  if (type === 'String') {
    const string: XmlElement = { kind: 'element', name: 'StringValue', attributes: [], children: [inString(text)] }
    return { kind: 'element', name: 'Setting', attributes: [...naming(setting), ['type', type]], children: [string] }
  }
  const attributes: Attributes = [...naming(setting), [VALUE_ATTRIBUTES[type], text], ['type', type]]
  return { kind: 'element', name: 'Setting', attributes, children: [] }
}

/** The tool writes CDATA; a text that cannot stand there is written as text. */
function inString(text: string): XmlNode {
  return text.includes(']]>') ? { kind: 'text', text } : { kind: 'cdata', text }
}

function checked(name: string, { type, options }: CfgSetting, value: BiosValue): string {
  if (value === null || typeof value === 'boolean') throw refused(name, `${String(value)} is no value of it`)
  const text = String(value)
  if (/[\u{100}-\u{10ffff}]/u.test(text)) throw refused(name, `${printable(text, 80)} has letters beyond ISO-8859-1`)
  if (type === 'Numeric' && !/^\d+$/.test(text)) throw refused(name, `${printable(text, 80)} is no whole number`)
  const choices =
    type === 'CheckBox' ? ['Checked', 'Unchecked'] : type === 'Option' ? options.map((one) => one.text) : []
  if (choices.length > 0 && !choices.includes(text))
    throw refused(name, `${printable(text, 80)} is none of its choices`)
  return text
}

/** With line breaks and two blanks a level, as the tool writes: people read such files. */
function element(name: string, attributes: Attributes, children: readonly XmlElement[], depth: number): XmlElement {
  const indented = children.flatMap((child): XmlNode[] => [blank(depth + 1), child])
  return { kind: 'element', name, attributes, children: [...indented, blank(depth)] }
}

function blank(depth: number): XmlNode {
  return { kind: 'text', text: `\n${'  '.repeat(depth)}` }
}

function refused(name: string, why: string): HwError {
  return new HwError({
    code: 'bios.change-refused',
    kind: 'invalid',
    message: `${printable(name, 300)} cannot be written: ${why}.`,
    hint: 'Nothing was written. Read the BIOS again and plan the change anew.',
  })
}
