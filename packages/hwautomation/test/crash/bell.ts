import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CallMoment } from './scenario.ts'

/** Something that can be rung, and not asked whether it was. */
export interface Bell extends AsyncDisposable {
  readonly url: string
  readonly rings: number
  /** Has `act` called at that moment of the next ring. Before the effect: there is none, and no answer either. */
  at(moment: CallMoment, act: () => void): void
}

export async function hangBell(): Promise<Bell> {
  let rings = 0
  let next: { readonly moment: CallMoment; readonly act: () => void } | undefined
  const server = createServer((request, response) => {
    const planned = next
    next = undefined
    request.resume()
    if (planned?.moment === 'before-effect') return planned.act()
    rings += 1
    if (planned?.moment === 'after-effect') planned.act()
    response.end(() => planned?.moment === 'after-reply' && planned.act())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get rings() {
      return rings
    },
    at: (moment, act) => void (next = { moment, act }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
