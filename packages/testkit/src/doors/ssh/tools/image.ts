import { createHash } from 'node:crypto'

export interface Image {
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** False when bytes were lost or changed since it was made. */
  readonly intact: boolean
}

const HEAD = /^#!hwautomation-lab ([a-z0-9._+-]+) (\S+) (aarch64|x86_64)\nsha256 ([0-9a-f]{64})\n/

/**
 * The file that stands for a compiled program: what it is, and a checksum over the rest, so that a truncated or
 * altered copy behaves like a corrupted binary. `padding` bytes give it a binary's size.
 */
export function makeImage(name: string, version: string, architecture: string, padding = 0): Buffer {
  const body = Buffer.alloc(padding, `${name} ${version} ${architecture}\n`)
  const head = `#!hwautomation-lab ${name} ${version} ${architecture}\n`
  return Buffer.concat([Buffer.from(`${head}sha256 ${digest(head, body)}\n`), body])
}

/** What a file is; undefined for one that is no image. */
export function readImage(content: Buffer): Image | undefined {
  if (!content.subarray(0, 19).equals(Buffer.from('#!hwautomation-lab '))) return undefined
  const match = HEAD.exec(content.subarray(0, 256).toString('latin1'))
  if (match === null) return undefined
  const [whole, name = '', version = '', architecture = '', sum] = match
  const head = `#!hwautomation-lab ${name} ${version} ${architecture}\n`
  return { name, version, architecture, intact: digest(head, content.subarray(whole.length)) === sum }
}

function digest(head: string, body: Buffer): string {
  return createHash('sha256').update(head).update(body).digest('hex')
}
