import type { SlackClientOptions } from './slack-clients.ts'

/** Wall milliseconds. */
const TIMEOUT_MS = 10_000

/** Sends the bytes of a file to the address that Slack gave for them. It names the file by itself: the token is not sent along. */
export function createPutBytes(
  options: Pick<SlackClientOptions, 'fetch' | 'logger' | 'redactor'>,
): (url: string, bytes: Buffer) => Promise<boolean> {
  const { logger, redactor } = options
  const send = options.fetch ?? globalThis.fetch
  return async (url, bytes) => {
    try {
      const response = await send(url, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: bytes.toString('utf8'),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await response.arrayBuffer()
      if (response.status !== 200) logger.warn({ status: response.status }, 'Slack did not take the bytes of a file')
      return response.status === 200
    } catch (error) {
      logger.warn({ detail: redactor.text(String(error)) }, 'The bytes of a file could not be sent')
      return false
    }
  }
}
