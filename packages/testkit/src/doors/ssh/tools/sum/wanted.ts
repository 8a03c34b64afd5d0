import type { BiosValue } from '../../../../world/model.ts'
import type { Form } from '../../../../world/supermicro/menu.ts'
import type { Placed, Step } from '../../../../world/supermicro/place.ts'
import { SumError } from './exit.ts'
import type { Element } from './read-xml.ts'

export interface ReadOptions {
  /** `--skip_unknown`: what the board does not have is left out instead of ending the run. */
  readonly skipUnknown: boolean
  /** `--skip_bbs`: menus with `Priorities` in the name are left out. */
  readonly skipBbs: boolean
}

/**
 * What a file asks for, by path. Partial files are fine; a menu or setting that the board does not have, a form that is another one,
 * or a value that the setting does not take ends with 60. Boot options beyond those of the board are passed over in silence
 * (go-hal), and a boot device is also found by what stands before its first colon (notes on ChangeBiosCfg). Assumed: a name that
 * needs an order is unknown without it, and the board that the file names is not compared.
 */
export function wantedIn(
  root: Element,
  placed: readonly Placed[],
  options: ReadOptions,
): ReadonlyMap<Placed, BiosValue> {
  if (root.tag !== 'BiosCfg') throw invalid(`The root element is ${root.tag}, not BiosCfg.`)
  const wanted = new Map<Placed, BiosValue>()
  const walk = (element: Element, above: readonly Step[]) => {
    for (const child of element.children) {
      if (child.tag !== 'Menu' && child.tag !== 'Setting') continue
      const step = stepOf(child)
      if (child.tag === 'Menu') {
        if (options.skipBbs && above[0]?.name === 'Boot' && step.name.includes('Priorities')) continue
        walk(child, [...above, step])
        continue
      }
      const found = placed.find((each) => same([...each.menus, each.step], [...above, step]))
      if (found !== undefined) {
        const value = valueIn(child, found)
        if (value !== undefined) wanted.set(found, value)
      } else if (!options.skipUnknown && !(above[0]?.name === 'Boot' && /^Boot Option #\d+$/.test(step.name)))
        throw invalid(
          `The setting ${[...above, step].map(({ name }) => name).join('->')} is not in the BIOS of this board.`,
        )
    }
  }
  walk(root, [])
  return wanted
}

function stepOf(element: Element): Step {
  const name = element.attributes.get('name')
  if (name === undefined) throw invalid(`A ${element.tag} has no name.`)
  const order = element.attributes.get('order')
  return { name, order: order === undefined ? undefined : Number(order) }
}

function same(one: readonly Step[], other: readonly Step[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ name, order }, index) => name === other[index]?.name && order === other[index]?.order)
  )
}

/** Undefined for what says nothing: a password that is not to be changed. */
function valueIn(element: Element, { setting: { name, form } }: Placed): BiosValue | undefined {
  const type = element.attributes.get('type')
  if (type !== form.type) throw invalid(`The setting ${name} is of type ${form.type}, not ${type ?? 'none'}.`)
  if (form.type === 'String' || form.type === 'Password') return textIn(element, name, form)
  const attribute = { Option: 'selectedOption', CheckBox: 'checkedStatus', Numeric: 'numericValue' }[form.type]
  const text = element.attributes.get(attribute)
  if (text === undefined) throw invalid(`The setting ${name} has no ${attribute}.`)
  const value = valueOf(form, text)
  if (value === undefined) throw invalid(`The setting ${name} does not take the value ${text}.`)
  return value
}

function valueOf(form: Form, text: string): BiosValue | undefined {
  if (form.type === 'CheckBox') return text === 'Checked' || text === 'Unchecked' ? text : undefined
  if (form.type === 'Option') {
    const texts = form.options.map((option) => option.text)
    const isDevice = texts.includes('Disabled') && texts.some((each) => /^UEFI |^CD\/DVD$|:/.test(each))
    return texts.includes(text) ? text : isDevice ? texts.find((each) => head(each) === head(text)) : undefined
  }
  if (form.type !== 'Numeric' || !/^\d+$/.test(text)) return undefined
  const [value, min, max, step] = [text, form.min, form.max, form.step].map(BigInt) as [bigint, bigint, bigint, bigint]
  if (value < min || value > max || (step > 0n && (value - min) % step !== 0n)) return undefined
  return max > BigInt(Number.MAX_SAFE_INTEGER) ? String(value) : Number(value)
}

function head(device: string): string {
  return device.split(':')[0] ?? ''
}

function textIn(element: Element, name: string, form: Form & { type: 'String' | 'Password' }): string | undefined {
  const contents = (tag: string) => element.children.find((child) => child.tag === tag)?.text
  if (form.type === 'String') {
    const text = contents('StringValue') ?? ''
    if (text.length > form.max) throw invalid(`The setting ${name} takes ${form.max} characters at most.`)
    return text
  }
  const [text = '', again = ''] = [contents('NewPassword'), contents('ConfirmNewPassword')]
  if (text !== again) throw invalid(`The setting ${name} has two passwords that differ.`)
  if (text === '') return undefined
  if (text.length < form.min || text.length > form.max)
    throw invalid(`The setting ${name} takes ${form.min} to ${form.max} characters.`)
  return text
}

function invalid(line: string): SumError {
  return new SumError(60, ['The BIOS configuration file is invalid.', line])
}
