/** A page of the setup, with what stands on it in order. */
export interface Menu {
  readonly kind: 'menu'
  /** As in the setup, leading blanks and all. */
  readonly name: string
  readonly help: string
  /** Unmet, nothing on the page can be set. */
  readonly workIf?: string
  readonly entries: readonly MenuEntry[]
}

/** A line that sets nothing. `validIf`: shown only while that is so. */
export interface Note {
  readonly kind: 'subtitle' | 'text'
  readonly text: string
  readonly validIf?: string
}

/** One setting, in one of the five forms that an HII form has. */
export interface Setting {
  readonly kind: 'setting'
  readonly name: string
  readonly form: Form
  readonly help: string
  /** Condition in the words of the export: option codes, and names of settings (`name$2` is the one with order 2). */
  readonly workIf?: string
  /** Product key without which the tool leaves it alone. */
  readonly licence?: string
}

export type MenuEntry = Menu | Note | Setting

export type Form =
  | { readonly type: 'Option'; readonly options: readonly Choice[]; readonly preset: string }
  | { readonly type: 'CheckBox'; readonly preset: 'Checked' | 'Unchecked' }
  /** Decimal, as text: 64-bit values occur. */
  | {
      readonly type: 'Numeric'
      readonly min: string
      readonly max: string
      readonly step: string
      readonly preset: string
    }
  | { readonly type: 'String'; readonly max: number }
  | { readonly type: 'Password'; readonly min: number; readonly max: number }

/** `code` is what conditions speak of; neither sorted nor always in the sense of the text. */
export interface Choice {
  readonly code: string
  readonly text: string
}

interface More {
  readonly help?: string
  readonly workIf?: string
  readonly licence?: string
}

/** A menu; its help is the page's title unless told otherwise. */
export function menu(name: string, entries: readonly MenuEntry[], more: Pick<More, 'help' | 'workIf'> = {}): Menu {
  return { kind: 'menu', name, help: `${name.trim()} parameters.`, ...more, entries }
}

export function subtitle(text = ''): Note {
  return { kind: 'subtitle', text }
}

export function note(text: string, validIf?: string): Note {
  return { kind: 'text', text, ...(validIf === undefined ? {} : { validIf }) }
}

/**
 * One of several texts with a code each; the first is the default unless told otherwise.
 *
 * @example
 * option('Hyper-Threading [ALL]', '1=Disable|0=Enable', 'Enable')
 */
export function option(name: string, codes: string, preset?: string, more: More = {}): Setting {
  const options = codes.split('|').map((pair): Choice => {
    const at = pair.indexOf('=')
    return { code: pair.slice(0, at), text: pair.slice(at + 1) }
  })
  const chosen = preset ?? options[0]?.text ?? ''
  if (!options.some(({ text }) => text === chosen)) throw new Error(`'${name}' has no option '${chosen}'`)
  return setting(name, { type: 'Option', options, preset: chosen }, more)
}

/** `Disable` and `Enable`. */
export function enable(name: string, preset: 'Disable' | 'Enable', more: More = {}): Setting {
  return option(name, '0=Disable|1=Enable', preset, more)
}

/** `Disabled` and `Enabled`. */
export function enabled(name: string, preset: 'Disabled' | 'Enabled', more: More = {}): Setting {
  return option(name, '0=Disabled|1=Enabled', preset, more)
}

/** `Disable`, `Enable` and `Auto`. */
export function enableAuto(name: string, preset: 'Disable' | 'Enable' | 'Auto', more: More = {}): Setting {
  return option(name, '0=Disable|1=Enable|2=Auto', preset, more)
}

export function checkBox(name: string, preset: 'Checked' | 'Unchecked', more: More = {}): Setting {
  return setting(name, { type: 'CheckBox', preset }, more)
}

/** A number within `min..max`; a step of 0 is none. */
export function numeric(
  name: string,
  range: `${string}..${string}/${string}`,
  preset: string,
  more: More = {},
): Setting {
  const [min = '', max = '', step = ''] = range.split(/\.\.|\//)
  return setting(name, { type: 'Numeric', min, max, step, preset }, more)
}

export function text(name: string, max: number, more: More = {}): Setting {
  return setting(name, { type: 'String', max }, more)
}

export function password(name: string, more: More = {}): Setting {
  return setting(name, { type: 'Password', min: 3, max: 20 }, more)
}

function setting(name: string, form: Form, { help = '', ...more }: More): Setting {
  return { kind: 'setting', name, form, help, ...more }
}
