import type { Site } from '../site.ts'
import type { SlackObject } from '../workspace.ts'
import type { Arguments } from './arguments.ts'
import type { Tier } from './rate-limits.ts'

/** One method of the Web API. */
export interface ApiMethod {
  /** Which token it takes; `none`: looked at, but not needed. */
  readonly token: 'bot' | 'app' | 'none'
  /** Any one of these bot scopes will do. */
  readonly scopes?: readonly string[]
  readonly tier: Tier
  readonly mutating: boolean
  /** Checks, and says what is to be done and answered. @throws SlackFailure */
  run(site: Site, args: Arguments): ApiAnswer
}

export interface ApiAnswer {
  /** The only part that changes anything. */
  readonly effect?: () => void
  /** Without `ok`. A function is called after the effect. */
  readonly reply: SlackObject | (() => SlackObject)
}
