// @ts-check
import { html, useContext, useEffect, useMemo, useRef, useState } from '../html.js'
import { Names, Plain } from '../text/views.js'
import { Failed, Surface, useDraft, useSending, wordsOf } from './surface.js'

/** @typedef {import('./surface.js').Choice} Choice */

/**
 * A select menu as a combobox: type to narrow it down; an external one asks the app for what fits. In a message it acts at once, in a
 * modal it is part of what is submitted (and acts at once too, if it says so).
 * @param {{ element: any, blockId: string, label?: string, acts: boolean, form: boolean }} props
 */
export function Select({ element, blockId, label, acts, form }) {
  const { send, busy, failed } = useSending()
  const surface = useContext(Surface)
  const people = useContext(Names)
  const multi = element.type.startsWith('multi_')
  const external = element.type.endsWith('external_select')
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const [draft, setDraft] = useDraft(blockId, form)
  const found = useOptions(element, external, open, text, blockId, people)
  const chosen = draft?.choices ?? initial(element, people)
  const listId = useMemo(() => `list-${Math.trunc(performance.now() * 1000)}-${blockId}`, [blockId])
  const box = useRef(/** @type {HTMLElement | null} */ (null))

  const choose = (/** @type {Choice} */ choice) => {
    const next = multi ? toggled(chosen, choice) : [choice]
    set(next)
    if (!multi) setOpen(false)
    setText('')
    if (acts) void send(element.action_id, choice.value)
  }
  const set = (/** @type {Choice[]} */ next) => {
    setDraft({ value: multi ? next.map(({ value }) => value) : (next[0]?.value ?? null), choices: next })
  }
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!open) return setOpen(true)
      const size = Math.max(found.choices.length, 1)
      setActive((active + (event.key === 'ArrowDown' ? 1 : size - 1)) % size)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      const choice = found.choices[active]
      if (open && choice !== undefined) choose(choice)
      else setOpen(true)
    } else if (event.key === 'Escape' && open) {
      event.preventDefault()
      event.stopPropagation()
      setOpen(false)
    } else if (event.key === 'Backspace' && text === '' && multi) set(chosen.slice(0, -1))
  }
  const placeholder = wordsOf(element.placeholder) || 'Choose an option'
  return html`<span class="with-failure">
    <span
      class=${`select ${open ? 'open' : ''}`}
      ref=${box}
      onFocusOut=${(/** @type {FocusEvent} */ event) => !box.current?.contains(/** @type {Node | null} */ (event.relatedTarget)) && (setOpen(false), setText(''))}
    >
      ${multi && chosen.map((choice) => html`<button type="button" class="chip" aria-label=${`Remove ${choice.text}`} onClick=${() => set(toggled(chosen, choice))}>${choice.text} ✕</button>`)}
      <input
        role="combobox"
        autocomplete="off"
        spellcheck=${false}
        aria-label=${label ?? placeholder}
        aria-expanded=${open ? 'true' : 'false'}
        aria-controls=${listId}
        aria-autocomplete="list"
        aria-activedescendant=${open && found.choices[active] ? `${listId}-${active}` : undefined}
        aria-busy=${busy ? 'true' : undefined}
        aria-invalid=${surface.errors[blockId] ? 'true' : undefined}
        disabled=${busy}
        data-action-id=${element.action_id}
        placeholder=${multi || chosen[0] === undefined ? placeholder : chosen[0].text}
        value=${open ? text : multi ? '' : (chosen[0]?.text ?? '')}
        onClick=${() => setOpen(true)}
        onInput=${(/** @type {InputEvent} */ event) => {
          setOpen(true)
          setActive(0)
          setText(/** @type {HTMLInputElement} */ (event.target).value)
        }}
        onKeyDown=${onKeyDown}
      />
      ${!multi && chosen[0] !== undefined && !acts && html`<button type="button" class="clear" aria-label="Clear" onClick=${() => set([])}>✕</button>`}
      <span class="arrow" aria-hidden="true">${busy ? html`<span class="spinner"></span>` : '⌄'}</span>
      ${open && html`<${Options} id=${listId} found=${found} active=${active} chosen=${chosen} onChoose=${choose} />`}
    </span>
    <${Failed} failed=${failed} />
  </span>`
}

