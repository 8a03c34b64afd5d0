import type { BmcSettingReading, BmcSettingReadings, BmcUserSeen } from '../boarding/seen.ts'
import type { BmcSettingName, BmcUserWish } from '../devices/bmc-settings.ts'
import type { LanConfig } from '../lan/lan-plan.ts'
import { Capability } from '../workflow/context.ts'
import type { Answer } from './capabilities.ts'

/** A BMC to talk to. `certificateSha256: null` trusts whichever certificate comes first; whose BMC it is must then be compared. */
export interface BmcAt {
  readonly address: string
  readonly certificateSha256: string | null
  readonly signal: AbortSignal
}

/** What is asked of a BMC in one session. */
export interface BmcQuestions {
  readonly settings?: readonly BmcSettingName[]
  readonly users?: boolean
  readonly licence?: boolean
  /** The network settings of the address it is asked at: for a BMC that does not let its host ask. */
  readonly lan?: boolean
}

/** What it answered. */
export interface BmcAnswers {
  /** The machine behind it, as it says. */
  readonly host: { readonly serial: string | null; readonly uuid: string | null }
  readonly certificateSha256: string | null
  readonly settings: BmcSettingReadings
  readonly users?: readonly BmcUserSeen[]
  readonly licence?: BmcSettingReading
  /** Absent where none of its interfaces shows the address. */
  readonly lan?: LanConfig
}

/**
 * The BMC's own settings and users, over the network. Every call is a session of its own, closed when it returns. Passwords travel in
 * TLS bodies only; they are named by secret everywhere else.
 */
export interface BmcSettings {
  /** Whether the credentials may be sent to the address MAAS has without recognising the BMC first: those that MAAS itself sends there. */
  readonly asksUnseen: boolean
  /** Why this vendor's BMCs cannot have a setting, or not this value of it. Asks nobody. */
  settingProblem(name: BmcSettingName, value?: string): string | undefined
  /** Why a user cannot be had, by what is configured: a secret that is not there, a password that its vendor's BMC refuses. Asks nobody. */
  userProblem(wish: BmcUserWish): string | undefined
  /** The user that we log in as, and whether a wish would change its password. */
  ownUser(wish: BmcUserWish, signal: AbortSignal): Promise<'another' | 'same' | 'would-change'>
  /** Settings that this BMC does not show are `unreadable`, with the reason. */
  ask(questions: BmcQuestions, at: BmcAt): Promise<Answer<BmcAnswers>>
  /** Sends it once; read it back. Returns what the BMC says must happen before it takes effect, in words, if anything. */
  write(name: BmcSettingName, value: string, at: BmcAt): Promise<string | undefined>
  /** Creates the user or changes it; sending it again is harmless. @throws HwError `bmc.no-free-user` */
  ensureUser(wish: BmcUserWish, at: BmcAt): Promise<void>
  /** Logs in as that user, once. False: the BMC refused the password. */
  canLogIn(wish: BmcUserWish, at: BmcAt): Promise<boolean>
}
export const BmcSettings = new Capability<BmcSettings>('bmc-settings')

export type { BmcSettingReading, BmcSettingReadings, BmcUserSeen }
