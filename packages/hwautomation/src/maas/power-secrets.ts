import type { Redactor } from '../redaction.ts'

/** Names of MAAS power parameters that hold secrets: power_pass, k_g, power_token_secret, password, key, certificate … */
const SECRET = /pass|secret|token|key|cert|^k_g$/i

/** Adds every secret of a `power_parameters` answer to the redactor, whatever else is wrong with the answer. */
export function learnSecrets(value: unknown, redactor: Redactor, name = ''): void {
  if (typeof value === 'string') {
    if (SECRET.test(name)) redactor.add(value)
  } else if (Array.isArray(value)) {
    for (const item of value) learnSecrets(item, redactor, name)
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) learnSecrets(item, redactor, key)
  }
}
