import type { Config } from './config.ts'

/** Every secret of a configuration but the MAAS key, which its client makes known itself. For the redactor. */
export function configSecrets({ ssh, bmc, dial }: Config): string[] {
  const proxyPassword = dial === undefined ? '' : decodeURIComponent(new URL(dial).password)
  const all = [ssh.privateKey, ssh.passphrase, bmc.credentials?.password, ...Object.values(bmc.secrets), proxyPassword]
  return all.filter((secret): secret is string => secret !== undefined && secret !== '')
}
