import type { BiosAttribute, BiosValue } from '../model.ts'
import type { MenuEntry } from './menu.ts'
import { placeSettings, type Placed } from './place.ts'
import { condition } from './work-if.ts'

/**
 * A setup's settings as the world holds them, by path: the text of an option, `Checked` or `Unchecked`, a number, a text. A number
 * that may be larger than what fits a number is its decimal digits; an empty password is none.
 */
export function attributesOf(menus: readonly MenuEntry[]): readonly BiosAttribute[] {
  const placed = placeSettings(menus)
  const byReference = new Map(placed.map((each) => [referenceOf(each), each]))
  return placed.map(({ path, setting, conditions }) => {
    const base = { name: path, ...valueRules(setting.form) }
    if (conditions.length === 0) return base
    const works = conditions.map(condition)
    const settable = (values: ReadonlyMap<string, BiosValue>) => {
      const code = (name: string) => {
        const found = byReference.get(name)
        return found === undefined ? undefined : codeOf(found, values.get(found.path))
      }
      return works.every((work) => work(code))
    }
    return { ...base, settable }
  })
}

/** How conditions name a setting: trimmed, `$n` for its order. */
function referenceOf({ step }: Placed): string {
  return `${step.name.trim()}${step.order === undefined ? '' : `$${step.order}`}`
}

/** What conditions compare. */
function codeOf({ setting: { form } }: Placed, value: BiosValue | undefined): bigint {
  switch (form.type) {
    case 'Option':
      return BigInt(form.options.find(({ text }) => text === value)?.code ?? form.options[0]?.code ?? 0)
    case 'CheckBox':
      return value === 'Checked' ? 1n : 0n
    case 'Numeric':
      return BigInt(value ?? form.preset)
    default:
      return value === undefined || value === '' ? 0n : 1n
  }
}

function valueRules(form: Placed['setting']['form']): Omit<BiosAttribute, 'name'> {
  switch (form.type) {
    case 'Option':
      return { type: 'Enumeration', values: form.options.map(({ text }) => text), default: form.preset }
    case 'CheckBox':
      return { type: 'Enumeration', values: ['Checked', 'Unchecked'], default: form.preset }
    case 'Numeric':
      return BigInt(form.max) > BigInt(Number.MAX_SAFE_INTEGER)
        ? { type: 'String', maxLength: form.max.length, default: form.preset }
        : { type: 'Integer', lower: Number(form.min), upper: Number(form.max), default: Number(form.preset) }
    case 'String':
      return { type: 'String', maxLength: form.max, default: '' }
    case 'Password':
      return { type: 'Password', maxLength: form.max, default: '' }
  }
}
