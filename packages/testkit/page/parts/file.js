// @ts-check
import { fileAddress, fileText } from '../client.js'
import { html, useContext, useState } from '../html.js'
import { Session } from './session.js'

/** A file on a message: its first lines, the whole of it on demand, and a download. @param {{ file: import('../store.js').PageFile }} props */
export function FileCard({ file }) {
  const { place } = useContext(Session)
  const [whole, setWhole] = useState(/** @type {string | undefined} */ (undefined))
  const [failed, setFailed] = useState(false)
  const toggle = () => {
    if (whole !== undefined) return setWhole(undefined)
    fileText(place.as, file.id).then(setWhole, () => setFailed(true))
  }
  const name = file.title || file.name
  return html`<section class="file" aria-label=${`File ${name}`}>
    <header>
      <span class="kind" aria-hidden="true">${(file.name.split('.').at(-1) ?? 'txt').slice(0, 4)}</span>
      <span class="titles"><b>${name}</b><small>${file.name} · ${sizeOf(file.size)}</small></span>
      <button
        type="button"
        class="button small"
        aria-expanded=${whole === undefined ? 'false' : 'true'}
        onClick=${toggle}
      >
        ${whole === undefined ? 'View' : 'Hide'}
      </button>
      <a class="button small" href=${fileAddress(place.as, file.id)} download=${file.name}>Download</a>
    </header>
    <pre>${whole ?? file.preview}</pre>
    ${failed && html`<p class="failed" role="alert">The file is not there any more.</p>`}
  </section>`
}

/** @param {number} bytes */
function sizeOf(bytes) {
  return bytes < 1000
    ? `${bytes} bytes`
    : bytes < 1_000_000
      ? `${(bytes / 1000).toFixed(1)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`
}
