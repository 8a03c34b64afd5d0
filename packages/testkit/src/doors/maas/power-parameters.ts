import { one, truthy } from './fields.ts'
import type { Fields } from './fields.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'

/** Stored power parameters: numbers are strings, the password is clear text (MAAS 3.3 recorded). */
export type PowerParameters = Record<string, string | string[]>

/** What MAAS fills in for `power_type=ipmi`. */
export const IPMI_DEFAULTS: PowerParameters = {
  power_driver: 'LAN_2_0',
  power_boot_type: 'auto',
  power_address: '',
  power_user: '',
  power_pass: '',
  mac_address: '',
  k_g: '',
  cipher_suite_id: '3',
  privilege_level: 'ADMIN',
  workaround_flags: ['opensesspriv'],
}

const PREFIX = 'power_parameters_'
const SKIP_CHECK = 'power_parameters_skip_check'
const DRIVERS = ['LAN', 'LAN_2_0']

/** Whether a form names any power parameter. */
export function namesPowerParameters(form: Fields): boolean {
  return [...form.keys()].some((name) => name.startsWith(PREFIX) && name !== SKIP_CHECK)
}

/**
 * The parameters after a form, or the form's message. The other parameters and the password stay. `skip_check` skips only
 * the form's checks; an unknown parameter is stored then, and dropped by a later form without it (MAAS 3.3 recorded).
 */
export function changedParameters(
  current: PowerParameters,
  powerType: MaasNode['powerType'],
  form: Fields,
): PowerParameters | string {
  const given = [...form].filter(([name]) => name.startsWith(PREFIX) && name !== SKIP_CHECK)
  const changes = Object.fromEntries(given.map(([name, values]) => [name.slice(PREFIX.length), values] as const))
  const known = powerType === 'ipmi' ? IPMI_DEFAULTS : {}
  const result: PowerParameters = {}
  for (const name of Object.keys(known)) result[name] = current[name] ?? known[name] ?? ''
  const unknown = Object.keys(changes).filter((name) => !Object.hasOwn(known, name))
  const skip = truthy(one(form, SKIP_CHECK))
  if (unknown.length > 0 && !skip) return `Unknown parameter(s): ${unknown.join(', ')}.`
  for (const [name, values] of Object.entries(changes)) {
    result[name] = name === 'workaround_flags' ? [...values] : (values[0] ?? '')
  }
  return skip || powerType === 'manual' ? result : (faultOf(result) ?? result)
}

/**
 * Another machine's record with the same parameters but for the password: MAAS runs into its own database there and answers
 * 409 after 12-20 s (recorded twice; the cause is inferred).
 */
export function collides(region: Region, systemId: string | undefined, parameters: PowerParameters): boolean {
  if (parameters['power_address'] === undefined || parameters['power_address'] === '') return false
  const { power_pass: mine, ...rest } = parameters
  const wanted = canonical(rest)
  for (const node of region.nodes.values()) {
    if (node.systemId === systemId || node.powerType === 'manual') continue
    const { power_pass: theirs, ...others } = node.powerParameters
    if (theirs !== mine && canonical(others) === wanted) return true
  }
  return false
}

function faultOf(parameters: PowerParameters): string | undefined {
  if (parameters['power_address'] === '') return 'IP address: This field is required.'
  const driver = String(parameters['power_driver'])
  if (DRIVERS.includes(driver)) return undefined
  return `Power driver: '${driver}' is not a valid power_driver.  It should be one of: 'LAN', 'LAN_2_0'.`
}

function canonical(parameters: PowerParameters): string {
  return JSON.stringify(Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
