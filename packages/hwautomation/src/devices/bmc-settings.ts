import { z } from 'zod'
import type { BiosVendorName } from '../bios/configuration.ts'

const onOff = ['enabled', 'disabled'] as const

/**
 * The vendors' own settings of a BMC, in words that mean the same everywhere. They are written last, only after the BMC's address is
 * proven, and only where they can be read back. Most of them shut a door: the host's way to the BMC, or IPMI over the network.
 */
export const bmcSettings = {
  'kcs-control': {
    values: ['administrator', 'operator', 'user'],
    description: 'What the host may do at the BMC over KCS, without a password (Supermicro).',
  },
  'host-interface': { values: onOff, description: 'The Redfish host interface: a network between host and BMC.' },
  'ipmi-over-lan': { values: onOff, description: 'IPMI over the network (RMCP+, port 623).' },
  'require-host-authentication': {
    values: onOff,
    description: 'The host’s own tools have to log in at the BMC (HPE).',
  },
  'require-login-for-rbsu': { values: onOff, description: 'The firmware’s set-up asks for a BMC login (HPE).' },
} as const satisfies Record<string, { readonly values: readonly string[]; readonly description: string }>

/** The name of such a setting. */
export type BmcSettingName = keyof typeof bmcSettings

/** Which of them each vendor's BMCs have; where they keep them is known to the client of the BMC. */
export const bmcSettingsOf: Readonly<Record<BiosVendorName, readonly BmcSettingName[]>> = {
  hpe: ['ipmi-over-lan', 'require-host-authentication', 'require-login-for-rbsu'],
  supermicro: ['kcs-control', 'host-interface', 'ipmi-over-lan'],
  dell: ['host-interface', 'ipmi-over-lan'],
}

/** Settings with their wanted values; what is absent is left alone. */
export type BmcSettings = {
  readonly [Name in BmcSettingName]?: (typeof bmcSettings)[Name]['values'][number]
}

/** A user that the BMC is to have. */
export interface BmcUserWish {
  readonly name: string
  readonly privilege: 'administrator' | 'operator' | 'read-only'
  /** Name of the secret that holds the password; never the password. */
  readonly passwordSecret: string
}

const shape = Object.fromEntries(
  Object.entries(bmcSettings).map(([name, { values, description }]) => [
    name,
    z.enum(values).describe(description).exactOptional(),
  ]),
)

/** Parses them; unknown names and values are refused with what is allowed. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- shape and type are made from the same table
export const bmcSettingsSchema = z.strictObject(shape) as unknown as z.ZodType<BmcSettings>

/** The YAML form of a user. */
export const bmcUserSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,15}$/, 'is not a BMC user name: 16 letters, digits, `.`, `_`, `-`'),
  privilege: z.enum(['administrator', 'operator', 'read-only']).default('administrator'),
  passwordSecret: z.string().min(1).max(100).describe('name of the secret that holds the password'),
}) satisfies z.ZodType<BmcUserWish>
