import { createAdaptorServer } from '@hono/node-server'
import { once } from 'node:events'
import { chmod, rename, rm, stat } from 'node:fs/promises'
import type { Server } from 'node:http'
import { systemClock } from '../clock.ts'
import { HwError } from '../errors.ts'
import { controlRouter } from './router.ts'
import type { ControlSite } from './site.ts'
import { socketPlace } from './socket-path.ts'

const SOCKET_MODE = 0o600
/** More than any site has operators; a program that forgets to close them must not use up the descriptors of the runs. */
const MOST_CONNECTIONS = 256
/** Wall time that answers under way have to get out when the server closes. */
const CLOSE_MS = 2_000

export interface ControlOptions {
  /** Where the socket should be, see `usualSocketPath`. */
  readonly path: string
}

/** The control socket of the process that owns a state directory. */
export interface ControlServer extends AsyncDisposable {
  /** Where it really is: elsewhere where the wished path is too long for a socket. Publish this one. */
  readonly path: string
  /** Answers that are still going on. */
  readonly openStreams: number
  /** Takes no more requests, ends the streams, and removes the socket. */
  close(): Promise<void>
}

/**
 * Serves the control API on a Unix socket that only this user can open. Whoever calls it holds the lease of the state directory: a
 * socket that is there already was left by a process that is gone.
 *
 * @throws HwError `control.no-socket`
 */
export async function startControl(site: ControlSite, options: ControlOptions): Promise<ControlServer> {
  const place = await socketPlace(options.path)
  const router = controlRouter(site)
  const server = createAdaptorServer({ fetch: router.fetch, overrideGlobalObjects: false }) as Server
  server.maxConnections = MOST_CONNECTIONS
  try {
    await rm(place.bindTo, { force: true })
    server.listen(place.bindTo)
    await once(server, 'listening')
    await chmod(place.bindTo, SOCKET_MODE)
    // Takes the place of what a killed process left, at once. And a server removes the path it was bound to when it closes: by then
    // the next owner's socket may be at the real one.
    await rename(place.bindTo, place.path)
  } catch (error) {
    server.close()
    await rm(place.bindTo, { force: true }).catch(() => {})
    await place.leave()
    throw noSocket(place.path, error)
  }
  const { ino } = await stat(place.path)
  // the socket keeps nobody alive: a program that has done its work ends
  server.unref()
  let closed: Promise<void> | undefined
  const close = async () => {
    router.endStreams()
    const over = new AbortController()
    const ended = new Promise<void>((resolve) => server.close(() => resolve())).finally(() => over.abort())
    server.closeIdleConnections()
    await systemClock.sleep(CLOSE_MS, over.signal).catch(() => {})
    server.closeAllConnections()
    await ended
    const there = await stat(place.path).catch(() => undefined)
    if (there?.ino !== ino) return
    await rm(place.path, { force: true })
    await place.leave()
  }
  return {
    path: place.path,
    get openStreams() {
      return router.openStreams
    },
    close: () => (closed ??= close()),
    [Symbol.asyncDispose]: () => (closed ??= close()),
  }
}

function noSocket(path: string, cause: unknown): HwError {
  return new HwError({
    code: 'control.no-socket',
    kind: 'internal',
    message: `The control socket ${path} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: 'See that the state directory is on a file system that takes sockets, or switch the control socket off.',
    context: { path },
    cause,
  })
}
