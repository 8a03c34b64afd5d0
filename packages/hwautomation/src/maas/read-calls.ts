import { invalidInput, machinePath, resultsPath, tagPath, type MaasCall } from './calls.ts'
import { queryChunks } from './query-chunks.ts'

export const versionCall: MaasCall = { method: 'GET', path: 'version/', purpose: 'read the version of MAAS' }

export const whoamiCall: MaasCall = {
  method: 'GET',
  path: 'users/',
  query: { op: 'whoami' },
  purpose: 'read the user of the API key',
}

export const sshKeysCall: MaasCall = {
  method: 'GET',
  path: 'account/prefs/sshkeys/',
  purpose: "read the API user's SSH keys",
}

export function machineCall(id: string): MaasCall {
  return { method: 'GET', path: machinePath(id), machine: id, purpose: `read machine ${id}` }
}

export interface MachineFilter {
  /** system_ids. */
  readonly ids?: readonly string[]
  /** Exact, case-sensitive, without domain. */
  readonly hostnames?: readonly string[]
}

/** One call for each chunk of the filter; none for an empty list, one for no filter at all. */
export function machinesCalls({ ids, hostnames }: MachineFilter): MaasCall[] {
  const call: MaasCall = { method: 'GET', path: 'machines/', purpose: 'list machines' }
  if (ids !== undefined && hostnames !== undefined)
    throw invalidInput('Filter machines by ids or by host names: MAAS would want both to match.')
  if (ids !== undefined) return queryChunks(ids).map((id) => ({ ...call, query: { id } }))
  if (hostnames !== undefined) return queryChunks(hostnames).map((hostname) => ({ ...call, query: { hostname } }))
  return [call]
}

export function powerStateCall(id: string): MaasCall {
  return { ...machineQuery('query_power_state', id, 'query the power of machine'), touchesPower: true }
}

export function powerParametersCall(id: string): MaasCall {
  return { ...machineQuery('power_parameters', id, 'read the power parameters of machine'), secretAnswer: true }
}

export const allPowerParametersCall: MaasCall = {
  method: 'GET',
  path: 'machines/',
  query: { op: 'power_parameters' },
  secretAnswer: true,
  purpose: 'read the power parameters of all machines',
}

export function tagCall(name: string): MaasCall {
  return { method: 'GET', path: tagPath(name), purpose: `read tag ${name}` }
}

export interface EventFilter {
  /** system_ids; without them the events of all machines. */
  readonly ids?: readonly string[]
  /** The id of the newest event already seen. */
  readonly after?: number
  /** 1 to 1000, by default 100. */
  readonly limit?: number
  /** The least level, by default INFO. */
  readonly level?: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL'
}

export function eventsCall({ ids, after, limit = 100, level }: EventFilter): MaasCall {
  // MAAS 3.3 recorded: 0 and less give one event, more than 1000 is refused.
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw invalidInput(`The limit of events must be 1 to 1000, not ${limit}.`)
  const query = { op: 'query', id: ids, after: after?.toString(), limit: limit.toString(), level }
  return { method: 'GET', path: 'events/', query, purpose: 'read events' }
}

export interface ResultsQuery {
  /** Id of a script set; default the current commissioning. */
  readonly set?: number
  /** Only these scripts. */
  readonly scripts?: readonly string[]
  /** With what the scripts printed: the last `tail` characters of each. */
  readonly output?: { readonly tail: number }
}

export function resultsCall(id: string, { set, scripts, output }: ResultsQuery): MaasCall {
  return {
    method: 'GET',
    path: resultsPath(id, set ?? 'current-commissioning'),
    query: { include_output: output === undefined ? undefined : 'true', filters: scripts?.join(',') },
    machine: id,
    purpose: `read the commissioning results of machine ${id}`,
  }
}

function machineQuery(op: string, id: string, purpose: string): MaasCall {
  return { method: 'GET', path: machinePath(id), query: { op }, machine: id, purpose: `${purpose} ${id}` }
}
