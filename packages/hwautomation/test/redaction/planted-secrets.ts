import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabConnection, LabTool } from '@hwautomation/testkit'
import ssh2 from 'ssh2'

/** Secrets by what they are, and the pieces in which one might come out. */
export type Secrets = Readonly<Record<string, readonly string[]>>

/** Characters that every encoding changes, and that a BMC takes. */
export const PASSWORDS = {
  'password of the BMC user': 'pA"s\\s/w+ö&%1<x>\'y',
  'password of a named BMC user': 'N4m"e\\d/+&%2<x>\'',
  'passphrase of the SSH key': 'ph"r\\a/s+e &%3<x>\'ß',
  'password of the proxy': 'pr"o\\x/y+&%4<x>',
} as const

/** A key pair whose private half is encrypted. */
export function lockedKeyPair(passphrase: string): { readonly privateKey: string; readonly publicKey: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 4 })
    // About one in 200 keys that ssh2 makes it cannot read itself.
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error))
      return { privateKey: pair.private, publicKey: pair.public }
  }
}

/** Everything that must never come out, in every form that something on the way might give it. Made without the library's redactor. */
export function formsOf(secret: string): readonly string[] {
  const xml = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
  const bytes = Buffer.from(secret)
  return [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      encodeURIComponent(encodeURIComponent(secret)),
      new URLSearchParams({ p: secret }).toString().slice(2),
      JSON.stringify(secret).slice(1, -1),
      xml,
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      bytes.toString('latin1'),
    ]),
  ]
}

/**
 * An in-band tool that says every secret, in every form, on stderr each time it is called, before it does its work: a vendor's tool in
 * debug mode, or one that was tampered with.
 */
export function talkativeTools(
  tools: LabConnection['tools'],
  folder: string,
  architecture: string,
  words: readonly string[],
): LabConnection['tools'] {
  const talkative = (tool: LabTool): LabTool => {
    const [real, ...others] = tool.files
    // A package brings its program along.
    if (real === undefined || real.name !== tool.command) return tool
    const { name } = real
    const script = `#!/bin/sh\ncat >&2 <<'END'\n${words.join('\n')}\nEND\nexec "\${0%/*}/${name}.real" "$@"\n`
    const path = join(folder, name)
    writeFileSync(path, script)
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    return { ...tool, files: [{ path, sha256, name, mode: '0755' }, { ...real, name: `${name}.real` }, ...others] }
  }
  return Object.fromEntries(
    Object.entries(tools).map(([name, described]) => [
      name,
      described.map((tool) => (tool.architecture === architecture ? talkative(tool) : tool)),
    ]),
  )
}
