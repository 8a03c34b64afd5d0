// @ts-check
import { createContext } from '../html.js'
import { DIRECT } from '../store.js'

/**
 * What every part of the page needs: what the person sees, and the ways to act.
 * @typedef {{
 *   sight: import('../store.js').Sight,
 *   perform: (act: Record<string, unknown>) => Promise<any>,
 *   notice: (conversation: string, text: string, threadTs?: string) => void,
 *   refreshApp: () => void,
 *   go: (place: Partial<Place>) => void,
 *   place: Place,
 * }} SessionOf
 * @typedef {{ as: string, in: string, thread?: string | undefined }} Place where the person is: who, which conversation (or `home`), which thread
 */
export const Session = createContext(/** @type {SessionOf} */ (/** @type {unknown} */ (undefined)))

/** The place kept in the address, so that a reload comes back to it. @returns {Partial<Place>} */
export function placeInAddress() {
  const words = new URLSearchParams(location.hash.slice(1))
  const read = (/** @type {string} */ key) => words.get(key) ?? undefined
  const [as, conversation, thread] = [read('as'), read('in'), read('thread')]
  return { ...(as && { as }), ...(conversation && { in: conversation }), ...(thread && { thread }) }
}

/** @param {Place} place */
export function keepInAddress(place) {
  const words = new URLSearchParams({ as: place.as, in: place.in, ...(place.thread && { thread: place.thread }) })
  history.replaceState(null, '', `#${words}`)
}

/** What a conversation is called. @param {import('../store.js').Sight} sight @param {string} conversation */
export function titleOf(sight, conversation) {
  if (conversation === 'home' || conversation === DIRECT) return sight.app.name
  return `#${sight.channels.find(({ id }) => id === conversation)?.name ?? conversation}`
}
