import { HwError } from '../../errors.ts'
import { isIPv4 } from '../../lan/ipv4.ts'
import type { LanStep } from '../../lan/lan-plan.ts'

/**
 * Arguments for `ipmitool`, without the program's own name, for in-band use (`-I open`): the host talks to its own BMC
 * over KCS, so no credential is needed and none can leak into a process list. Run them as argv, never through a shell.
 */
const IN_BAND = ['-I', 'open'] as const

/**
 * Channels to try for the BMC's LAN, in the order in which they are usual: 1 nearly everywhere, 2 on HPE iLO, 8 on some boards.
 * Channel 0 is the IPMB, 12 to 15 are no LAN (IPMI 2.0, table 6-1).
 */
export const lanChannelCandidates: readonly number[] = [1, 2, 8, 3, 4, 5, 6, 7, 9, 10, 11]

/** `lan print`, of one channel or of the first LAN channel the tool finds. The output goes to `parseLanPrint`. */
export function lanPrintArgv(channel?: number): string[] {
  return [...IN_BAND, 'lan', 'print', ...(channel === undefined ? [] : [channelText(channel)])]
}

/**
 * One `lan set` of a plan, e.g. `-I open lan set 2 ipaddr 192.168.1.100`.
 * @throws HwError `bmc.invalid-argument` for a channel that cannot be a LAN or a value that is no IPv4 address
 */
export function lanSetArgv(channel: number, step: LanParameter): string[] {
  return [...IN_BAND, 'lan', 'set', channelText(channel), ...parameter(step)]
}

/** A `LanStep` that may have been stored and read back, so its value is checked again. */
export interface LanParameter {
  readonly parameter: LanStep['parameter']
  readonly value: string
}

/** `mc guid`: the BMC's own identity. The output goes to `parseMcGuid`. */
export function mcGuidArgv(): string[] {
  return [...IN_BAND, 'mc', 'guid']
}

/** `mc info`: firmware version and manufacturer. The output goes to `parseMcInfo`. */
export function mcInfoArgv(): string[] {
  return [...IN_BAND, 'mc', 'info']
}

/** `user list` of a channel. The output goes to `parseUserList`. */
export function userListArgv(channel: number): string[] {
  return [...IN_BAND, 'user', 'list', channelText(channel)]
}

function parameter({ parameter, value }: LanParameter): string[] {
  if (parameter !== 'ipsrc') return [...(parameter === 'defgw' ? ['defgw', 'ipaddr'] : [parameter]), addressText(value)]
  if (SOURCES.has(value)) return ['ipsrc', value]
  throw invalid(`${JSON.stringify(value)} is no address source; expected ${[...SOURCES].join(', ')}`)
}

/** The words of `lan set <channel> ipsrc`. */
const SOURCES: ReadonlySet<string> = new Set(['none', 'static', 'dhcp', 'bios'])

function channelText(channel: number): string {
  if (lanChannelCandidates.includes(channel)) return String(channel)
  throw invalid(`IPMI channel ${channel} cannot be a LAN channel; expected 1 to 11`)
}

function addressText(value: string): string {
  if (isIPv4(value)) return value
  throw invalid(`${JSON.stringify(value)} is not an IPv4 address`)
}

function invalid(message: string): HwError {
  return new HwError({
    code: 'bmc.invalid-argument',
    kind: 'invalid',
    message,
    hint: 'Correct the BMC address settings of the request.',
  })
}
