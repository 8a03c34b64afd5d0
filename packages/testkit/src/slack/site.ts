import type { Begin, Serve } from '../call.ts'
import type { LabClock } from '../clock.ts'
import type { FaultBook } from '../faults.ts'
import type { RequestRecorder } from '../log.ts'
import type { RateLimits } from './api/rate-limits.ts'
import type { Uploads } from './api/uploads.ts'
import type { ResponseUrls } from './delivery/response-urls.ts'
import type { Triggers } from './delivery/triggers.ts'
import type { Identifiers } from './identifiers.ts'
import type { Installation } from './installation.ts'
import type { Team } from './model.ts'
import type { SlackChange, SlackDelivery, SlackObject } from './workspace.ts'

/** What every part of a simulated workspace works with. */
export interface Site {
  readonly clock: LabClock
  readonly faults: FaultBook
  readonly log: RequestRecorder
  readonly serve: Serve
  readonly begin: Begin
  readonly team: Team
  readonly ids: Identifiers
  readonly tokens: Tokens
  readonly limits: RateLimits
  readonly triggers: Triggers
  readonly responseUrls: ResponseUrls
  readonly uploads: Uploads
  readonly refusedBlocks: ReadonlySet<string>
  /** The app as it is installed now. */
  installation: Installation
  /** `http://127.0.0.1:PORT`. */
  origin: string
  changed(change: SlackChange): void
  /** Where `apps.connections.open` sends a client. */
  openSocketUrl(): string
  /** An event of the Events API, if the app is subscribed to it. Never throws. */
  event(event: SlackObject): Promise<SlackDelivery | undefined>
}

/** Credentials of the installed app and what has become of them. */
export interface Tokens {
  readonly bot: string
  readonly app: string
  readonly signingSecret: string
  readonly verification: string
  state: 'good' | 'revoked' | 'uninstalled'
}
