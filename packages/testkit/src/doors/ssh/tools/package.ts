import { createHash } from 'node:crypto'

/** What stands for a .deb: dpkg on a simulated host takes it, and nothing else. */
export interface LabPackage {
  readonly name: string
  readonly version: string
  /** Debian's word. */
  readonly architecture: 'arm64' | 'amd64'
  readonly files: readonly { readonly path: string; readonly content: Buffer }[]
}

const HEAD = '!<arch>\nhwautomation-lab package '

export function makePackage({ name, version, architecture, files }: LabPackage): Buffer {
  const body = JSON.stringify({
    name,
    version,
    architecture,
    files: files.map(({ path, content }) => ({ path, content: content.toString('base64') })),
  })
  return Buffer.from(`${HEAD}${createHash('sha256').update(body).digest('hex')}\n${body}`)
}

/** Undefined for a file that is no package, or no longer the one that was made. */
export function readPackage(data: Buffer): LabPackage | undefined {
  const text = data.toString('utf8')
  if (!text.startsWith(HEAD)) return undefined
  const [sum = '', ...rest] = text.slice(HEAD.length).split('\n')
  const body = rest.join('\n')
  if (createHash('sha256').update(body).digest('hex') !== sum) return undefined
  const parsed = JSON.parse(body) as Omit<LabPackage, 'files'> & { files: { path: string; content: string }[] }
  return {
    ...parsed,
    files: parsed.files.map(({ path, content }) => ({ path, content: Buffer.from(content, 'base64') })),
  }
}
