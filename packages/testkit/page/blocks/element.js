// @ts-check
import { html } from '../html.js'
import { Button, FeedbackButtons, Overflow } from './button.js'
import { Picture } from './picture.js'
import { TextInput, Ticks, TimeInput } from './inputs.js'
import { Select } from './select.js'

/**
 * An interactive element, or an image, by its type. In a `form` it is filled in and submitted; one that `acts` tells the app at once.
 * @param {{ element: any, blockId: string, label?: string, acts?: boolean, form?: boolean }} props
 */
export function Element({ element, blockId, label, acts = true, form = false }) {
  const Found = ELEMENTS[element?.type] ?? (String(element?.type).endsWith('_select') ? Select : undefined)
  if (Found === undefined) return html`<span class="unknown">${String(element?.type)} is not drawn here</span>`
  return html`<${Found} element=${element} blockId=${blockId} label=${label} acts=${acts} form=${form} />`
}

/** @type {Readonly<Record<string, any>>} */
const ELEMENTS = {
  button: Button,
  workflow_button: Button,
  icon_button: Button,
  overflow: Overflow,
  feedback_buttons: FeedbackButtons,
  image: Picture,
  plain_text_input: TextInput,
  number_input: TextInput,
  email_text_input: TextInput,
  url_text_input: TextInput,
  rich_text_input: TextInput,
  datepicker: TimeInput,
  timepicker: TimeInput,
  datetimepicker: TimeInput,
  checkboxes: Ticks,
  radio_buttons: Ticks,
}
