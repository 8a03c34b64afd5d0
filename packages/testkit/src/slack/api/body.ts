import { isObject } from '../json.ts'
import type { IncomingMessage } from 'node:http'
import { SlackFailure } from '../failure.ts'
import type { SlackJson, SlackObject } from '../workspace.ts'

const LARGEST_BODY = 64 * 1024 * 1024

/** The whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LARGEST_BODY) throw new Error('request body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export interface ParsedBody {
  readonly values: SlackObject
  /** `missing_charset`, `superfluous_charset` (docs.slack.dev/apis/web-api). */
  readonly warnings: readonly string[]
}

/** Arguments of query and body. @throws SlackFailure `invalid_json`, `json_not_object`, `invalid_form_data`, `invalid_post_type` */
export async function parseBody(request: IncomingMessage, raw: Buffer): Promise<ParsedBody> {
  const query = new URL(request.url ?? '/', 'http://slack').searchParams
  const type = request.headers['content-type'] ?? ''
  const [kind = ''] = type.toLowerCase().split(';')
  const hasCharset = /charset\s*=/i.test(type)
  const fromQuery = Object.fromEntries(query)
  if (raw.length === 0 && kind === '') return { values: fromQuery, warnings: [] }
  switch (kind.trim()) {
    case 'application/x-www-form-urlencoded':
    case '':
      return {
        values: { ...fromQuery, ...Object.fromEntries(new URLSearchParams(raw.toString())) },
        warnings: hasCharset ? ['superfluous_charset'] : [],
      }
    case 'application/json':
      return { values: { ...fromQuery, ...jsonObject(raw) }, warnings: hasCharset ? [] : ['missing_charset'] }
    case 'multipart/form-data':
      return { values: { ...fromQuery, ...(await multipart(type, raw)) }, warnings: [] }
    default:
      throw new SlackFailure('invalid_post_type')
  }
}

function jsonObject(raw: Buffer): SlackObject {
  let value: SlackJson
  try {
    value = JSON.parse(raw.toString() || '{}') as SlackJson
  } catch {
    throw new SlackFailure('invalid_json')
  }
  if (!isObject(value)) throw new SlackFailure('json_not_object')
  return value
}

/** Text fields of a multipart body. */
async function multipart(type: string, raw: Buffer): Promise<SlackObject> {
  try {
    const form = await new Response(new Uint8Array(raw), { headers: { 'Content-Type': type } }).formData()
    const fields = [...form].map(([name, value]): [string, SlackJson] => [
      name,
      typeof value === 'string' ? value : value.name,
    ])
    return Object.fromEntries(fields)
  } catch {
    throw new SlackFailure('invalid_form_data')
  }
}
