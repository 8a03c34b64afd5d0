import type { DeviceType } from '../devices/device-type.ts'
import type { ArtefactRef } from '../workflow/record.ts'
import type { StepContext } from '../workflow/context.ts'
import type { ProvisioningRequest } from './request.ts'

/**
 * A request after it met the world: the machine it means, and the device type as the catalogue had it when the run was asked for.
 * It is what the record holds, so that an edited catalogue cannot change a run half-way.
 */
export interface Provisioning extends ProvisioningRequest {
  readonly systemId: string
  readonly hostname: string
  readonly fqdn: string
  readonly profile: DeviceType
  /** Instead of the device type's template: back to what an earlier run found. */
  readonly restore?: BiosOfRun
}

/** The BIOS configuration that an earlier run pulled before it wrote anything. */
export interface BiosOfRun {
  readonly runId: string
  readonly pulledAt: string
  /** Parsed, as bios-pull kept it. */
  readonly pulled: ArtefactRef
}

/** What steps, undo and settling share. */
export type Acting = Pick<
  StepContext<Provisioning>,
  | 'workflowId'
  | 'request'
  | 'intents'
  | 'clock'
  | 'signal'
  | 'use'
  | 'effect'
  | 'subTask'
  | 'warn'
  | 'leaveBehind'
  | 'logger'
  | 'evidence'
>
