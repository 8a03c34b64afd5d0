import { isHwError } from '../../errors.ts'
import type { Json } from '../../workflow/record.ts'
import { policyOf } from '../../workflow/batch/policy.ts'
import { parseRequest, type ProvisioningRequest } from '../request.ts'
import { isRange, readRange } from './range.ts'
import { readRackSheet } from './rack-sheet.ts'

/** What is asked for many servers at once: `servers`, or a rack `sheet`. */
export interface BatchOrder extends Pick<ProvisioningRequest, 'timeout' | 'retryCount' | 'recommission' | 'leaveOn'> {
  /** Names and ranges, with commas: `srv[001-040]`. */
  readonly servers?: string
  /** The text of a CSV file with the columns server, device type, BMC address, gateway, subnet mask, rack; the first is needed. */
  readonly sheet?: string
  /** Of all servers; with a sheet, of those lines that do not say. */
  readonly deviceType?: string
  /** One address, or a range with as many addresses as there are servers: `192.168.1.[101-140]`, in their order. */
  readonly ipmi?: string
  /** Of every BMC that gets an address and whose line does not say. */
  readonly gateway?: string
  readonly subnetMask?: string
  /** Runs at a time. Default 5. */
  readonly atOnce?: number
  /** Runs at a time of one zone or pool of MAAS, or of one rack of the sheet. */
  readonly perGroup?: { readonly by: 'zone' | 'pool' | 'rack'; readonly most: number }
  /** So many first, and all of them COMPLETED, before any other is begun. Default 0. */
  readonly canary?: number
  /** Pauses when more than so many have failed. Default: never. */
  readonly maxFailures?: number
}

/** One server of an order. */
export interface OrderedServer {
  readonly request: ProvisioningRequest
  readonly rack?: string
  readonly problems: readonly string[]
}

/** An order as it was understood; nobody was asked. */
export interface ReadOrder {
  /** Names the batch for people: `srv[001-040] a1.c5.large`. */
  readonly label: string
  readonly servers: readonly OrderedServer[]
  /** Of the order itself. */
  readonly problems: readonly string[]
}

const LONGEST_LABEL = 120

/** What an order asks for, server by server, and everything that is wrong with it. */
export function readOrder(order: BatchOrder): ReadOrder {
  const { perGroup, servers, sheet } = order
  const problems = [...policyProblems(order)]
  if (servers === undefined && sheet === undefined) problems.push('servers: give servers, or a sheet')
  if (servers !== undefined && sheet !== undefined) problems.push('sheet: give servers or a sheet, not both')
  if (sheet === undefined && perGroup?.by === 'rack') problems.push('perGroup: racks are known from a sheet only')
  const read = sheet === undefined ? ofServers(order) : ofSheet(order)
  return { ...read, problems: [...problems, ...read.problems] }
}

/** The order as far as it tells two orders apart. */
export function orderAsJson(order: BatchOrder): Json {
  return JSON.parse(JSON.stringify(order)) as Json
}

function ofServers(order: BatchOrder): ReadOrder {
  const { servers = '', deviceType = '', ipmi } = order
  const label = short(`${servers.replaceAll(/\s+/g, '')} ${deviceType}`)
  if (order.servers === undefined) return { label, servers: [], problems: [] }
  const { names, problems } = readRange(servers, 'servers')
  if (deviceType === '') problems.push('deviceType: is missing, e.g. a1.c5.large')
  const { addresses, faults } = addressesOf(ipmi, names.length)
  problems.push(...faults)
  const asked = names.map((serverId, index) => orderedServer(order, { server: serverId, bmcAddress: addresses[index] }))
  return { label, servers: asked, problems: [...problems, ...goesWith(order, ipmi !== undefined)] }
}

function ofSheet(order: BatchOrder): ReadOrder {
  const { sheet = '', deviceType, ipmi, perGroup } = order
  const { lines, problems } = readRackSheet(sheet)
  const types = new Set(lines.map((line) => line.deviceType ?? deviceType ?? ''))
  const what = types.size === 1 ? [...types][0]! : `${types.size} device types`
  return {
    label: short(`rack sheet, ${lines.length} ${lines.length === 1 ? 'server' : 'servers'}, ${what}`),
    servers: lines.map((line) =>
      orderedServer(
        order,
        line,
        perGroup?.by === 'rack' && line.rack === undefined ? ['rack: is missing, and perGroup counts by it'] : [],
        `line ${line.line}, `,
      ),
    ),
    problems: [
      ...problems,
      ...(ipmi === undefined ? [] : ['ipmi: a sheet has the addresses in its column "BMC address"']),
      ...goesWith(order, lines.some(({ bmcAddress }) => bmcAddress !== undefined) || lines.length === 0),
    ],
  }
}

