import type { Machine } from '../../../world/machine.ts'
import type { BiosValue } from '../../../world/model.ts'
import { placeSettings, type Placed } from '../../../world/supermicro/place.ts'

/** A setting as Redfish knows it: another name than in the setup and in the tool's files, and other types. */
export interface BiosAttributeName {
  readonly name: string
  /** Without the question id, as the reference guide's own PATCH has it. */
  readonly bare: string
  readonly placed: Placed
}

/** Where the counter begins is the guide's first example, `QuietBoot_0027`. */
const FIRST_QUESTION = 0x27

/**
 * Names without blanks and with a question id in hex that is another one in every BIOS version (Supermicro Redfish reference guide;
 * public fleet settings of WEKA). Passwords are none of them: they have an action.
 */
export function biosAttributeNames({ model }: Machine): readonly BiosAttributeName[] {
  return placeSettings(model.setup?.menus ?? []).flatMap((placed, index) => {
    if (placed.setting.form.type === 'Password') return []
    const bare = placed.setting.name.replaceAll(' ', '')
    const id = (FIRST_QUESTION + index).toString(16).toUpperCase().padStart(4, '0')
    return [{ name: `${bare}_${id}`, bare, placed }]
  })
}

/** A check box is a boolean; an option its display text. */
export function toRedfish({ placed }: BiosAttributeName, value: BiosValue): BiosValue | boolean {
  return placed.setting.form.type === 'CheckBox' ? value === 'Checked' : value
}

/** What was sent, as the world holds it; or why the attribute does not take it. */
export type Received = { readonly value: BiosValue } | { readonly fault: 'type' | 'value' }

/** Checks a value of a PATCH by the form of its setting. */
export function fromRedfish({ placed }: BiosAttributeName, sent: unknown): Received {
  const { form } = placed.setting
  switch (form.type) {
    case 'CheckBox':
      return typeof sent === 'boolean' ? { value: sent ? 'Checked' : 'Unchecked' } : { fault: 'type' }
    case 'Option':
      if (typeof sent !== 'string') return { fault: 'type' }
      return form.options.some(({ text }) => text === sent) ? { value: sent } : { fault: 'value' }
    case 'Numeric': {
      if (typeof sent !== 'number' || !Number.isInteger(sent)) return { fault: 'type' }
      if (BigInt(sent) < BigInt(form.min) || BigInt(sent) > BigInt(form.max)) return { fault: 'value' }
      return { value: BigInt(form.max) > BigInt(Number.MAX_SAFE_INTEGER) ? String(sent) : sent }
    }
    case 'String':
      if (typeof sent !== 'string') return { fault: 'type' }
      return sent.length <= form.max ? { value: sent } : { fault: 'value' }
    case 'Password':
      return { fault: 'type' }
  }
}
