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
  /** By the vendor's attribute name; wins over `settings` where both name one attribute. */
  readonly native: Readonly<Record<string, string | number>>
  /** Globs (`*`, leading `!` excludes) on native and canonical names: never changed, whatever the template says. */
  readonly preserve: readonly string[]
  readonly allow: readonly Consent[]
  /** Native attribute of the NIC the machine boots from, e.g. `Slot1NicBoot1`; needed where several NICs can boot. */
  readonly bootNic?: string
}

/** Nothing wanted, nothing allowed. */
export const emptyTemplate: BiosTemplate = { settings: {}, native: {}, preserve: [], allow: [] }

/**
 * Name of a native attribute. Names that JavaScript objects give a meaning to are refused,
 * so that no template can reach a prototype.
 */
const nativeName = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_.:-]{0,127}$/,
    'is not the name of a BIOS attribute (letters, digits, `_`, `.`, `:` and `-`)',
  )

/** A glob without blanks at its ends; at most 128 characters. */
const glob = z
  .string()
  .regex(/^!?[^\s!](?:.{0,126}\S)?$/, 'is not a glob: use a name with `*`, and `!` in front to exclude')

/** The YAML form of a template. */
export const biosTemplateSchema = z.strictObject({
  settings: biosSettingsSchema.default({}).describe('canonical settings'),
  native: z
    .record(nativeName, z.union([z.string().max(1024), z.int()]))
    .default({})
    .describe('settings by their vendor name'),
  preserve: z.array(glob).default([]).describe('names that are never changed'),
  allow: z.array(z.enum(consents)).default([]).describe('what may take the machine out of reach'),
  bootNic: nativeName.exactOptional().describe('attribute of the NIC the machine boots from'),
}) satisfies z.ZodType<BiosTemplate>