interface Said {
  readonly server: string
  readonly deviceType?: string
  readonly bmcAddress?: string | undefined
  readonly gateway?: string
  readonly subnetMask?: string
  readonly rack?: string
}

function orderedServer(order: BatchOrder, said: Said, faults: readonly string[] = [], where = ''): OrderedServer {
  const { timeout, retryCount, recommission, leaveOn } = order
  const { bmcAddress, rack, deviceType = order.deviceType } = said
  const hasBmc = bmcAddress !== undefined
  const gateway = said.gateway ?? (hasBmc ? order.gateway : undefined)
  const subnetMask = said.subnetMask ?? (hasBmc ? order.subnetMask : undefined)
  const request: ProvisioningRequest = {
    serverId: said.server,
    deviceType: deviceType ?? '',
    ...(hasBmc ? { targetIpmiIp: bmcAddress } : {}),
    ...(gateway === undefined ? {} : { gateway }),
    ...(subnetMask === undefined ? {} : { subnetMask }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(retryCount === undefined ? {} : { retryCount }),
    ...(recommission === undefined ? {} : { recommission }),
    ...(leaveOn === undefined ? {} : { leaveOn }),
  }
  const problems = [...(deviceType === undefined && where !== '' ? ['device type: is missing'] : []), ...faults]
  // one that no server has is said once, of the order
  const spoken = deviceType === undefined ? { ...request, deviceType: 'missing' } : request
  return {
    request,
    ...(rack === undefined ? {} : { rack }),
    problems: [...problems, ...requestProblems(spoken)].map((problem) => `${where}${problem}`),
  }
}

function requestProblems(request: ProvisioningRequest): readonly string[] {
  try {
    parseRequest(request)
    return []
  } catch (error) {
    const problems = isHwError(error) ? error.context['problems'] : undefined
    if (Array.isArray(problems)) return problems as readonly string[]
    throw error
  }
}

function addressesOf(ipmi: string | undefined, servers: number): { addresses: string[]; faults: string[] } {
  if (ipmi === undefined) return { addresses: [], faults: [] }
  if (/^\s*pools?\s*$/i.test(ipmi))
    return {
      addresses: [],
      faults: ['ipmi: address pools are not offered; give an address, or a range such as 192.168.1.[101-140]'],
    }
  const { names, problems } = readRange(ipmi, 'ipmi')
  if (problems.length > 0 || servers === 0 || names.length === servers) return { addresses: names, faults: problems }
  const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`
  const remedy = isRange(ipmi) ? '' : '; give a range such as 192.168.1.[101-140]'
  return {
    addresses: [],
    faults: [
      `ipmi: there are ${many(servers, 'server', 'servers')} and ${many(names.length, 'address', 'addresses')}${remedy}`,
    ],
  }
}

function goesWith({ gateway, subnetMask }: BatchOrder, hasAddresses: boolean): string[] {
  if (hasAddresses) return []
  return Object.entries({ gateway, subnetMask })
    .filter(([, value]) => value !== undefined)
    .map(([field]) => `${field}: goes with BMC addresses; give both or neither`)
}

function policyProblems({ perGroup, ...policy }: BatchOrder): readonly string[] {
  const by = perGroup?.by
  const { atOnce, canary, maxFailures } = policy
  return [
    ...policyOf({
      ...(atOnce === undefined ? {} : { atOnce }),
      ...(perGroup === undefined ? {} : { perGroup: perGroup.most }),
      ...(canary === undefined ? {} : { canary }),
      ...(maxFailures === undefined ? {} : { maxFailures }),
    }).problems,
    ...(by === undefined || ['zone', 'pool', 'rack'].includes(by)
      ? []
      : [`perGroup: expected zone, pool or rack, got ${JSON.stringify(by)}`]),
  ]
}

function short(label: string): string {
  const text = label.trim()
  return text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL)}…` : text
}
