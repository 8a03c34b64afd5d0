// @ts-check
import { appNow, perform } from '../client.js'
import { html, useEffect, useMemo, useRef, useState } from '../html.js'
import { DIRECT, follow } from '../store.js'
import { Names } from '../text/views.js'
import { Conversation } from './conversation.js'
import { Home } from './home.js'
import { ModalDialog } from './modal.js'
import { Session, keepInAddress, placeInAddress, titleOf } from './session.js'
import { Sidebar } from './sidebar.js'
import { Thread } from './thread.js'

/** @typedef {import('../store.js').Sight} Sight */

/** The whole page. */
export function App() {
  const [sight, setSight] = useState(/** @type {Sight | undefined} */ (undefined))
  const [wanted, setWanted] = useState(placeInAddress)
  const line = useRef(/** @type {ReturnType<typeof follow> | undefined} */ (undefined))
  const as = wanted.as ?? ''

  useEffect(() => {
    line.current = follow(as, setSight)
    return () => line.current?.close()
  }, [as])

  const place = sight && placeIn(sight, wanted)
  useEffect(() => {
    if (place === undefined || sight === undefined) return
    keepInAddress(place)
    document.title = `${titleOf(sight, place.in)} · ${sight.team.name}, simulated`
  }, [place?.as, place?.in, place?.thread])
  const names = useMemo(() => sight && namesIn(sight), [sight?.people, sight?.channels, sight?.app, sight?.me])
  if (sight === undefined || place === undefined) return html`<p class="loading">Opening the workspace…</p>`

  const session = {
    sight,
    place,
    perform: (/** @type {Record<string, unknown>} */ act) => perform(place.as, act),
    notice: (
      /** @type {string} */ conversation,
      /** @type {string} */ text,
      /** @type {string | undefined} */ threadTs,
    ) => line.current?.notice(conversation, text, threadTs),
    refreshApp: () => void appNow(place.as).then((app) => app && line.current?.setApp(app)),
    go: (/** @type {Partial<import('./session.js').Place>} */ next) =>
      setWanted({ ...place, thread: undefined, ...next }),
  }
  return html`<${Session.Provider} value=${session}
    ><${Names.Provider} value=${names}>
      <p class="banner" role="note">
        <span aria-hidden="true">🧪</span> Simulated workspace: nothing leaves this
        machine.${LINES[sight.line] && html` <b role="status">${LINES[sight.line]}</b>`}
      </p>
      <div class=${`workspace ${place.thread ? 'with-thread' : ''}`}>
        <${Sidebar} />
        ${place.in === 'home' ? html`<${Home} key=${place.as} />` : html`<${Conversation} key=${`${place.as} ${place.in}`} conversation=${place.in} />`}
        ${place.thread !== undefined && html`<${Thread} key=${`${place.in} ${place.thread}`} conversation=${place.in} ts=${place.thread} />`}
      </div>
      ${sight.modal && html`<${ModalDialog} modal=${sight.modal} />`}
    <//><//
  >`
}

/** @type {Readonly<Record<string, string>>} */
const LINES = {
  lost: 'Connection lost, trying again…',
  closed: 'The workspace has closed: this page shows how it was.',
}

/** Where the person can be: what the address says, if it is there. @param {Sight} sight @param {Partial<import('./session.js').Place>} wanted */
function placeIn(sight, wanted) {
  const known = wanted.in === 'home' || wanted.in === DIRECT || sight.channels.some(({ id }) => id === wanted.in)
  const conversation = known && wanted.in !== undefined ? wanted.in : (sight.channels[0]?.id ?? DIRECT)
  return {
    as: sight.me.name,
    in: conversation,
    ...(conversation === wanted.in && wanted.thread && { thread: wanted.thread }),
  }
}

/** @param {Sight} sight */
function namesIn(sight) {
  const people = new Map(sight.people.map(({ id, name }) => [id, name])).set(sight.app.id, sight.app.name)
  const channels = new Map(sight.channels.map(({ id, name }) => [id, name]))
  const groups = new Map(sight.userGroups.map(({ id, handle }) => [id, handle]))
  return {
    me: sight.me.id,
    user: (/** @type {string} */ id) => people.get(id) ?? id,
    channel: (/** @type {string} */ id) => channels.get(id) ?? id,
    group: (/** @type {string} */ id) => groups.get(id) ?? id,
    hue: (/** @type {string} */ id) => Math.max(0, [...people.keys()].indexOf(id)) % 6,
    users: sight.people.map(({ id, name }) => ({ text: name, value: id })),
    channels: sight.channels.map(({ id, name }) => ({ text: `#${name}`, value: id })),
  }
}
