import type { HardwareFacts } from './hardware.ts'
import type { ScriptSet } from './results.ts'
import type { Status } from './status.ts'

/** A power action as MAAS names it in its messages. */
export type PowerAction = 'on' | 'off' | 'cycle'

/** An interface as MAAS knows it. */
export interface NodeInterface {
  readonly id: number
  readonly name: string
  readonly mac: string
  /** Set by commissioning; its id changes with each one. */
  linkId: number | null
  /** Address the machine had when it was commissioned. */
  discovered: string | null
  /** Seen by commissioning, so that vendor and speed are known. */
  inspected: boolean
  connected: boolean
}

/**
 * What the region holds of a machine. Plain data only: a rehearsal works on a structured clone of it.
 * The hardware itself is the world's and is found by MAC address or BMC address, as MAAS finds it.
 */
export interface MaasNode {
  readonly systemId: string
  hostname: string
  architecture: string
  description: string
  pool: string
  zone: string
  status: Status
  /** Where a rescue mode began, and where it ends again. */
  previousStatus: Status
  owner: string | null
  locked: boolean
  statusAction: string | null
  /** The newest event at INFO or above; may be days old. */
  statusMessage: string | null
  /** What MAAS believes; changes only by an action's end, a query or the rack's poll. */
  powerState: 'on' | 'off' | 'unknown' | 'error'
  /** Lab time of the last look at the BMC. */
  powerSeenAt: number
  powerType: 'ipmi' | 'manual'
  powerParameters: Record<string, string | string[]>
  /** A rack controller has reached this BMC before. */
  bmcReached: boolean
  /** The power action under way, and a number that tells it from earlier ones. */
  powerAction: { readonly action: PowerAction; readonly serial: number } | null
  powerSerial: number
  annotations: Record<string, string>
  tags: string[]
  readonly interfaces: NodeInterface[]
  hardware: HardwareFacts | null
  /** All script sets ever. */
  readonly scriptSets: ScriptSet[]
  commissioningSet: number | null
  testingSet: number | null
  /** Overrides the record's `commissioning_status` where it does not follow from the scripts. */
  commissioningVerdict: number | null
  /** Of the commissioning or test under way. */
  enableSsh: boolean
  skipBmcConfig: boolean
  /** Counts commissionings, tests and rescue entries: what an earlier one set going does not touch a later one. */
  episode: number
  /** Lab time of the last sign of life from the machine's agent. */
  heartbeatAt: number
}
