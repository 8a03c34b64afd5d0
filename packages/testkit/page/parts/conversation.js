// @ts-check
import { html, useContext, useMemo, useState } from '../html.js'
import { DIRECT, rootsOf } from '../store.js'
import { AppTabs } from './app-tabs.js'
import { COMPOSE, Composer } from './composer.js'
import { MessageList } from './message-list.js'
import { Session, titleOf } from './session.js'

/** A channel, or the direct message with the app. @param {{ conversation: string }} props */
export function Conversation({ conversation }) {
  const { sight } = useContext(Session)
  const messages = useMemo(() => rootsOf(sight, conversation), [sight.messages, conversation])
  const [sent, setSent] = useState(0)
  const title = titleOf(sight, conversation)
  return html`<main class="conversation">
    <header class="top">
      <h2>${title}</h2>
      ${conversation === DIRECT ? html`<${AppTabs} />` : html`<small>${[...sight.people.map(({ name }) => name), sight.app.name].join(', ')}</small>`}
    </header>
    <${MessageList}
      messages=${messages}
      label=${title}
      sent=${sent}
      before=${html`<${Beginning} title=${title} direct=${conversation === DIRECT} />`}
    />
    <${Composer} conversation=${conversation} label=${`Message ${title}`} onSend=${() => setSent(sent + 1)} />
  </main>`
}

/** The start of a conversation says what to do in it. @param {{ title: string, direct: boolean }} props */
function Beginning({ title, direct }) {
  const { sight } = useContext(Session)
  const [first] = sight.app.commands
  return html`<section class="beginning">
    <h3>${direct ? `This is between you and ${title}` : `Welcome to ${title}`}</h3>
    ${
      first
        ? html`<p>
            ${first.description ? `${first.description}: type` : 'Type'}${' '}<button
              type="button"
              class="try"
              title="Put it into the field below"
              onClick=${() => window.dispatchEvent(new CustomEvent(COMPOSE, { detail: `${first.command} ` }))}
            >
              <kbd>${first.command}</kbd></button
            >${first.usage && html`${' '}<span class="usage">${first.usage}</span>`}
          </p>`
        : html`<p>Whatever the app posts is shown here as it happens.</p>`
    }
  </section>`
}
