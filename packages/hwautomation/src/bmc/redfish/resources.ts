import { z } from 'zod'
import { HwError } from '../../errors.ts'
import { replyError } from './reply-error.ts'
import { pathOf } from './transport.ts'
import type { RedfishReply } from './transport.ts'

/** A filled text field; blanks and nulls, which BMCs give for what they do not know, are undefined. */
const text = z
  .string()
  .nullish()
  .transform((value) => (value == null || value.trim() === '' ? undefined : value.trim()))
  .catch(undefined)
const link = z.looseObject({ '@odata.id': z.string() })
const optionalLink = link.optional().catch(undefined)
const extras = z.record(z.string(), z.unknown()).optional().catch(undefined)

/** `/redfish/v1/`; vendors add, leave out and rename, so everything but being an object is optional. */
export const serviceRootSchema = z.looseObject({
  RedfishVersion: text,
  UUID: text,
  Vendor: text,
  Product: text,
  Oem: extras,
  Systems: optionalLink,
  Managers: optionalLink,
  AccountService: optionalLink,
  SessionService: optionalLink,
  Links: z.looseObject({ Sessions: optionalLink }).optional().catch(undefined),
})

/** More than any collection of one machine has; a page that lists more is cut, so that it costs nothing. */
const MOST_MEMBERS = 256

export const collectionSchema = z.looseObject({
  Members: z
    .array(z.unknown())
    .transform((all) => all.slice(0, MOST_MEMBERS))
    .pipe(z.array(link)),
  'Members@odata.nextLink': text,
})

const resetAction = z.looseObject({
  target: z.string(),
  'ResetType@Redfish.AllowableValues': z.array(z.string()).optional().catch(undefined),
  '@Redfish.ActionInfo': text,
})

export const systemSchema = z.looseObject({
  '@odata.id': text,
  SerialNumber: text,
  UUID: text,
  SKU: text,
  Model: text,
  Manufacturer: text,
  BiosVersion: text,
  PowerState: text,
  Bios: optionalLink,
  Boot: z.unknown().optional(),
  BootProgress: z.looseObject({ LastState: text }).optional().catch(undefined),
  Oem: z
    .looseObject({ Hpe: z.looseObject({ PostState: text }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  Actions: z
    .looseObject({ '#ComputerSystem.Reset': resetAction.optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

/** BIOS settings in force; their names and values are the vendor's. */
export const biosSchema = z.looseObject({})

/** Any resource, nothing of it checked. */
export const anySchema = z.record(z.string(), z.unknown())

/** A resource whose changes are staged in another one (DSP0266, settings resource). */
export const settingsLinkSchema = z.looseObject({ '@Redfish.Settings': z.looseObject({ SettingsObject: link }) })

export const actionInfoSchema = z.looseObject({
  Parameters: z.array(
    z.looseObject({ Name: z.string(), AllowableValues: z.array(z.string()).optional().catch(undefined) }),
  ),
})

/**
 * The resource in an answer to GET, checked.
 * @throws HwError what the answer reports (`replyError`), or `bmc.unreadable-answer` when it is not such a resource
 */
export function readResource<T>(reply: RedfishReply, schema: z.ZodType<T>): T {
  const failed = replyError(reply)
  if (failed) throw failed
  const parsed = schema.safeParse(reply.body)
  if (parsed.success) return parsed.data
  const what =
    reply.body === undefined
      ? `no JSON${reply.text === '' ? '' : ` (${JSON.stringify(reply.text.slice(0, 60))})`}`
      : z.prettifyError(parsed.error).slice(0, 400)
  throw new HwError({
    code: 'bmc.unreadable-answer',
    kind: 'transient',
    message: `The BMC at ${reply.host} gave something unreadable for ${reply.path}: ${what}`,
    hint: 'Is this address a BMC with Redfish? One that is starting up gives such answers for a while.',
    context: { host: reply.host, path: reply.path, status: reply.status },
  })
}

/** Whether two links lead to the same resource: iLO gives them in either letter case and with or without a last slash. */
export function sameResource(a: string, b: string): boolean {
  const plain = (path: string): string => pathOf(path).replace(/\/$/, '').toLowerCase()
  return plain(a) === plain(b)
}
