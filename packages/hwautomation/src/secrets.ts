import { readFile } from 'node:fs/promises'
import { HwError } from './errors.ts'

/** A vault of yours. Asked for `${secret:NAME}` when it is used; reject or return undefined where there is none. */
export interface SecretSource {
  get(name: string, signal?: AbortSignal): Promise<string | undefined>
}

export interface ResolveSecretOptions {
  readonly secrets?: SecretSource | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
}

/**
 * The value behind `${env:NAME}`, `${file:path}` or `${secret:name}`; any other text is the value itself.
 * One line break at the end of a file is dropped, as editors add it.
 * @throws HwError `config.secret` naming the reference, never the value
 */
export async function resolveSecret(text: string, { secrets, env, signal }: ResolveSecretOptions): Promise<string> {
  const [, source, name = ''] = /^\$\{(env|file|secret):([^}]+)\}$/.exec(text) ?? []
  switch (source) {
    case 'env':
      return env[name] || missing(`the environment variable ${name} is not set`)
    case 'file':
      try {
        return (await readFile(name, { encoding: 'utf8', signal })).replace(/\r?\n$/, '')
      } catch (error) {
        signal?.throwIfAborted()
        return missing(`the file ${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`)
      }
    case 'secret':
      if (secrets === undefined) return missing(`\${secret:${name}} needs a secret source, and none was given`)
      return (await secrets.get(name, signal)) ?? missing(`the secret source has no secret named ${name}`)
    default:
      return text
  }
}

function missing(reason: string): never {
  throw new HwError({
    code: 'config.secret',
    kind: 'invalid',
    message: reason,
    hint: 'Set it where the configuration says it is.',
  })
}
