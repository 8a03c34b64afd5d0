import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SlackWorkspace } from '../workspace.ts'
import { act, ActRefused } from './acts.ts'
import { feed } from './feed.ts'
import { PAGE_HEADERS, refusal, sameToken } from './guard.ts'
import { appOf, fileFor, type PageDirectory } from './sight.ts'
import { readStaticFiles, type StaticFile } from './static-files.ts'

export interface SlackPage {
  /** Path of the page, with the token that opens it: `/page/<token>/`. */
  readonly path: string
  /** Answers a request for the page. False, and nothing done, if it is for somebody else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /** Lets go of every open browser tab. */
  close(): void
}

/**
 * The page in the browser: the workspace as its people see it, each with a channel list, messages, threads, modals and App Home, and the
 * means to type and click. `handle` is mounted before everything else on the workspace's own server, which listens on loopback.
 *
 * @example
 * const page = createPage(workspace, directory)
 * createServer((request, response) => page.handle(request, response) || webApi(request, response))
 */
export function createPage(workspace: SlackWorkspace, directory: PageDirectory): SlackPage {
  const token = randomBytes(16).toString('hex')
  const tabs = new Set<() => void>()
  let files: ReadonlyMap<string, StaticFile> | undefined

  const answer = async (request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams) => {
    const person = personOf(workspace, directory, query.get('as'))
    if (request.method === 'POST' && path === 'act') {
      const result = await act(person, await readJson(request), directory)
      return json(response, 200, { result: result ?? null })
    }
    if (request.method !== 'GET') return json(response, 405, { error: 'Only GET, and POST to act' })
    if (path === 'events') {
      response.writeHead(200, { ...PAGE_HEADERS, 'Content-Type': 'text/event-stream; charset=utf-8' })
      const end = feed(workspace, directory, person, response)
      tabs.add(end)
      return response.once('close', () => tabs.delete(end))
    }
    if (path === 'app') return json(response, 200, appOf(workspace, directory))
    if (path.startsWith('file/')) {
      const file = fileFor(directory, person, path.slice('file/'.length))
      if (file === undefined) return json(response, 404, { error: 'There is no such file, or not for you' })
      return send(response, 200, 'text/plain; charset=utf-8', file.content, {
        'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      })
    }
    files ??= readStaticFiles()
    const file = files.get(path)
    if (file === undefined) return json(response, 404, { error: 'Not found' })
    return send(response, 200, file.type, file.content)
  }

  return {
    path: `/page/${token}/`,
    handle(request, response) {
      const url = new URL(request.url ?? '/', 'http://page')
      const [, given, path] = /^\/page\/([^/]*)\/(.*)$/.exec(url.pathname) ?? []
      if (given === undefined || path === undefined) return false
      const refused = sameToken(given, token) ? refusal(request) : 'The address is not (or no longer) that of the page'
      if (refused !== undefined) {
        json(response, 403, { error: refused })
        return true
      }
      answer(request, response, path, url.searchParams).catch((error: unknown) => {
        if (response.headersSent) return response.destroy()
        const message = error instanceof Error ? error.message : String(error)
        return json(response, error instanceof ActRefused ? 409 : 500, { error: message })
      })
      return true
    },
    close() {
      for (const end of tabs) end()
    },
  }
}

function personOf(workspace: SlackWorkspace, directory: PageDirectory, name: string | null) {
  const known = directory.users.find((user) => user === name) ?? directory.users[0]
  if (known === undefined) throw new ActRefused('The workspace has no users')
  return workspace.user(known)
}

/** A rack sheet is the largest thing anybody sends. */
const MOST_BYTES = 2_000_000

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BYTES) throw new ActRefused('That is too much at once')
    chunks.push(chunk)
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new ActRefused('That is not JSON')
  }
  if (typeof parsed !== 'object' || parsed === null) throw new ActRefused('That is not an object')
  return parsed as Readonly<Record<string, unknown>>
}

function json(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body))
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...PAGE_HEADERS, 'Content-Type': type, ...headers })
  response.end(body)
}
