import { ipv4Number, ipv4Range, isIPv4, maskPrefix } from './ipv4.ts'
import type { KnownAddress, LanConfig, LanRequest } from './lan-plan.ts'

/** Why a request cannot be carried out. `field` is the part of the request (or of the current settings) that is wrong. */
export interface LanProblem {
  readonly code:
    | 'bad-address'
    | 'unusable-address'
    | 'address-is-network'
    | 'address-is-broadcast'
    | 'address-is-gateway'
    | 'address-outside-subnet'
    | 'address-taken'
    | 'bad-mask'
    | 'bad-gateway'
    | 'gateway-outside-subnet'
  readonly field: 'address' | 'gateway' | 'subnetMask'
  readonly message: string
}

/** Everything that speaks against a request, not only the first thing. Empty: nothing does. */
export function findLanProblems(
  current: LanConfig,
  requested: LanRequest,
  known: readonly KnownAddress[],
): LanProblem[] {
  const gateway = requested.gateway ?? current.gateway
  const mask = requested.subnetMask ?? current.netmask
  const syntax = [...addressProblems(requested.address), ...maskProblems(mask), ...gatewayProblems(requested)]
  const taken = takenProblems(requested, known)
  if (syntax.length > 0) return [...syntax, ...taken]
  return [...subnetProblems(requested, current, gateway, mask), ...taken]
}

/** What speaks against a request whatever the BMC has now: for asking before the BMC can be read. */
export function findRequestProblems(requested: LanRequest, known: readonly KnownAddress[]): LanProblem[] {
  const { address, gateway, subnetMask } = requested
  const syntax = [
    ...addressProblems(address),
    ...(subnetMask === undefined ? [] : maskProblems(subnetMask)),
    ...gatewayProblems(requested),
  ]
  const taken = takenProblems(requested, known)
  if (syntax.length > 0) return [...syntax, ...taken]
  const unknown: LanConfig = { source: 'unspecified', address: NONE, netmask: NONE, gateway: NONE }
  if (subnetMask !== undefined) return [...subnetProblems(requested, unknown, gateway ?? NONE, subnetMask), ...taken]
  return [...(address === gateway ? [isGateway(address)] : []), ...taken]
}

function addressProblems(address: string): LanProblem[] {
  if (!isIPv4(address))
    return [
      {
        code: 'bad-address',
        field: 'address',
        message: `${quoted(address)} is not an IPv4 address (a.b.c.d in decimal)`,
      },
    ]
  const reason = UNUSABLE[ipv4Range(address)]
  return reason === undefined
    ? []
    : [{ code: 'unusable-address', field: 'address', message: `${address} cannot be a BMC's address: it is ${reason}` }]
}

const UNUSABLE: Readonly<Record<string, string>> = {
  unspecified: 'in 0.0.0.0/8 ("this network")',
  loopback: 'a loopback address',
  linkLocal: 'a link-local address',
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
  reserved: 'in the reserved 240.0.0.0/4',
}

function maskProblems(mask: string): LanProblem[] {
  const problem = (message: string): LanProblem[] => [{ code: 'bad-mask', field: 'subnetMask', message }]
  if (!isIPv4(mask)) return problem(`${quoted(mask)} is not a subnet mask`)
  if (mask === NONE) return problem('The BMC has no subnet mask yet and none was asked for')
  const prefix = maskPrefix(mask)
  if (prefix === undefined) return problem(`${mask} is not a subnet mask: its one bits are not contiguous`)
  return prefix > 30 ? problem(`${mask} leaves no room for a BMC and a gateway`) : []
}

function gatewayProblems({ gateway }: LanRequest): LanProblem[] {
  if (gateway === undefined) return []
  const problem = (message: string): LanProblem[] => [{ code: 'bad-gateway', field: 'gateway', message }]
  if (!isIPv4(gateway)) return problem(`${quoted(gateway)} is not an IPv4 address (a.b.c.d in decimal)`)
  const reason = UNUSABLE[ipv4Range(gateway)]
  return reason === undefined ? [] : problem(`${gateway} cannot be a gateway: it is ${reason}`)
}

function subnetProblems(requested: LanRequest, current: LanConfig, gateway: string, mask: string): LanProblem[] {
  const { address } = requested
  const bits = ipv4Number(mask)
  const network = (ip: string): number => (ipv4Number(ip) & bits) >>> 0
  const subnet = `${dotted(network(address))}/${maskPrefix(mask)}`
  const problems: LanProblem[] = []
  if (ipv4Number(address) === network(address))
    problems.push({
      code: 'address-is-network',
      field: 'address',
      message: `${address} is the network address of ${subnet}`,
    })
  if (ipv4Number(address) === broadcast(network(address), bits))
    problems.push({
      code: 'address-is-broadcast',
      field: 'address',
      message: `${address} is the broadcast address of ${subnet}`,
    })
  if (address === gateway) problems.push(isGateway(address))

  if (requested.gateway !== undefined) {
    const own = ipv4Number(requested.gateway)
    if (network(requested.gateway) !== network(address))
      problems.push({
        code: 'gateway-outside-subnet',
        field: 'gateway',
        message: `The gateway ${gateway} is not in ${subnet}, the subnet of ${address}`,
      })
    else if (own === network(address) || own === broadcast(network(address), bits))
      problems.push({
        code: 'bad-gateway',
        field: 'gateway',
        message: `${gateway} is the network or broadcast address of ${subnet}, not a gateway`,
      })
    return problems
  }
  const anchor = gateway === NONE ? current.address : gateway
  if (anchor !== NONE && network(anchor) !== network(address)) {
    const whose = anchor === gateway ? 'gateway' : 'current address'
    const message = `${address} is not in ${dotted(network(anchor))}/${maskPrefix(mask)}, the subnet of the BMC's ${whose} ${anchor}`
    problems.push({ code: 'address-outside-subnet', field: 'address', message })
  }
  return problems
}

function broadcast(network: number, mask: number): number {
  return (network | ~mask) >>> 0
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}

function isGateway(address: string): LanProblem {
  return { code: 'address-is-gateway', field: 'address', message: `${address} is the gateway itself` }
}

function takenProblems({ address }: LanRequest, known: readonly KnownAddress[]): LanProblem[] {
  return known
    .filter((one) => one.address === address)
    .map(({ who }) => ({ code: 'address-taken', field: 'address', message: `${address} belongs to ${who}` }))
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}

/** How the tool and the BMC write "not set". */
const NONE = '0.0.0.0'
