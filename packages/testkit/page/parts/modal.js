// @ts-check
import { html, useContext, useEffect, useMemo, useRef, useState } from '../html.js'
import { Blocks } from '../blocks/blocks.js'
import { Surface, wordsOf } from '../blocks/surface.js'
import { failureOf } from '../client.js'
import { Session } from './session.js'

/** What was filled in, by view: an update keeps it where the block is still there, and a view below another one finds it again. @type {Map<string, Record<string, any>>} */
const filled = new Map()

/** @type {'' | 'submit' | 'close'} */
const IDLE = ''

/** The modal on top. @param {{ modal: import('../store.js').Modal }} props */
export function ModalDialog({ modal }) {
  const { id, view, errors } = modal
  const { perform } = useContext(Session)
  const [drafts, setDrafts] = useState(filled.get(id) ?? {})
  const [busy, setBusy] = useState(IDLE)
  const [trouble, setTrouble] = useState(/** @type {string | undefined} */ (undefined))
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null))
  useEffect(() => dialog.current?.showModal(), [])
  useEffect(() => setTrouble(undefined), [id])
  useEffect(() => {
    const wrong = dialog.current?.querySelector('[aria-invalid="true"]')
    if (wrong instanceof HTMLElement) wrong.focus()
  }, [errors])

  // As at Slack, what was typed goes with its field when an update takes it away.
  useEffect(() => {
    const kept = keptIn(view, filled.get(id) ?? {})
    filled.set(id, kept)
    setDrafts(kept)
  }, [id, view])

  const act = (/** @type {Record<string, unknown>} */ what) =>
    perform({ viewId: id, values: valuesFor(view, filled.get(id) ?? {}), ...what })
  const surface = useMemo(
    () => ({
      kind: /** @type {const} */ ('modal'),
      send: (/** @type {string} */ actionId, /** @type {string | undefined} */ value) =>
        act({ act: 'modalClick', actionId, value }),
      suggest: (/** @type {string} */ blockId, /** @type {string} */ text) =>
        perform({ act: 'suggest', viewId: id, blockId, text }),
      drafts,
      draft: (/** @type {string} */ blockId, /** @type {any} */ draft) => {
        filled.set(id, { ...filled.get(id), [blockId]: draft })
        setDrafts(filled.get(id) ?? {})
      },
      errors,
    }),
    [id, view, drafts, errors],
  )
  const finish = async (/** @type {'submit' | 'close'} */ how) => {
    if (busy !== '') return
    setBusy(how)
    setTrouble(undefined)
    try {
      if (how === 'submit' && failureOf(await act({ act: 'submit' })))
        setTrouble('We had some trouble connecting. Try again?')
      if (how === 'close') await perform({ act: 'close', viewId: id })
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error))
    }
    setBusy('')
  }
  const title = wordsOf(view.title)
  return html`<dialog
    ref=${dialog}
    class="dialog modal"
    aria-label=${title}
    aria-busy=${busy !== '' ? 'true' : undefined}
    onCancel=${(/** @type {Event} */ event) => {
      event.preventDefault()
      void finish('close')
    }}
  >
    <form
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault()
        if (view.submit) void finish('submit')
      }}
      novalidate
    >
      <header>
        <h2>${title}</h2>
        <button type="button" class="close" aria-label="Close" onClick=${() => finish('close')}>✕</button>
      </header>
      <div class="dialog-body">
        ${trouble && html`<p class="alert error" role="alert">${trouble}</p>`}
        <${Surface.Provider} value=${surface}><${Blocks} key=${id} blocks=${view.blocks ?? []} /><//>
      </div>
      <footer>
        <button type="button" class="button" onClick=${() => finish('close')}>
          ${wordsOf(view.close) || (view.submit ? 'Cancel' : 'Close')}
        </button>
        ${view.submit && html`<button type="submit" class="button primary" disabled=${busy !== ''} aria-busy=${busy === 'submit' ? 'true' : undefined}>${busy === 'submit' && html`<span class="spinner" aria-hidden="true"></span>`}${wordsOf(view.submit)}</button>`}
      </footer>
    </form>
  </dialog>`
}

/** Drafts of blocks that the view still has. @param {any} view @param {Record<string, any>} drafts */
function keptIn(view, drafts) {
  const blocks = new Set((view.blocks ?? []).map((/** @type {any} */ block) => block.block_id))
  return Object.fromEntries(Object.entries(drafts).filter(([blockId]) => blocks.has(blockId)))
}

/** Values of its inputs. @param {any} view @param {Record<string, any>} drafts */
function valuesFor(view, drafts) {
  const inputs = (view.blocks ?? []).filter((/** @type {any} */ block) => block.type === 'input')
  const kept = Object.entries(keptIn({ blocks: inputs }, drafts))
  return Object.fromEntries(kept.map(([blockId, draft]) => [blockId, draft.value]))
}
