import type { BmcSettingName, BmcUserWish } from '../devices/bmc-settings.ts'
import { asksForBmc } from '../boarding/report.ts'
import { noBoardingRules, type BoardingRules } from '../devices/boarding.ts'
import type { Provisioning } from './provisioning.ts'
import type { BmcQuestions } from './bmc-settings.ts'

/** One setting that the BMC is to have. */
export interface SettingWish {
  readonly name: BmcSettingName
  readonly value: string
}

/** What a device type asks of a BMC beside its address. */
export interface BmcWishes {
  readonly users: readonly BmcUserWish[]
  /** In the order in which they are written: what shuts a door of ours comes last. */
  readonly settings: readonly SettingWish[]
  /** Whether anything is to be written. */
  readonly writes: boolean
  /** Whether the BMC has to be asked at all: for these, or for boarding rules. */
  readonly any: boolean
}

/** Each shuts one more way in; after the last one not even the vendor's tool gets in without a password. */
const WRITTEN_IN_THIS_ORDER: readonly BmcSettingName[] = [
  'ipmi-over-lan',
  'require-login-for-rbsu',
  'host-interface',
  'kcs-control',
  'require-host-authentication',
]

/** Settings by which a BMC may be closed to the tools on its host. */
export const DOORS: readonly BmcSettingName[] = ['kcs-control', 'require-host-authentication']

/** What the type of a run wants of its BMC. Runs of before there were such wishes have none on record. */
export function wishesOf({ profile }: Pick<Provisioning, 'profile'>): BmcWishes {
  const ipmi: Partial<Provisioning['profile']['ipmi']> = profile.ipmi
  const { settings: wanted = {}, users = [] } = ipmi
  const settings = WRITTEN_IN_THIS_ORDER.flatMap((name): SettingWish[] => {
    const value = wanted[name]
    return value === undefined ? [] : [{ name, value }]
  })
  const writes = settings.length + users.length > 0
  return { users, settings, writes, any: writes || asksForBmc(boardingOf({ profile })) }
}

/** The boarding rules of a run; one of before there were any has none on record. */
export function boardingOf({ profile }: Pick<Provisioning, 'profile'>): BoardingRules {
  const recorded: { readonly boarding?: BoardingRules } = profile
  return recorded.boarding ?? noBoardingRules
}

/** What has to be read to know how far a BMC is from its wishes and rules. */
export function questionsOf(request: Pick<Provisioning, 'profile'>): BmcQuestions {
  const { users, settings } = wishesOf(request)
  const rules = boardingOf(request)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by a schema with these keys only
  const ruled = Object.keys(rules.bmc) as BmcSettingName[]
  return {
    settings: [...new Set([...settings.map(({ name }) => name), ...ruled])],
    users: users.length + rules.users.length > 0,
    licence: rules.licence !== undefined,
  }
}
