import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BotHealth } from '../health.ts'

/** Where a supervisor asks how the bot is. */
export interface HealthDoor {
  readonly port: number
  close(): Promise<void>
}

/**
 * `/healthz`: 200 as long as the process answers. `/readyz`: 200 while Slack can deliver, takes the token, and what is written to it goes
 * out; else 503. Both with the reasons as JSON. Names, texts and tokens are in neither.
 */
export async function openHealthDoor(
  { host, port }: { readonly host: string; readonly port: number },
  health: () => BotHealth,
): Promise<HealthDoor> {
  const server = createServer({ requestTimeout: 5_000 }, (request, response) => {
    // a URL that is none must not throw: nobody would catch it
    const [path] = (request.url ?? '').split('?')
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead || (path !== '/healthz' && path !== '/readyz')) {
      response.writeHead(404, { 'content-length': 0, connection: 'close' }).end()
      return
    }
    const now = health()
    const body = JSON.stringify(path === '/healthz' ? { alive: true } : now)
    const status = path === '/healthz' || now.ready ? 200 : 503
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' })
    response.end(request.method === 'HEAD' ? undefined : body)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
