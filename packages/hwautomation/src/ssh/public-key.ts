import ssh2 from 'ssh2'
import { HwError } from '../errors.ts'

/**
 * The public half of a private key, as it stands in `authorized_keys`: type and base64 blob.
 * @throws HwError `ssh.private-key` for text that is no key, or a wrong passphrase; never with a part of the key in it
 */
export function publicKeyOf(privateKey: string, passphrase?: string): { readonly type: string; readonly blob: string } {
  const parsed = ssh2.utils.parseKey(privateKey, passphrase)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key === undefined || key instanceof Error)
    throw new HwError({
      code: 'ssh.private-key',
      kind: 'invalid',
      message: `The SSH private key cannot be read${key instanceof Error ? `: ${key.message}` : ''}.`,
      hint: 'Give an unencrypted OpenSSH or PEM key, or its passphrase.',
    })
  return { type: key.type, blob: key.getPublicSSH().toString('base64') }
}
