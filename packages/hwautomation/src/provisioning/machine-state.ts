import { MACHINE_STATUS } from './machine-status.ts'

/** MAAS's view of one machine, as far as provisioning needs it. */
export interface MachineState {
  readonly systemId: string
  readonly hostname: string
  readonly fqdn: string
  /** MAAS's number; the label is for people only. */
  readonly status: number
  readonly statusName: string
  readonly statusMessage: string
  readonly owner: string | null
  readonly locked: boolean
  /** As MAAS last saw it, which may be long ago. */
  readonly power: 'on' | 'off' | 'unknown' | 'error'
  readonly powerType: string
  readonly architecture: string
  readonly commissioningResultId: number | null
  /** Addresses the machine may answer at, the most trustworthy first; those of its last boot. */
  readonly addresses: readonly string[]
  readonly serial: string | null
  readonly uuid: string | null
  readonly tags: readonly string[]
  readonly annotations: Readonly<Record<string, string>>
}

/** In, on the way into, or stuck on the way out of rescue mode. */
export function isRescue(status: number): boolean {
  return status >= MACHINE_STATUS.rescueMode && status <= MACHINE_STATUS.failedToExitRescueMode
}

/** The workload annotation by which a run marks the machine that it holds. */
export const RUN_ANNOTATION = 'hwa-run'
