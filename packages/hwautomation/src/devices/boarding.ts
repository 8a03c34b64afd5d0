import { z } from 'zod'
import { biosSettingsSchema, type BiosSettings } from '../bios/settings.ts'
import { bmcSettingsSchema, type BmcSettings } from './bmc-settings.ts'

/** What must be true of a machine of this type before it goes into service. Checked, never written: the template does that. */
export interface BoardingRules {
  /** Canonical BIOS settings. */
  readonly bios: BiosSettings
  /** BIOS settings by their native name. */
  readonly native: Readonly<Record<string, string | number>>
  /** Whether the BIOS has an administrator password. */
  readonly biosPassword?: 'set' | 'unset'
  /** Kinds of boot devices, in this order; others may stand behind them. */
  readonly bootOrder: readonly BootDeviceKind[]
  readonly bmc: BmcSettings
  /** BMC users that must exist. */
  readonly users: readonly string[]
  /** The vendor's licence for out-of-band management. */
  readonly licence?: 'active'
  /** Rules by name (`bios.secure-boot`, `bmc.*`) whose breach is a warning instead of a failure. Globs. */
  readonly advised: readonly string[]
}

/** What a boot entry boots from. */
export const bootDeviceKinds = ['usb-cd', 'usb-key', 'usb-hdd', 'hdd', 'network'] as const
export type BootDeviceKind = (typeof bootDeviceKinds)[number]

/** No rules. */
export const noBoardingRules: BoardingRules = { bios: {}, native: {}, bootOrder: [], bmc: {}, users: [], advised: [] }

/** The YAML form. */
export const boardingSchema = z.strictObject({
  bios: biosSettingsSchema.default({}),
  native: z.record(z.string().min(1).max(256), z.union([z.string().max(1024), z.int()])).default({}),
  biosPassword: z.enum(['set', 'unset']).exactOptional(),
  bootOrder: z.array(z.enum(bootDeviceKinds)).default([]),
  bmc: bmcSettingsSchema.default({}),
  users: z.array(z.string().min(1).max(64)).default([]),
  licence: z.literal('active').exactOptional(),
  advised: z.array(z.string().min(1).max(100)).default([]),
}) satisfies z.ZodType<BoardingRules>
