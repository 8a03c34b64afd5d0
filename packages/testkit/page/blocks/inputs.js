// @ts-check
import { html, useContext } from '../html.js'
import { TextObject } from '../text/views.js'
import { Surface, useDraft, useSending, wordsOf } from './surface.js'

/**
 * @typedef {{ element: any, blockId: string, label?: string, acts: boolean, form: boolean }} InputProps
 * `acts`: each change is sent to the app at once (outside of `input` blocks, and in those with `dispatch_action`)
 */

/** A line or some lines of text, a number, an address. @param {InputProps} props */
export function TextInput({ element, blockId, label, acts, form }) {
  const { send } = useSending()
  const { errors } = useContext(Surface)
  const [draft, setDraft] = useDraft(blockId, form)
  const value = draft === undefined ? (element.initial_value ?? '') : (draft.value ?? '')
  const common = {
    'aria-label': label,
    'aria-invalid': errors[blockId] ? 'true' : undefined,
    'data-action-id': element.action_id,
    placeholder: wordsOf(element.placeholder),
    maxlength: element.max_length,
    value,
    autocomplete: 'off',
    onInput: (/** @type {InputEvent} */ event) => {
      const typed = /** @type {HTMLInputElement} */ (event.target).value
      setDraft({ value: typed === '' ? null : typed })
    },
    onKeyDown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter' || !acts || event.isComposing) return
      event.preventDefault()
      void send(element.action_id, /** @type {HTMLInputElement} */ (event.target).value)
    },
  }
  if (element.multiline)
    return html`<textarea class="text-input" rows="3" ...${{ ...common, onKeyDown: undefined }}></textarea>`
  return html`<input
    class="text-input"
    type=${TEXT_TYPES[element.type] ?? 'text'}
    inputmode=${element.type === 'number_input' ? 'decimal' : undefined}
    ...${common}
  />`
}

/** Validation is the app's, as at Slack: the browser only helps with the keyboard. @type {Readonly<Record<string, string>>} */
const TEXT_TYPES = { email_text_input: 'email', url_text_input: 'url' }

/** Days and times. @param {InputProps} props */
export function TimeInput({ element, blockId, label, acts, form }) {
  const { send } = useSending()
  const { errors } = useContext(Surface)
  const [draft, setDraft] = useDraft(blockId, form)
  const type = element.type === 'datepicker' ? 'date' : element.type === 'timepicker' ? 'time' : 'datetime-local'
  const initial = element.initial_date ?? element.initial_time ?? localTime(element.initial_date_time) ?? ''
  return html`<input
    class="text-input short"
    type=${type}
    aria-label=${label ?? (wordsOf(element.placeholder) || type)}
    aria-invalid=${errors[blockId] ? 'true' : undefined}
    data-action-id=${element.action_id}
    value=${draft === undefined ? initial : type === 'datetime-local' ? (localTime(draft.value) ?? '') : (draft.value ?? '')}
    onChange=${(/** @type {Event} */ event) => {
      const given = /** @type {HTMLInputElement} */ (event.target).value
      const value =
        given === '' ? null : type === 'datetime-local' ? String(Math.floor(new Date(given).getTime() / 1000)) : given
      setDraft({ value })
      if (acts && value !== null) void send(element.action_id, value)
    }}
  />`
}

/** @param {unknown} seconds */
function localTime(seconds) {
  if (seconds === undefined || seconds === null) return undefined
  const date = new Date(Number(seconds) * 1000)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** Checkboxes and radio buttons. @param {InputProps} props */
export function Ticks({ element, blockId, label, acts, form }) {
  const { send, busy } = useSending()
  const [draft, setDraft] = useDraft(blockId, form)
  const many = element.type === 'checkboxes'
  const initial = [element.initial_options ?? [], element.initial_option ?? []]
    .flat()
    .map((/** @type {any} */ option) => option.value)
  const ticked = draft === undefined ? initial : [draft.value ?? []].flat()
  const tick = (/** @type {string} */ value) => {
    const next = many ? (ticked.includes(value) ? ticked.filter((one) => one !== value) : [...ticked, value]) : [value]
    setDraft({ value: many ? next : (next[0] ?? null) })
    if (acts) void send(element.action_id, value)
  }
  return html`<div class="ticks" role=${many ? 'group' : 'radiogroup'} aria-label=${label}>
    ${(element.options ?? []).map(
      (/** @type {any} */ option) =>
        html`<label>
          <input
            type=${many ? 'checkbox' : 'radio'}
            name=${`${blockId}-${element.action_id}`}
            disabled=${busy}
            checked=${ticked.includes(option.value)}
            onChange=${() => tick(option.value)}
          />
          <span
            ><${TextObject}
              object=${option.text}
            />${option.description && html`<small><${TextObject} object=${option.description} /></small>`}</span
          >
        </label>`,
    )}
  </div>`
}
