import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../../call.ts'
import { SlackFailure, TooManyCalls } from '../failure.ts'
import { holds, scopesOf } from '../installation.ts'
import type { Site } from '../site.ts'
import type { SlackObject } from '../workspace.ts'
import { Arguments } from './arguments.ts'
import { parseBody, type ParsedBody } from './body.ts'
import { channelNameOf } from './chat.ts'
import { httpWire, jsonReply, tooManyReply, type HttpReply } from './http-wire.ts'
import type { ApiMethod } from './method.ts'
import { METHODS } from './methods.ts'

/** Serves `POST /api/<name>`. */
export async function serveApiCall(
  site: Site,
  name: string,
  request: IncomingMessage,
  raw: Buffer,
  response: ServerResponse,
): Promise<void> {
  const parsed = await parseBody(request, raw).catch((error: unknown) => failureOf(error))
  const values = parsed instanceof SlackFailure ? {} : parsed.values
  const args = new Arguments(values)
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
  const server = channelNameOf(site, args)
  const call = {
    door: 'slack' as const,
    ...(server === undefined || server === '' ? {} : { server }),
    call: `slack ${name}`,
    mutating: method?.mutating ?? false,
    detail: detailOf(values),
  }
  await site.serve(call, () => answer(site, name, method, parsed, request, args), httpWire(response, site.limits))
}

function answer(
  site: Site,
  name: string,
  method: ApiMethod | undefined,
  parsed: ParsedBody | SlackFailure,
  request: IncomingMessage,
  args: Arguments,
): Answer<HttpReply> {
  try {
    if (parsed instanceof SlackFailure) throw parsed
    if (method === undefined) throw new SlackFailure('unknown_method', { req_method: name })
    authorise(site, method, tokenOf(request, args))
    site.limits.count(name, method.tier, channelOf(site, args))
    const { effect, reply } = method.run(site, args)
    return {
      ...(effect === undefined ? {} : { effect }),
      reply: () => success(site, method, parsed.warnings, typeof reply === 'function' ? reply() : reply),
    }
  } catch (error) {
    if (error instanceof TooManyCalls) return { reply: () => tooManyReply(error.retryAfterSeconds) }
    const failure = failureOf(error)
    return { reply: () => jsonReply({ ok: false, error: failure.error, ...failure.more }) }
  }
}

/** @throws SlackFailure `not_authed`, `invalid_auth`, `token_revoked`, `account_inactive`, `not_allowed_token_type`, `missing_scope` */
function authorise(site: Site, method: ApiMethod, token: string | undefined): void {
  if (method.token === 'none') return
  if (token === undefined || token === '') throw new SlackFailure('not_authed')
  const kind = token === site.tokens.bot ? 'bot' : token === site.tokens.app ? 'app' : undefined
  if (kind === undefined) throw new SlackFailure('invalid_auth')
  if (site.tokens.state === 'revoked' && kind === 'bot') throw new SlackFailure('token_revoked')
  if (site.tokens.state === 'uninstalled') throw new SlackFailure(kind === 'bot' ? 'account_inactive' : 'invalid_auth')
  if (kind !== method.token) throw new SlackFailure('not_allowed_token_type')
  if (kind === 'bot' && method.scopes !== undefined && !holds(site.installation, ...method.scopes))
    throw new SlackFailure('missing_scope', {
      needed: method.scopes[0] ?? '',
      provided: scopesOf(site.installation),
    })
}

function tokenOf(request: IncomingMessage, args: Arguments): string | undefined {
  const [, bearer] = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '') ?? []
  return bearer ?? args.text('token')
}

/** `X-OAuth-Scopes` and the warnings go with every answer that succeeds. */
function success(site: Site, method: ApiMethod, warnings: readonly string[], reply: SlackObject): HttpReply {
  const warned: SlackObject =
    warnings.length === 0 || reply['warning'] !== undefined
      ? {}
      : {
          warning: warnings.join(','),
          response_metadata: { ...objectOf(reply['response_metadata']), warnings: [...warnings] },
        }
  const answered = jsonReply({ ok: true, ...reply, ...warned })
  const scopes = scopesOf(site.installation)
  return {
    ...answered,
    headers: {
      ...answered.headers,
      ...(method.token === 'bot'
        ? { 'X-OAuth-Scopes': scopes, 'X-Accepted-OAuth-Scopes': (method.scopes ?? []).join(',') }
        : {}),
    },
  }
}

function objectOf(value: SlackObject[string] | undefined): SlackObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}
}

function channelOf(site: Site, args: Arguments): string | undefined {
  return channelNameOf(site, args) ?? args.text('channel')
}

function failureOf(error: unknown): SlackFailure {
  if (error instanceof SlackFailure) return error
  throw error
}

/** Field names, and values that are ids. */
function detailOf(values: SlackObject): string {
  const ids = new Set(['channel', 'ts', 'thread_ts', 'user', 'view_id', 'user_id', 'channel_id'])
  return Object.entries(values)
    .filter(([name]) => name !== 'token')
    .map(([name, value]) => (ids.has(name) && typeof value === 'string' ? `${name}=${value}` : name))
    .join(' ')
}
