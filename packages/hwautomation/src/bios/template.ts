import { z } from 'zod'
import { biosSettingsSchema } from './settings.ts'
import type { BiosSettings } from './settings.ts'

/** What an operator may allow a template to do, although the machine may be out of reach afterwards. */
export const consents = ['disable-network-boot', 'change-boot-mode', 'network-boot-not-first'] as const

/** One permission to cut the machine off. */
export type Consent = (typeof consents)[number]

/** What a device type wants of the BIOS. What is not named is left alone. */
export interface BiosTemplate {
  /** In canonical words. */
  readonly settings: BiosSettings
  /**
   * By the vendor's name (`LogicalProc`; on Supermicro the menu path,
   * `Advanced > CPU Configuration > Hyper-Threading [ALL]`); wins over `settings` where both name
   * one attribute.
   */
  readonly native: Readonly<Record<string, string | number>>
  /** Globs (`*`, leading `!` excludes) on native and canonical names: never changed, whatever the template says. */
  readonly preserve: readonly string[]
  readonly allow: readonly Consent[]
  /** Native attribute of the NIC the machine boots from, e.g. `Slot1NicBoot1`; needed where several NICs can boot. */
  readonly bootNic?: string
}

/** Supermicro's menu paths reach 200 characters. */
const LONGEST_NAME = 256

/** Nothing wanted, nothing allowed. */
export const emptyTemplate: BiosTemplate = { settings: {}, native: {}, preserve: [], allow: [] }

/**
 * The name of a native attribute of any vendor; what a vendor's own names look like is `nativeNameFault`'s matter.
 * Names that JavaScript objects give a meaning to are refused, so that no template can reach a prototype.
 */
const nativeNameSchema = z
  .string()
  .max(LONGEST_NAME)
  .regex(
    /^[^\s\p{C}](?:[^\p{C}\p{Zl}\p{Zp}]*[^\s\p{C}])?$/u,
    'is not the name of a BIOS setting: one line without blanks at its ends',
  )
  .refine((name) => name !== 'prototype' && !(name in Object.prototype), 'is a word of JavaScript, not a BIOS setting')

/** A native value. Whole numbers beyond 2^53 (64-bit ones of SGX) are written as texts. */
const nativeValueSchema = z.union([
  z
    .string()
    .max(1024)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'holds control characters'),
  z.int(),
])

/** A glob without blanks at its ends, as long as the longest name. */
const glob = z
  .string()
  .max(LONGEST_NAME + 1)
  .regex(
    /^!?[^\s!\p{C}](?:[^\p{C}\p{Zl}\p{Zp}]*[^\s\p{C}])?$/u,
    'is not a glob: use a name with `*`, and `!` in front to exclude',
  )

/** The YAML form of a template. */
export const biosTemplateSchema = z.strictObject({
  settings: biosSettingsSchema.default({}).describe('canonical settings'),
  native: z.record(nativeNameSchema, nativeValueSchema).default({}).describe('settings by their vendor name'),
  preserve: z.array(glob).default([]).describe('names that are never changed'),
  allow: z.array(z.enum(consents)).default([]).describe('what may take the machine out of reach'),
  bootNic: nativeNameSchema.exactOptional().describe('attribute of the NIC the machine boots from'),
}) satisfies z.ZodType<BiosTemplate>
