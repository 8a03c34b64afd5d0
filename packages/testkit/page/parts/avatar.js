// @ts-check
import { html, useContext } from '../html.js'
import { SLACKBOT } from '../store.js'
import { Names } from '../text/views.js'

/** A face for everybody: initials for people, a rack for the app. @param {{ id: string, name: string, app: boolean }} props */
export function Avatar({ id, name, app }) {
  const { hue } = useContext(Names)
  if (app) return html`<span class="avatar app" aria-hidden="true"><${Rack} /></span>`
  if (id === SLACKBOT) return html`<span class="avatar slackbot" aria-hidden="true">#</span>`
  return html`<span class=${`avatar hue${hue(id)}`} aria-hidden="true"
    >${Array.from(name)[0]?.toUpperCase() ?? '?'}</span
  >`
}

function Rack() {
  return html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round">
    <rect x="4" y="4.5" width="16" height="6" rx="1.4" />
    <rect x="4" y="13.5" width="16" height="6" rx="1.4" />
    <circle cx="7.6" cy="7.5" r="0.9" class="light" />
    <circle cx="7.6" cy="16.5" r="0.9" class="light" />
    <path d="M12 7.5h5M12 16.5h5" stroke-linecap="round" />
  </svg>`
}
