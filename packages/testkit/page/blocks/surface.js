// @ts-check
import { createContext, html, useContext, useState } from '../html.js'
import { failureOf } from '../client.js'

/**
 * Where blocks stand, and what an interaction does there. Messages and App Home send each interaction; a modal gathers `drafts` until it
 * is submitted.
 * @typedef {{
 *   kind: 'message' | 'modal' | 'home',
 *   send: (actionId: string, value?: string) => Promise<import('../client.js').Delivery>,
 *   suggest?: (blockId: string, text: string) => Promise<Choice[]>,
 *   drafts: Readonly<Record<string, Draft>>,
 *   draft: (blockId: string, draft: Draft) => void,
 *   errors: Readonly<Record<string, string>>,
 * }} SurfaceOf
 * @typedef {{ text: string, value: string, description?: string }} Choice
 * @typedef {{ value: string | string[] | null, choices?: Choice[] }} Draft
 */
/** @type {SurfaceOf} */
const NOWHERE = {
  kind: 'message',
  send: () => Promise.reject(new Error('Nothing listens here')),
  drafts: {},
  draft: () => {},
  errors: {},
}
export const Surface = createContext(NOWHERE)

/** @type {{ busy: boolean, failed?: string }} */
const IDLE = { busy: false }

/** Sends one interaction at a time and knows how it stands: `busy` until the app has acknowledged it, then `failed` if it did not. */
export function useSending() {
  const surface = useContext(Surface)
  const [state, setState] = useState(IDLE)
  const send = async (/** @type {string} */ actionId, /** @type {string | undefined} */ value) => {
    if (state.busy) return
    setState({ busy: true })
    try {
      const failed = failureOf(await surface.send(actionId, value))
      setState({ busy: false, ...(failed && { failed }) })
    } catch (error) {
      setState({ busy: false, failed: error instanceof Error ? error.message : String(error) })
    }
  }
  return { surface, send, ...state }
}

/**
 * What an input holds now. In a form it is the form's, to be submitted; elsewhere it is the element's own.
 * @param {string} blockId
 * @param {boolean} form
 * @returns {[Draft | undefined, (draft: Draft) => void]}
 */
export function useDraft(blockId, form) {
  const surface = useContext(Surface)
  const [own, setOwn] = useState(/** @type {Draft | undefined} */ (undefined))
  return form ? [surface.drafts[blockId], (draft) => surface.draft(blockId, draft)] : [own, setOwn]
}

/** What went wrong with the last click, beside the element. @param {{ failed: string | undefined }} props */
export function Failed({ failed }) {
  if (failed === undefined) return null
  return html`<span class="failed" role="alert" title=${EXPLAINED[failed] ?? failed}
    >⚠ ${EXPLAINED[failed] ?? failed}</span
  >`
}

/** @type {Readonly<Record<string, string>>} */
const EXPLAINED = {
  operation_timeout: 'The app did not answer within 3 seconds.',
  dispatch_failed: 'The app could not be reached.',
}

/** The value of a text object, whatever its kind. @param {any} object */
export function wordsOf(object) {
  return typeof object === 'string' ? object : String(object?.text ?? '')
}
