import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HwError } from '../errors.ts'
import { LARGEST_SHEET } from '../provisioning/batch/rack-sheet.ts'
import { errorAnswer } from './error-answer.ts'
import { callerOf } from './input.ts'
import { batchRoutes } from './routes/batches.ts'
import { journalRoutes } from './routes/journal.ts'
import { managerRoutes } from './routes/manager.ts'
import { orderRoutes } from './routes/orders.ts'
import { runRoutes } from './routes/runs.ts'
import { serverRoutes } from './routes/servers.ts'
import type { Routing } from './routing.ts'
import type { Caller, ControlSite } from './site.ts'
import { Streams } from './streamed.ts'

/** More than the largest body there is use for: of a batch, a rack sheet with each of its characters escaped. */
const LARGEST_BODY = 64 * 1024
const LARGEST_BATCH = 2 * LARGEST_SHEET

/** What a router may be told by whoever mounts it. */
export interface RouterOptions {
  /** Who asks; undefined where nobody says so: reading only. Default: the headers `hwa-by` and `hwa-via`. */
  readonly caller?: (request: Request) => Caller | undefined
}

/** The control API without a transport: a request in, a response out. */
export interface ControlRouter {
  readonly fetch: (request: Request) => Promise<Response>
  /** Ends the answers that are still going on. */
  endStreams(): void
  /** How many are. */
  readonly openStreams: number
}

/** The routes of docs/cli.md, "Control API", over this site. */
export function controlRouter(site: ControlSite, options: RouterOptions = {}): ControlRouter {
  const streams = new Streams()
  const whoever = options.caller ?? ((request: Request) => callerOf(request.headers))
  const routing: Routing = {
    site,
    streams,
    whoever,
    whoAsks: (request) => {
      const caller = whoever(request)
      if (caller === undefined) throw nobody()
      return caller
    },
  }
  const app = new Hono()
    .use((context, next) => (context.req.path.startsWith('/api/batches') ? batchLimit : limit)(context, next))
    .route('/api', runRoutes(routing))
    .route('/api', orderRoutes(routing))
    .route('/api', batchRoutes(routing))
    .route('/api', serverRoutes(routing))
    .route('/api', managerRoutes(routing))
    .route('/api', journalRoutes(routing))
    .notFound(({ req }) => errorAnswer(noSuchRoute(req.method, req.path), site.redact))
    .onError((error) => errorAnswer(error, site.redact))
  return {
    fetch: async (request) => app.fetch(request),
    endStreams: () => streams.end(),
    get openStreams() {
      return streams.size
    },
  }
}

function nobody(): HwError {
  return new HwError({
    code: 'control.nobody',
    kind: 'invalid',
    message: 'The request does not say who asks; what changes something is only done for somebody.',
    hint: 'Send the header "hwa-by" with your name.',
  })
}

const limit = limitOf(LARGEST_BODY)
const batchLimit = limitOf(LARGEST_BATCH)

function limitOf(maxSize: number) {
  return bodyLimit({ maxSize, onError: () => Promise.reject(tooLarge(maxSize)) })
}

function tooLarge(most: number): HwError {
  return new HwError({
    code: 'control.too-large',
    kind: 'invalid',
    message: `The body of a request may have at most ${most / 1024} KiB.`,
    hint: 'Send what the route takes, and nothing else.',
  })
}

function noSuchRoute(method: string, path: string): HwError {
  return new HwError({
    code: 'control.no-such-route',
    kind: 'invalid',
    message: `There is no ${method} ${path.slice(0, 200)} here.`,
    hint: 'docs/cli.md lists the routes of the control API.',
  })
}
