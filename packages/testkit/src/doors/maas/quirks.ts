/**
 * How one machine misbehaves towards MAAS. All fields may be set and cleared at any time; they count from the next
 * commissioning, boot or read on.
 */
export interface MaasQuirks {
  /** This commissioning script fails, with this text as its output. The commissioning ends in Failed commissioning. */
  failingScript?: { readonly name: string; readonly output: string; readonly exitStatus?: number } | undefined
  /** This script starts and never ends. MAAS's monitor fails the commissioning 30 minutes after the last sign of life. */
  hangingScript?: string | undefined
  /** The agent gives up: it signals FAILED after this script. */
  abandonAfter?: string | undefined
  /** Multiplies what every script takes. Default 1: a commissioning's scripts take about 80 lab seconds. */
  slowness?: number | undefined
  /** The record shows this address, which nobody has, whatever the machine was given. */
  staleAddress?: string | undefined
  /** The OS boots, but its agent never reports: 17 stays until it expires, a commissioning hangs. */
  mute?: boolean | undefined
  /** The agent of a rescue boot signals FAILED instead of WORKING: 17 becomes 18. */
  rescueFails?: boolean | undefined
  /**
   * MAAS does not learn the address of a rescue boot; the record keeps that of the last commissioning (MAAS 3.3
   * recorded, without DHCP).
   */
  forgetsLease?: boolean | undefined
}
