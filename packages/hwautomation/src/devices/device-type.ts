import { z } from 'zod'
import { biosTemplateSchema, emptyTemplate } from '../bios/template.ts'
import type { BiosTemplate } from '../bios/template.ts'
import type { BiosVendorName } from '../bios/configuration.ts'
import { biosVendorNames } from '../bios/vendors.ts'
import { bmcSettingsSchema, bmcUserSchema, type BmcSettings, type BmcUserWish } from './bmc-settings.ts'
import { boardingSchema, type BoardingRules } from './boarding.ts'
import { durationSchema } from './duration.ts'

/** Names of device types: they stand in commands, URLs, file names and chat. */
export const deviceTypeName = z
  .string()
  .max(64)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'is not a name for a device type: letters, digits, `.`, `_` and `-`, no blanks',
  )

/** What MAAS takes as the name of a tag. */
const tagName = z
  .string()
  .max(64)
  .regex(/^[a-zA-Z0-9_-]+$/, 'is not a tag name: MAAS takes letters, digits, `_` and `-`')

const stepId = z.string().regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'is not a step id, e.g. `bios-push`')

const text = z
  .string()
  .max(200)
  .regex(/^[^\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?$/u, 'must be one line without blanks at its ends')

const matchSchema = z
  .strictObject({
    manufacturer: text.describe('DMI system-manufacturer; other spellings of the same vendor match too'),
    products: z
      .array(text)
      .min(1)
      .exactOptional()
      .describe('DMI system-product-name, one of these; Supermicro’s says little (`Super Server`)'),
    boards: z.array(text).min(1).exactOptional().describe('DMI baseboard-product-name, one of these'),
    architecture: z.enum(['aarch64', 'x86_64', 'arm64', 'amd64']).describe('`uname -m`'),
  })
  .refine(({ products, boards }) => products !== undefined || boards !== undefined, {
    path: ['products'],
    message: 'is missing: a machine is recognised by `products`, `boards` or both',
  })

const hardwareSchema = z.strictObject({
  cpu: text.exactOptional(),
  cores: z.int().min(1).max(4096).exactOptional(),
  mhz: z.int().min(100).max(20_000).exactOptional(),
  memoryGiB: z.int().min(1).max(1_048_576).exactOptional(),
  storage: text.exactOptional(),
  network: text.exactOptional(),
})

/** The in-band tool that reads and writes the BIOS; `saa` is the successor of `sum` for newer Supermicro boards. */
export const biosTools = ['ilorest', 'sum', 'saa', 'racadm'] as const
export type BiosTool = (typeof biosTools)[number]
const USUAL_TOOL: Readonly<Record<BiosVendorName, BiosTool>> = { hpe: 'ilorest', supermicro: 'sum', dell: 'racadm' }

const toolsSchema = z.strictObject({
  bios: z.enum(biosTools).exactOptional().describe('default: the tool of the vendor'),
  ipmi: z.enum(['ipmitool']).default('ipmitool'),
})

/** How long a step of this hardware takes. */
const timingSchema = z
  .strictObject({
    expected: durationSchema.describe('what it usually takes; weighs the percentage'),
    attempt: durationSchema.exactOptional().describe('limit of one attempt'),
    total: durationSchema.exactOptional().describe('limit of all attempts'),
  })
  .superRefine(({ expected, attempt = Infinity, total = Infinity }, context) => {
    if (attempt > total && attempt !== Infinity)
      context.addIssue({ code: 'custom', path: ['attempt'], message: 'is longer than `total`' })
    if (expected > Math.min(attempt, total))
      context.addIssue({ code: 'custom', path: ['expected'], message: 'is longer than its limit' })
  })

const ipmiSchema = z.strictObject({
  channel: z
    .union([z.literal('auto'), z.int().min(1).max(15)])
    .default('auto')
    .describe('LAN channel; iLO answers on 2, others on 1 or 8'),
  proof: z
    .enum(['auto', 'direct', 'maas'])
    .default('auto')
    .describe('how a new BMC address is proven: by asking the BMC itself, or (weaker) by a power query of MAAS'),
  settle: durationSchema.default(30_000).describe('how long the BMC may be silent after its address changed'),
  settings: bmcSettingsSchema.default({}).describe('settings of the BMC, written last and read back'),
  users: z.array(bmcUserSchema).default([]).describe('users that the BMC is to have'),
})

/** The YAML form of a device type. Defaults are for what most hardware has in common. */
export const deviceTypeSchema = z.strictObject({
  description: text,
  vendor: z.enum(biosVendorNames),
  match: matchSchema,
  hardware: hardwareSchema.default({}),
  bios: biosTemplateSchema.default({ ...emptyTemplate, preserve: [], allow: [] }),
  boarding: boardingSchema
    .default({ bios: {}, native: {}, bootOrder: [], bmc: {}, users: [], advised: [] })
    .describe('what must be true of a machine of this type: checked at the end of a run and by `validate`'),
  incomplete: text
    .exactOptional()
    .describe('why no machine can be proven to be of this type yet; such a type is listed and refused'),
  tools: toolsSchema.default({ ipmi: 'ipmitool' }),
  steps: z.record(stepId, timingSchema).default({}).describe('durations by step id'),
  reboots: z
    .strictObject({ biosApply: z.int().min(1).max(5).default(1).describe('resets that applying BIOS settings takes') })
    .default({ biosApply: 1 }),
  ipmi: ipmiSchema.default({ channel: 'auto', proof: 'auto', settle: 30_000, settings: {}, users: [] }),
  tag: tagName.exactOptional().describe('MAAS tag; default `hw-type-` and the name'),
})

/** Limits and expectation of one step, in milliseconds. */
export interface StepTiming {
  readonly expectedMs: number
  readonly attemptMs?: number
  readonly totalMs?: number
}

/** One device type, as the rest of the library uses it. */
export interface DeviceType {
  readonly name: string
  readonly description: string
  readonly vendor: z.infer<typeof deviceTypeSchema>['vendor']
  readonly match: {
    readonly manufacturer: string
    /** At least one of the two is there. */
    readonly products?: readonly string[]
    readonly boards?: readonly string[]
    readonly architecture: string
  }
  /** Informational: shown to people, compared with nothing. */
  readonly hardware: Readonly<
    Partial<Record<'cpu' | 'storage' | 'network', string> & Record<'cores' | 'mhz' | 'memoryGiB', number>>
  >
  readonly bios: BiosTemplate
  readonly boarding: BoardingRules
  /** Why no machine can be proven to be of this type yet. */
  readonly incomplete?: string
  readonly tools: { readonly bios: BiosTool; readonly ipmi: 'ipmitool' }
  readonly steps: Readonly<Record<string, StepTiming>>
  readonly reboots: { readonly biosApply: number }
  readonly ipmi: {
    readonly channel: number | 'auto'
    readonly proof: 'auto' | 'direct' | 'maas'
    readonly settleMs: number
    readonly settings: BmcSettings
    readonly users: readonly BmcUserWish[]
  }
  readonly tag: string
  /** File it comes from. */
  readonly source: string
}

/** All tags of device types begin so; stale ones are found by it. */
export const TAG_PREFIX = 'hw-type-'

/** The tag of a type: MAAS allows `[a-zA-Z0-9_-]` only, so `a1.c5.large` is `hw-type-a1-c5-large`. */
export function tagOf(name: string): string {
  return `${TAG_PREFIX}${name.replace(/[^a-zA-Z0-9_-]/g, '-')}`
}

/** A parsed description as a device type. */
export function deviceType(
  name: string,
  source: string,
  { steps, ipmi, tag, tools, ...rest }: z.infer<typeof deviceTypeSchema>,
): DeviceType {
  const timings = Object.entries(steps).map(([id, { expected, attempt, total }]): [string, StepTiming] => [
    id,
    {
      expectedMs: expected,
      ...(attempt === undefined ? {} : { attemptMs: attempt }),
      ...(total === undefined ? {} : { totalMs: total }),
    },
  ])
  return {
    ...rest,
    name,
    source,
    steps: Object.fromEntries(timings),
    tools: { bios: tools.bios ?? USUAL_TOOL[rest.vendor], ipmi: tools.ipmi },
    ipmi: {
      channel: ipmi.channel,
      proof: ipmi.proof,
      settleMs: ipmi.settle,
      settings: ipmi.settings,
      users: ipmi.users,
    },
    tag: tag ?? tagOf(name),
  }
}
