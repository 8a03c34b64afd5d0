import { COMPARISONS } from '../condition.ts'
import type { Comparison } from '../condition.ts'
import type { BiosCondition } from '../configuration.ts'
import type { CfgSetting } from './bios-cfg.ts'
import { nativeName } from './names.ts'
import { knownNames, parseWorkIf } from './work-if.ts'
import type { SettingRef, WorkIf } from './work-if.ts'

/** Turns conditions of the file, which speak of bare names and option codes, into native names and values. */
export type ToCondition = (text: string) => BiosCondition

/** For the settings of one file. Conditions that cannot be understood become `unknown` and never speak against a change. */
export function conditionsOf(settings: readonly CfgSetting[]): ToCondition {
  const byName = new Map<string, CfgSetting[]>()
  for (const setting of settings) {
    const same = byName.get(setting.name.trim())
    if (same === undefined) byName.set(setting.name.trim(), [setting])
    else same.push(setting)
  }
  const names = knownNames(byName.keys())
  const done = new Map<string, BiosCondition>()
  return (text) => {
    const condition = done.get(text) ?? resolved(parseWorkIf(text, names), text, byName)
    done.set(text, condition)
    return condition
  }
}

type ByName = ReadonlyMap<string, readonly CfgSetting[]>

function resolved(parsed: WorkIf | undefined, text: string, byName: ByName): BiosCondition {
  const unknown = { kind: 'unknown', text: text.trim() } as const
  switch (parsed?.kind) {
    case undefined:
      return unknown
    case 'all':
    case 'any':
      return { kind: parsed.kind, of: parsed.of.map((part) => resolved(part, text, byName)) }
    case 'constant':
      return { kind: 'known', holds: parsed.holds, text: unknown.text }
    case 'compare': {
      const { compare, code } = parsed
      return onSetting(parsed.setting, byName, [{ compare, code }], (own) => COMPARISONS[compare](own, code)) ?? unknown
    }
    case 'in': {
      const { codes, negated } = parsed
      const compares = codes.map((code) => ({ compare: negated ? '!=' : '==', code }) as const)
      return onSetting(parsed.setting, byName, compares, (own) => codes.includes(own) !== negated, negated) ?? unknown
    }
    default:
      return parsed satisfies never
  }
}

function onSetting(
  ref: SettingRef,
  byName: ByName,
  compares: readonly { readonly compare: Comparison; readonly code: number }[],
  holds: (code: number) => boolean,
  every = true,
): BiosCondition | undefined {
  const candidates = byName.get(ref.name.trim())?.filter(({ order }) => ref.order === undefined || order === ref.order)
  const setting = candidates?.[0]
  // Two that could be meant: the file has such (`Device Reset`), and to choose one would be a guess.
  if (setting === undefined || candidates?.length !== 1) return undefined
  const attribute = nativeName(setting)
  switch (setting.type) {
    case 'Option':
      return oneOf(attribute, setting.options, holds)
    case 'CheckBox':
      return oneOf(attribute, CHECK_BOX, holds)
    case 'Numeric': {
      const of = compares.map(({ compare, code }) => ({ kind: 'number', attribute, compare, value: code }) as const)
      return { kind: every ? 'all' : 'any', of }
    }
    case 'Password': {
      const isSet = setting.hasPassword === true
      const text = `${attribute} is ${isSet ? 'not set' : 'set'}`
      return { kind: 'known', holds: holds(isSet ? 1 : 0), text }
    }
    case 'String':
      return undefined
    default:
      return setting.type satisfies never
  }
}

/** The codes by which conditions speak of check boxes. */
const CHECK_BOX = [
  { code: '0', text: 'Unchecked' },
  { code: '1', text: 'Checked' },
] as const

/** The texts whose codes fulfil it; undefined where a text stands for both, or where none does: then the file is not understood. */
function oneOf(
  attribute: string,
  options: readonly { readonly code: string; readonly text: string }[],
  holds: (code: number) => boolean,
): BiosCondition | undefined {
  const codes = options.map(({ code }) => Number(code))
  if (codes.length === 0 || codes.some(Number.isNaN)) return undefined
  const values = options.filter((_, index) => holds(codes[index] ?? NaN)).map(({ text }) => text)
  const others = new Set(options.filter((_, index) => !holds(codes[index] ?? NaN)).map(({ text }) => text))
  if (values.length === 0 || values.some((value) => others.has(value))) return undefined
  return { kind: 'one-of', attribute, values: [...new Set(values)] }
}
