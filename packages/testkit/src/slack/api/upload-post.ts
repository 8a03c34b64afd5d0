import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Site } from '../site.ts'
import { httpWire, type HttpReply } from './http-wire.ts'

/** The POST to an upload URL: the bytes, or a multipart form with one file. docs.slack.dev/messaging/working-with-files. Statuses of refusals are assumed. */
export async function serveUpload(
  site: Site,
  id: string,
  raw: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = { door: 'slack', call: 'slack files.upload', mutating: true, detail: id } as const
  const content = await contentOf(request.headers['content-type'] ?? '', raw)
  await site.serve(
    call,
    () => {
      const upload = site.uploads.get(id)
      if (upload === undefined || upload.content !== undefined) return { reply: () => plain(404, 'not found') }
      if (content.length !== upload.length) return { reply: () => plain(400, 'length mismatch') }
      return { effect: () => void (upload.content = content), reply: () => plain(200, `OK - ${content.length}`) }
    },
    httpWire(response, site.limits),
  )
}

function plain(status: number, body: string): HttpReply {
  return { status, headers: { 'Content-Type': 'text/plain' }, body, outcome: status === 200 ? 'ok' : status }
}

async function contentOf(type: string, raw: Buffer): Promise<Buffer> {
  if (!type.toLowerCase().startsWith('multipart/form-data')) return raw
  const form = await new Response(new Uint8Array(raw), { headers: { 'Content-Type': type } }).formData()
  const file = [...form.values()].find((value) => typeof value !== 'string')
  return file === undefined ? Buffer.of() : Buffer.from(await file.arrayBuffer())
}
