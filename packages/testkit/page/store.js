// @ts-check

/**
 * @typedef {{ id: string, name: string, title: string, mimetype: string, size: number, preview: string }} PageFile
 * @typedef {{
 *   conversation: string, channel: string, ts: string, user: string, threadTs?: string, text: string, blocks: any[],
 *   ephemeral: boolean, broadcast: boolean, edited: boolean, edits: number, files: PageFile[],
 *   changedAt: number, local?: boolean,
 * }} Message `changedAt` is when it came or changed before somebody's eyes (on the page's own clock), 0 if it was there already; `local` ones are Slackbot's, made by the client itself
 * @typedef {{ command: string, description: string, usage: string }} Command
 * @typedef {{ name: string, description: string, callbackId: string, onMessage: boolean }} Shortcut
 * @typedef {{ id: string, view: any, errors: Record<string, string> }} Modal
 * @typedef {{
 *   line: 'open' | 'lost' | 'closed',
 *   team: { id: string, name: string }, me: { id: string, name: string },
 *   people: { id: string, name: string }[],
 *   channels: { id: string, name: string, private: boolean }[],
 *   userGroups: { id: string, handle: string }[],
 *   app: { id: string, name: string, commands: Command[], shortcuts: Shortcut[] },
 *   messages: ReadonlyMap<string, Message>, modal: Modal | null, home: any,
 * }} Sight everything one person sees
 */

/** Who Slack's own notices are from. */
export const SLACKBOT = 'USLACKBOT'
/** The conversation between the person and the app. */
export const DIRECT = 'direct'

/**
 * Follows what one person sees. The server sends everything on each connection, then changes; a lost connection is made again by the browser.
 * @param {string} as
 * @param {(sight: Sight) => void} onChange
 */
export function follow(as, onChange) {
  /** @type {Sight | undefined} */
  let sight
  const change = (/** @type {Partial<Sight>} */ part) => {
    if (sight === undefined) return
    sight = { ...sight, ...part }
    onChange(sight)
  }
  const source = new EventSource(`events?as=${encodeURIComponent(as)}`)
  const on = (/** @type {string} */ event, /** @type {(data: any) => void} */ listener) =>
    source.addEventListener(event, (message) => listener(JSON.parse(message.data)))

  on('everything', (all) => {
    const notices = [...(sight?.messages.values() ?? [])].filter(({ local }) => local)
    const messages = [...all.messages.map((/** @type {Message} */ one) => ({ ...one, changedAt: 0 })), ...notices]
    sight = { ...all, line: 'open', messages: new Map(messages.map((one) => [keyOf(one), one])) }
    onChange(/** @type {Sight} */ (sight))
  })
  on('message', (message) => {
    change({
      messages: new Map(sight?.messages).set(keyOf(message), { ...message, changedAt: performance.now() }),
    })
  })
  on('gone', (gone) => {
    const messages = new Map(sight?.messages)
    if (messages.delete(keyOf(gone))) change({ messages })
  })
  on('modal', (modal) => change({ modal }))
  on('home', (home) => change({ home }))
  // A lost connection is tried again by the browser; one that was answered, but not with a feed, is over: the workspace is another one now.
  source.addEventListener('error', () => change({ line: source.readyState === EventSource.CLOSED ? 'closed' : 'lost' }))

  return {
    close: () => source.close(),
    /** The app as it is installed now. @param {Sight['app']} app */
    setApp: (app) => change({ app }),
    /**
     * A line of Slackbot's that only this person sees, in this tab.
     * @param {string} conversation @param {string} text @param {string} [threadTs]
     */
    notice(conversation, text, threadTs) {
      const last = Math.max(Date.now() / 1000, ...[...(sight?.messages.values() ?? [])].map(({ ts }) => Number(ts)))
      /** @type {Message} */
      const message = {
        conversation,
        channel: conversation,
        ts: (last + 0.000_01).toFixed(6),
        user: SLACKBOT,
        ...(threadTs && { threadTs }),
        text,
        blocks: [],
        ephemeral: true,
        broadcast: false,
        edited: false,
        edits: 0,
        files: [],
        changedAt: performance.now(),
        local: true,
      }
      change({ messages: new Map(sight?.messages).set(keyOf(message), message) })
    },
  }
}

/** Messages of a conversation that stand in the channel itself, oldest first. @param {Sight} sight @param {string} conversation */
export function rootsOf(sight, conversation) {
  return inOrder(
    [...sight.messages.values()].filter(
      (one) => one.conversation === conversation && (one.threadTs === undefined || one.broadcast),
    ),
  )
}

/** Replies to a message, oldest first. @param {Sight} sight @param {string} conversation @param {string} ts */
export function repliesTo(sight, conversation, ts) {
  return inOrder([...sight.messages.values()].filter((one) => one.conversation === conversation && one.threadTs === ts))
}

/** @param {Message[]} messages */
function inOrder(messages) {
  return messages.toSorted((a, b) => Number(a.ts) - Number(b.ts))
}

/** @param {{ channel: string, ts: string }} message */
function keyOf({ channel, ts }) {
  return `${channel} ${ts}`
}
