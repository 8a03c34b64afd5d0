// @ts-check

/**
 * @typedef {{ outcome: 'acked' | 'timeout' | 'unreachable' | 'error', body?: unknown, milliseconds: number }} Delivery
 */

/**
 * Does something as this person, at the workspace's server.
 * @param {string} as
 * @param {Record<string, unknown>} act
 * @returns {Promise<any>} what became of it
 */
export async function perform(as, act) {
  const response = await fetch(`act?as=${encodeURIComponent(as)}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(act),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer.result
}

/** The app as installed now: its commands may have changed. @param {string} as */
export async function appNow(as) {
  const response = await fetch(`app?as=${encodeURIComponent(as)}`)
  return response.ok ? response.json() : undefined
}

/** @param {string} as @param {string} id */
export async function fileText(as, id) {
  const response = await fetch(fileAddress(as, id))
  if (!response.ok) throw new Error('The file is not there any more')
  return response.text()
}

/** @param {string} as @param {string} id */
export function fileAddress(as, id) {
  return `file/${encodeURIComponent(id)}?as=${encodeURIComponent(as)}`
}

/**
 * What Slack tells somebody whose command or click did not get through, or undefined if it did.
 * @param {Delivery | null | undefined} delivery
 */
export function failureOf(delivery) {
  return delivery ? FAILURES[delivery.outcome] : undefined
}

/** @type {Readonly<Record<string, string | undefined>>} */
const FAILURES = {
  timeout: 'operation_timeout',
  unreachable: 'dispatch_failed',
  error: 'dispatch_failed',
}
