import { TextDecoder } from 'node:util'
import type { Redactor } from '../redaction.ts'

/** A longer file is cut; the README says so. */
const LONGEST_FILE = 16 * 1024 * 1024
/** A bundle is sent by mail and attached to tickets: what comes after this many bytes, uncompressed, is left out. */
const LONGEST_BUNDLE = 128 * 1024 * 1024

/** A file of a bundle, masked and bounded. */
export interface BundleFile {
  /** Safe on every system: parts of letters, digits, `.`, `_`, `-`, with `/` between them. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** Makes the files of one bundle: masks secrets, bounds sizes, gives safe names that are used once. */
export class BundleFiles {
  /** What a reader must know: what is missing, cut, or could not be had. */
  readonly notes: string[] = []
  readonly #redactor: Redactor
  readonly #longestFile: number
  readonly #names = new Set<string>()
  #room: number

  constructor(redactor: Redactor, limits: { readonly file?: number; readonly bundle?: number } = {}) {
    this.#redactor = redactor
    this.#longestFile = limits.file ?? LONGEST_FILE
    this.#room = limits.bundle ?? LONGEST_BUNDLE
  }

  note(text: string): void {
    this.notes.push(oneLine(this.#redactor.text(text)))
  }

  text(name: string, text: string): BundleFile {
    return this.#file(name, Buffer.from(this.#redactor.text(text)))
  }

  json(name: string, value: unknown): BundleFile {
    // masked as a structure first: JSON escapes would hide half of a secret with quotes in it
    return this.text(name, `${JSON.stringify(this.#redactor.value(value), null, 2)}\n`)
  }

  async jsonLines(name: string, lines: AsyncIterable<unknown>): Promise<BundleFile> {
    const pieces: Buffer[] = []
    let length = 0
    for await (const line of lines) {
      const piece = Buffer.from(this.#redactor.text(`${JSON.stringify(this.#redactor.value(line))}\n`))
      length += piece.byteLength
      if (length > this.#longestFile) {
        this.note(`${name}: only its first ${length - piece.byteLength} bytes are here; there is more.`)
        break
      }
      pieces.push(piece)
    }
    return this.#file(name, Buffer.concat(pieces))
  }

  /** A file as it was kept. One that is no text is masked byte by byte. */
  bytes(name: string, bytes: Uint8Array): BundleFile {
    const text = asText(bytes)
    if (text !== undefined) return this.text(name, text)
    return this.#file(name, Buffer.from(this.#redactor.text(Buffer.from(bytes).toString('latin1')), 'latin1'))
  }

  #file(wanted: string, whole: Buffer): BundleFile {
    const name = this.#unused(safeName(this.#redactor.text(wanted)))
    const most = Math.min(this.#longestFile, this.#room)
    if (whole.byteLength > most)
      this.note(`${name}: only its first ${most} bytes of ${whole.byteLength} are here; the bundle is bounded.`)
    const bytes = whole.subarray(0, most)
    this.#room -= bytes.byteLength
    return { name, bytes }
  }

  #unused(name: string): string {
    const [, stem = name, ending = ''] = /^(.*?)(\.[A-Za-z0-9]{1,6})?$/.exec(name) ?? []
    let free = name
    // case does not tell files apart everywhere
    for (let number = 2; this.#names.has(free.toLowerCase()); number += 1) free = `${stem}-${number}${ending}`
    this.#names.add(free.toLowerCase())
    return free
  }
}

/** No part of it can leave the folder, hide, or mean something to a shell or another system. */
export function safeName(name: string): string {
  return name
    .split('/')
    .map((part) =>
      part
        .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
        .replace(/^\.+/, '')
        .slice(-80),
    )
    .map((part) => (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(part) ? `_${part}` : part))
    .filter((part) => part !== '')
    .join('/')
}

function asText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 500)
}
