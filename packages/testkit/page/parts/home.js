// @ts-check
import { html, useContext, useEffect, useMemo, useState } from '../html.js'
import { Blocks } from '../blocks/blocks.js'
import { Surface } from '../blocks/surface.js'
import { failureOf } from '../client.js'
import { AppTabs } from './app-tabs.js'
import { Session } from './session.js'

/** The app's Home tab. Opening it tells the app, which publishes what is to be seen. */
export function Home() {
  const { sight, perform } = useContext(Session)
  const [failed, setFailed] = useState(/** @type {string | undefined} */ (undefined))
  useEffect(() => {
    perform({ act: 'openHome' }).then(
      (delivery) => setFailed(failureOf(delivery)),
      (error) => setFailed(error.message),
    )
  }, [])
  const surface = useMemo(
    () => ({
      kind: /** @type {const} */ ('home'),
      send: (/** @type {string} */ actionId, /** @type {string | undefined} */ value) =>
        perform({ act: 'homeClick', actionId, value }),
      drafts: {},
      draft: () => {},
      errors: {},
    }),
    [],
  )
  return html`<main class="conversation home">
    <header class="top">
      <h2>${sight.app.name}</h2>
      <${AppTabs} />
    </header>
    <div class="messages" role="tabpanel" aria-label="Home" tabindex="0">
      <div class="sheet">
        ${
          sight.home
            ? html`<${Surface.Provider} value=${surface}><${Blocks} blocks=${sight.home.blocks ?? []} /><//>`
            : html`<p class="hint">
                ${failed ? `The app did not answer (${failed}).` : 'The app has not published anything here yet.'}
              </p>`
        }
      </div>
    </div>
  </main>`
}
