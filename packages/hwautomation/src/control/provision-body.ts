import { provisioningRequestSchema, type ProvisioningRequest } from '../provisioning/request.ts'
import { HwError } from '../errors.ts'

/** Field of the body → field of the request. */
const FIELDS: Readonly<Record<string, string>> = {
  server_id: 'serverId',
  device_type: 'deviceType',
  target_ipmi_ip: 'targetIpmiIp',
  gateway: 'gateway',
  subnet_mask: 'subnetMask',
  timeout: 'timeout',
  retry_count: 'retryCount',
  recommission: 'recommission',
  leave_on: 'leaveOn',
  firmware_first: 'firmwareFirst',
  firmware_policy: 'firmwarePolicy',
}
/** What older clients send and nothing is done with; the answer says so. */
const IGNORED: ReadonlySet<string> = new Set(['rack_location'])

/** What a provisioning body asks for. */
export interface Asked {
  readonly request: ProvisioningRequest
  readonly ignored: readonly string[]
}

/**
 * The body of `POST /api/orchestration/provision` as a request.
 * @throws HwError `request.invalid` that names every wrong field as the body has it
 */
export function requestOfBody(body: unknown): Asked {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid(['the body is not an object'])
  const fields = Object.entries(body)
  const unknown = fields.map(([name]) => name).filter((name) => !Object.hasOwn(FIELDS, name) && !IGNORED.has(name))
  const meant = fields.filter(([name]) => Object.hasOwn(FIELDS, name)).map(([name, value]) => [FIELDS[name], value])
  const parsed = provisioningRequestSchema.safeParse(Object.fromEntries(meant))
  const faults = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => asInBody(`${path.join('.')}: ${message}`))
  const problems = [...faults, ...unknown.map((name) => `${name.slice(0, 60)}: there is no such field`)]
  if (problems.length > 0 || !parsed.success) throw invalid(problems)
  const { firmwareFirst: _first, firmwarePolicy: _policy, ...request } = parsed.data
  return { request, ignored: fields.map(([name]) => name).filter((name) => IGNORED.has(name)) }
}

/** The request as a body. */
export function bodyOfRequest(request: ProvisioningRequest): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(FIELDS).flatMap(([wire, field]) => {
      const value = (request as Record<string, unknown>)[field]
      return value === undefined ? [] : [[wire, value]]
    }),
  )
}

function asInBody(problem: string): string {
  return Object.entries(FIELDS).reduce(
    (text, [wire, field]) => text.replaceAll(new RegExp(`\\b${field}\\b`, 'g'), wire),
    problem,
  )
}

function invalid(problems: readonly string[]): HwError {
  return new HwError({
    code: 'request.invalid',
    kind: 'invalid',
    message: `The request cannot be run: ${problems.join('; ')}.`,
    hint: 'Correct the named fields and ask again; nothing was changed.',
    context: { problems },
  })
}
