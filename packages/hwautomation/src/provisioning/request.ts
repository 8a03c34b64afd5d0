import ms, { type StringValue } from 'ms'
import { z } from 'zod'
import { HwError } from '../errors.ts'
import { isIPv4, maskPrefix } from '../lan/ipv4.ts'

/** MAAS host names, FQDNs and system_ids; nothing that a shell, URL or chat client could read as more than a name. */
const SERVER_ID = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/

const notAvailable = (name: string) =>
  z.undefined({ error: `${name} is not available in this version: firmware is left as it is.` }).optional()

const address = z.ipv4({
  error: (issue) => `expected an IPv4 address such as 192.168.1.100, got ${shown(issue.input)}`,
})

const subnetMask = address.refine((mask) => !isIPv4(mask) || (maskPrefix(mask) ?? 0) > 0, {
  error: (issue) => `expected a subnet mask such as 255.255.255.0, got ${shown(issue.input)}`,
})

/** No server takes that long; a longer time is a typing mistake. */
const LONGEST_DAYS = 30

const duration = z
  .union([z.number().positive(), z.string().regex(/^\s*\d+(\.\d+)?\s*(ms|s|m|h|d)\s*$/)], {
    error: (issue) => `expected seconds or a duration such as "90m", got ${shown(issue.input)}`,
  })
  .pipe(
    z.custom<number | string>((value) => isWithin(value as number | string), {
      error: (issue) => `expected more than nothing and at most ${LONGEST_DAYS} days, got ${shown(issue.input)}`,
    }),
  )

/** A number is seconds. */
function isWithin(value: number | string): boolean {
  const milliseconds = typeof value === 'number' ? value * 1000 : ms(value.trim() as StringValue)
  return milliseconds > 0 && milliseconds <= ms(`${LONGEST_DAYS}d`)
}

/** What may be asked of a provisioning run. */
export const provisioningRequestSchema = z
  .strictObject({
    serverId: z
      .string()
      .max(253)
      .regex(SERVER_ID, {
        error: (issue) => `expected a host name, an FQDN or a MAAS system_id, got ${shown(issue.input)}`,
      }),
    deviceType: z
      .string()
      .max(80)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
        error: (issue) => `expected a device type such as a1.c5.large, got ${shown(issue.input)}`,
      }),
    targetIpmiIp: address.optional(),
    gateway: address.optional(),
    subnetMask: subnetMask.optional(),
    timeout: duration.optional(),
    retryCount: z
      .int({ error: (issue) => `expected a whole number from 0 to 10, got ${shown(issue.input)}` })
      .min(0)
      .max(10)
      .optional(),
    recommission: z.boolean().optional(),
    leaveOn: z
      .enum(['rescue'], {
        error: (issue) => `expected "rescue", the only way MAAS lets a machine stay on, got ${shown(issue.input)}`,
      })
      .optional(),
    firmwareFirst: notAvailable('firmwareFirst'),
    firmwarePolicy: notAvailable('firmwarePolicy'),
  })
  .superRefine((request, issues) => {
    if (request.targetIpmiIp !== undefined) return
    for (const field of ['gateway', 'subnetMask'] as const)
      if (request[field] !== undefined)
        issues.addIssue({ code: 'custom', path: [field], message: `goes with targetIpmiIp; give both or neither` })
  })

/**
 * What a provisioning run is asked to do.
 * `serverId`: host name, FQDN or MAAS system_id. `deviceType`: a name of the catalogue. `targetIpmiIp`, `gateway`, `subnetMask`: the BMC's
 * address to be; without it the BMC is left alone. `timeout`: seconds or a duration for the whole run, at most 30 days.
 * `retryCount`: tries after the first, per step. `recommission`: commission also a machine that is Ready or Broken. `leaveOn: 'rescue'`: end in rescue mode instead of off.
 */
export type ProvisioningRequest = Omit<z.input<typeof provisioningRequestSchema>, 'firmwareFirst' | 'firmwarePolicy'>

/**
 * Checks a request from anywhere: code, a command line, chat.
 * @throws HwError `request.invalid` that names every wrong field with its value and what was expected.
 */
export function parseRequest(input: unknown): ProvisioningRequest {
  const parsed = provisioningRequestSchema.safeParse(input)
  if (parsed.success) {
    const { firmwareFirst: _first, firmwarePolicy: _policy, ...request } = parsed.data
    return request
  }
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`)
  throw new HwError({
    code: 'request.invalid',
    kind: 'invalid',
    message: `The request cannot be run: ${problems.join('; ')}.`,
    hint: 'Correct the named fields and ask again; nothing was changed.',
    context: { problems },
  })
}

/** A value in a message: quoted, printable, short. */
function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? 'a value that JSON does not know')
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