/** @param {{ id: string, found: { choices: (Choice & { group?: string })[], state?: string }, active: number, chosen: Choice[], onChoose: (choice: Choice) => void }} props */
function Options({ id, found, active, chosen, onChoose }) {
  return html`<div class="options" id=${id} role="listbox">
    ${found.state !== undefined && html`<p class="hint" role="status">${found.state}</p>`}
    ${found.choices.map(
      (choice, at) =>
        html`${choice.group !== undefined && choice.group !== found.choices[at - 1]?.group && html`<p class="group">${choice.group}</p>`}
          <div
            role="option"
            id=${`${id}-${at}`}
            class=${at === active ? 'active' : ''}
            aria-selected=${chosen.some(({ value }) => value === choice.value) ? 'true' : 'false'}
            onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()}
            onClick=${() => onChoose(choice)}
          >
            <${Plain} text=${choice.text} />${choice.description && html`<small>${choice.description}</small>`}
          </div>`,
    )}
  </div>`
}

/** @type {{ choices: Choice[], state?: string }} */
const NOTHING = { choices: [] }

/**
 * What can be chosen now.
 * @param {any} element @param {boolean} external @param {boolean} open @param {string} text @param {string} blockId @param {any} names
 * @returns {{ choices: (Choice & { group?: string })[], state?: string }}
 */
function useOptions(element, external, open, text, blockId, names) {
  const surface = useContext(Surface)
  const [asked, setAsked] = useState(NOTHING)
  const least = element.min_query_length ?? 3
  useEffect(() => {
    if (!external || !open) return undefined
    if (text.length < least) {
      setAsked({ choices: [], state: `Type at least ${least} ${least === 1 ? 'letter' : 'letters'}` })
      return undefined
    }
    let current = true
    setAsked({ ...asked, state: 'Searching…' })
    // As Slack does, the app is asked when the typing pauses, not for each letter.
    const pause = setTimeout(() => {
      Promise.resolve(surface.suggest?.(blockId, text) ?? []).then(
        (choices) => current && setAsked(choices.length > 0 ? { choices } : { choices, state: 'No results' }),
        () => current && setAsked({ choices: [], state: 'The options could not be loaded' }),
      )
    }, 150)
    return () => {
      current = false
      clearTimeout(pause)
    }
  }, [external, open, text, blockId])
  if (external) return asked
  const choices = staticChoices(element, names).filter((choice) =>
    choice.text.toLowerCase().includes(text.toLowerCase()),
  )
  return choices.length > 0 ? { choices } : { choices, state: 'No results' }
}

/** @param {any} element @param {any} names @returns {(Choice & { group?: string })[]} */
function staticChoices(element, names) {
  if (element.type.endsWith('users_select')) return names.users
  if (/(channels|conversations)_select$/.test(element.type)) return names.channels
  const groups = element.option_groups?.flatMap((/** @type {any} */ group) =>
    group.options.map((/** @type {any} */ option) => ({ ...choiceOf(option), group: wordsOf(group.label) })),
  )
  return groups ?? (element.options ?? []).map(choiceOf)
}

/** @param {any} element @param {any} names @returns {Choice[]} */
function initial(element, names) {
  const ids = [
    element.initial_user,
    element.initial_channel,
    element.initial_conversation,
    element.initial_users ?? [],
    element.initial_channels ?? [],
    element.initial_conversations ?? [],
  ]
    .flat()
    .filter((id) => id !== undefined)
  if (ids.length > 0)
    return [...(names.users ?? []), ...(names.channels ?? [])].filter(({ value }) => ids.includes(value))
  return [element.initial_option ?? [], element.initial_options ?? []].flat().map(choiceOf)
}

/** @param {any} option @returns {Choice} */
function choiceOf(option) {
  return {
    text: wordsOf(option.text),
    value: String(option.value),
    ...(option.description && { description: wordsOf(option.description) }),
  }
}

/** @param {Choice[]} chosen @param {Choice} choice */
function toggled(chosen, choice) {
  return chosen.some(({ value }) => value === choice.value)
    ? chosen.filter(({ value }) => value !== choice.value)
    : [...chosen, choice]
}
