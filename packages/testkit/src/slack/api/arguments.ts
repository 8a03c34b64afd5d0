import { SlackFailure } from '../failure.ts'
import type { SlackJson, SlackObject } from '../workspace.ts'

/** The arguments of a Web-API call: strings from a form, values from JSON. */
export class Arguments {
  readonly #values: SlackObject

  constructor(values: SlackObject) {
    this.#values = values
  }

  has(name: string): boolean {
    const value = this.#values[name]
    return value !== undefined && value !== null && value !== ''
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    if (value === undefined || value === null) return undefined
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }

  required(name: string): string {
    const value = this.text(name)
    if (value === undefined || value === '') throw missing(name)
    return value
  }

  flag(name: string, byDefault = false): boolean {
    const value = this.text(name)
    return value === undefined ? byDefault : value === 'true' || value === '1'
  }

  number(name: string, byDefault: number): number {
    const value = this.text(name)
    if (value === undefined || value === '') return byDefault
    const number = Number(value)
    if (!Number.isFinite(number)) throw invalid(`must be a valid integer [json-pointer:/${name}]`)
    return number
  }

  /** A structure: itself in a JSON body, JSON text in a form. `refusal`: Slack's error for text that is no JSON. */
  json(name: string, refusal = 'invalid_arguments'): SlackJson | undefined {
    const value = this.#values[name]
    if (typeof value !== 'string') return value ?? undefined
    if (value === '') return undefined
    try {
      return JSON.parse(value) as SlackJson
    } catch {
      throw new SlackFailure(refusal)
    }
  }

  object(name: string, refusal = 'invalid_arguments'): SlackObject | undefined {
    const value = this.json(name, refusal)
    if (value === undefined) return undefined
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new SlackFailure(refusal)
    return value
  }

  list(name: string): readonly string[] {
    return (this.text(name) ?? '').split(',').filter((item) => item !== '')
  }

  /** Everything but the token, for `api.test`. */
  echo(): SlackObject {
    const { token: _, ...rest } = this.#values
    return rest
  }
}

/** Words as `views.open` says them (slackapi/bolt-js#1148). */
function missing(name: string): SlackFailure {
  return invalid(`missing required field: ${name}`)
}

function invalid(message: string): SlackFailure {
  return new SlackFailure('invalid_arguments', { response_metadata: { messages: [`[ERROR] ${message}`] } })
}
