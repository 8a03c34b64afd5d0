import { z } from 'zod'

export const MaasVersion = z.looseObject({
  version: z.string(),
  subversion: z.string().optional(),
  capabilities: z.array(z.string()),
})
export type MaasVersion = z.infer<typeof MaasVersion>

export const MaasUser = z.looseObject({ username: z.string(), is_superuser: z.boolean(), email: z.string().nullish() })
export type MaasUser = z.infer<typeof MaasUser>

/** A public key of the API user: the ephemeral OS of a machine this user owns lets its holder in. */
export const MaasSshKey = z.looseObject({ id: z.number(), key: z.string(), keysource: z.string().nullish() })
export type MaasSshKey = z.infer<typeof MaasSshKey>

export const MaasTag = z.looseObject({
  name: z.string(),
  definition: z.string().nullish(),
  comment: z.string().nullish(),
})
export type MaasTag = z.infer<typeof MaasTag>

/** How many nodes the request named, not how many changed: read the machine back to know. */
export const MaasTagUpdate = z.looseObject({ added: z.int(), removed: z.int() })
export type MaasTagUpdate = z.infer<typeof MaasTagUpdate>

/** `error` is what MAAS says when the BMC refuses its password; the HTTP status is 200 all the same. */
export const MaasPowerState = z.looseObject({ state: z.string() })
export type MaasPowerState = z.infer<typeof MaasPowerState>

/** Empty for the manual power type. Numbers are strings. `power_pass` is in clear text. */
export const MaasPowerParameters = z.looseObject({
  power_address: z.string().optional(),
  power_user: z.string().optional(),
  power_pass: z.string().optional(),
  power_driver: z.string().optional(),
})
export type MaasPowerParameters = z.infer<typeof MaasPowerParameters>

export const MaasEvent = z.looseObject({
  id: z.int(),
  node: z.string(),
  hostname: z.string().optional(),
  username: z.string().nullish(),
  level: z.string(),
  /** UTC without saying so, and a dot after the month: `Mon, 23 Nov. 2026 05:46:21`. See `eventTime`. */
  created: z.string(),
  type: z.string(),
  description: z.string().nullable(),
})
export type MaasEvent = z.infer<typeof MaasEvent>

export const MaasEventPage = z.looseObject({ count: z.int(), events: z.array(MaasEvent) })

/** The ISO time of an event's `created`, or undefined where it is none. */
export function eventTime(event: Pick<MaasEvent, 'created'>): string | undefined {
  const at = Date.parse(`${event.created.replace(/(?<=[A-Za-z])\./, '')} UTC`)
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}
