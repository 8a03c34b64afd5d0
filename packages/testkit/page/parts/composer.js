// @ts-check
import { failureOf } from '../client.js'
import { html, useContext, useEffect, useRef, useState } from '../html.js'
import { Session } from './session.js'

/** What was typed and not yet sent, by conversation or thread: it stays when one looks elsewhere. @type {Map<string, string>} */
const drafts = new Map()
/** The last thing sent, for the arrow up in an empty field. */
let lastSent = ''

/** An event of the page: put its `detail` into the field of the conversation. */
export const COMPOSE = 'compose'

/** Where one writes, and where commands are offered as they are typed. @param {{ conversation: string, threadTs?: string, label: string, onSend: () => void }} props */
export function Composer({ conversation, threadTs, label, onSend }) {
  const session = useContext(Session)
  const place = `${session.place.as} ${conversation} ${threadTs ?? ''}`
  const [text, setText] = useState(drafts.get(place) ?? '')
  const [busy, setBusy] = useState(false)
  const [active, setActive] = useState(0)
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  const change = (/** @type {string} */ next) => {
    drafts.set(place, next)
    setText(next)
    setActive(0)
  }
  useEffect(() => field.current?.focus(), [place])
  useEffect(() => {
    if (threadTs !== undefined) return undefined
    const onCompose = (/** @type {Event} */ event) => {
      if (event instanceof CustomEvent) change(String(event.detail))
      field.current?.focus()
    }
    window.addEventListener(COMPOSE, onCompose)
    return () => window.removeEventListener(COMPOSE, onCompose)
  }, [place])
  useEffect(() => {
    if (text === '/') session.refreshApp()
  }, [text === '/'])

  const offers = offersFor(text, session.sight.app)
  const hint = session.sight.app.commands.find(({ command }) => text === command || text.startsWith(`${command} `))
  const take = async (/** @type {Offer} */ offer) => {
    if (offer.command !== undefined) change(`${offer.command} `)
    else {
      change('')
      await run({ act: 'shortcut', callbackId: offer.callbackId })
    }
    field.current?.focus()
  }
  const run = async (/** @type {Record<string, unknown>} */ act) => {
    setBusy(true)
    try {
      // What became of a command the workspace says itself; of messages Slack tells nobody that the app did not hear them.
      const failed = failureOf(await session.perform(act))
      if (failed && act.act === 'shortcut')
        session.notice(conversation, `The shortcut failed with the error "${failed}"`)
    } catch (error) {
      session.notice(conversation, error instanceof Error ? escape(error.message) : 'That did not work', threadTs)
    }
    setBusy(false)
  }
  const send = async () => {
    const words = text.trim()
    if (words === '' || busy) return
    lastSent = words
    onSend()
    change('')
    const command = /^\/\S+/.exec(words)?.[0]
    if (command === undefined) return run({ act: 'say', channel: conversation, text: words, threadTs })
    if (threadTs !== undefined)
      return session.notice(conversation, `\`${escape(command)}\` is not supported in threads. Sorry!`, threadTs)
    return run({ act: 'command', channel: conversation, text: words })
  }
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return
    const offer = offers[active]
    if (offers.length > 0 && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      setActive((active + (event.key === 'ArrowDown' ? 1 : offers.length - 1)) % offers.length)
    } else if (offer !== undefined && (event.key === 'Tab' || (event.key === 'Enter' && text !== offer.command))) {
      event.preventDefault()
      void take(offer)
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void send()
    } else if (event.key === 'ArrowUp' && text === '' && lastSent !== '') {
      event.preventDefault()
      change(lastSent)
    } else if (event.key === 'Escape' && text.startsWith('/')) change('')
  }
  const listId = threadTs === undefined ? 'offers' : 'thread-offers'
  return html`<form
    class="composer"
    onSubmit=${(/** @type {Event} */ event) => {
      event.preventDefault()
      void send()
    }}
  >
    ${
      offers.length > 0 &&
      html`<div class="offers" id=${listId} role="listbox" aria-label="Commands">
        ${offers.map(
          (offer, at) =>
            html`<div
              role="option"
              id=${`${listId}-${at}`}
              aria-selected=${at === active ? 'true' : 'false'}
              class=${at === active ? 'active' : ''}
              onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()}
              onClick=${() => take(offer)}
            >
              <b>${offer.command ?? offer.name}</b> <span class="usage">${offer.usage}</span
              ><small>${offer.description}</small>
            </div>`,
        )}
      </div>`
    }
    ${offers.length === 0 && hint?.usage && threadTs === undefined && html`<p class="usage-hint" role="status"><b>${hint.command}</b> ${hint.usage}</p>`}
    <textarea
      ref=${field}
      rows="1"
      role="combobox"
      aria-expanded=${offers.length > 0 ? 'true' : 'false'}
      aria-controls=${listId}
      aria-activedescendant=${offers.length > 0 ? `${listId}-${active}` : undefined}
      aria-label=${label}
      aria-busy=${busy ? 'true' : undefined}
      placeholder=${label}
      spellcheck=${false}
      value=${text}
      onInput=${(/** @type {InputEvent} */ event) => change(/** @type {HTMLTextAreaElement} */ (event.target).value)}
      onKeyDown=${onKeyDown}
    ></textarea>
    <button type="submit" class="send" aria-label="Send" disabled=${text.trim() === '' || busy}>
      ${busy ? html`<span class="spinner"></span>` : '➤'}
    </button>
  </form>`
}

/**
 * @typedef {{ name: string, description: string, usage: string, command?: string, callbackId?: string }} Offer
 * @param {string} text
 * @param {import('../store.js').Sight['app']} app
 * @returns {Offer[]}
 */
function offersFor(text, app) {
  if (!/^\/\S*$/.test(text)) return []
  const commands = app.commands
    .filter(({ command }) => command.startsWith(text))
    .map((one) => ({ name: one.command, ...one }))
  const shortcuts = app.shortcuts.filter(
    ({ onMessage, name }) => !onMessage && name.toLowerCase().includes(text.slice(1).toLowerCase()),
  )
  const offers = [...commands, ...shortcuts.map((one) => ({ ...one, usage: '' }))]
  return offers.length === 1 && offers[0]?.name === text ? [] : offers
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('`', "'")
}
