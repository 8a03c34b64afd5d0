/** Form or query fields: every value a list, in the order sent. */
export type Fields = ReadonlyMap<string, readonly string[]>

/** A request's body: its fields, and whether it came as JSON (operations that read the form only do not see those). */
export interface Body {
  readonly fields: Fields
  readonly json: boolean
}

/** Thrown for a body that cannot be parsed: 400 `Bad Request`. */
export class MalformedBody extends Error {}

const NOTHING: Body = { fields: new Map(), json: false }

/**
 * Reads a request body by its content type: urlencoded, multipart/form-data or JSON.
 * Without a content type the body is silently ignored (MAAS 3.3 recorded: PUT without Content-Type is a 200 without effect).
 */
export async function readBody(contentType: string | undefined, body: Buffer): Promise<Body> {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded') return { fields: urlencoded(body.toString('utf8')), json: false }
  if (type === 'multipart/form-data') return { fields: await multipart(contentType ?? '', body), json: false }
  if (type === 'application/json') return { fields: fromJson(body.toString('utf8')), json: true }
  return NOTHING
}

/** Fields of a query string or an urlencoded body. */
export function urlencoded(text: string): Fields {
  return collect(new URLSearchParams(text))
}

/** The first value of a field. */
export function one(fields: Fields, name: string): string | undefined {
  return fields.get(name)?.[0]
}

/** All values of a field; empty when absent. */
export function all(fields: Fields, name: string): readonly string[] {
  return fields.get(name) ?? []
}

/**
 * Django's reading of a check box: absent, empty, `false` and `False` are false, everything else is true.
 * MAAS 3.3 recorded: `enable_ssh=0`, `no` and even `banana` count as true.
 */
export function truthy(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== 'False'
}

async function multipart(contentType: string, body: Buffer): Promise<Fields> {
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
    const pairs: [string, string][] = []
    for (const [name, value] of form) pairs.push([name, typeof value === 'string' ? value : await value.text()])
    return collect(pairs)
  } catch (cause) {
    throw new MalformedBody('multipart body cannot be parsed', { cause })
  }
}

function fromJson(text: string): Fields {
  const parsed = parseJson(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new MalformedBody('not a JSON object')
  const fields = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(parsed)) {
    fields.set(name, Array.isArray(value) ? value.map(plain) : [plain(value)])
  }
  return fields
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MalformedBody('JSON body cannot be parsed', { cause })
  }
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function collect(pairs: Iterable<readonly [string, string]>): Fields {
  const fields = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const values = fields.get(name)
    if (values) values.push(value)
    else fields.set(name, [value])
  }
  return fields
}
