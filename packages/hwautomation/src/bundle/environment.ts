import { release } from 'node:os'
import { packageVersion } from '../package-folder.ts'
import { REDACTED } from '../redaction.ts'
import type { BundleFile, BundleFiles } from './files.ts'
import type { BundleSource } from './source.ts'

/** Versions, platform, and the configuration without its secrets. */
export function environmentFile({ site }: BundleSource, files: BundleFiles): BundleFile {
  return files.json('environment.json', {
    hwautomation: packageVersion(),
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    release: release(),
    ...(typeof site === 'string' ? {} : { config: withoutSecrets(site.config) }),
  })
}

const SECRET_KEY = /^(apiKey|privateKey|passphrase|password|secret|token)$/i
/** A map of secrets by names that the site chose. */
const SECRETS_KEY = /^secrets$/i

/** By name here, whatever the redactor knows; references and paths stay. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value === 'string') return withoutUserInfo(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (SECRETS_KEY.test(key)) return [key, namesOnly(item)]
      return [key, SECRET_KEY.test(key) ? REDACTED : withoutSecrets(item)]
    }),
  )
}

function namesOnly(value: unknown): unknown {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.keys(value).map((name) => [name, REDACTED]))
    : REDACTED
}

/** A proxy's URL may hold its password. */
function withoutUserInfo(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]+@/i, `$1${REDACTED}@`)
}
