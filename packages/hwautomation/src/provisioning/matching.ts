import { DeviceCatalogue, mismatchError } from '../devices/catalogue.ts'
import type { HostIdentity } from './host.ts'
import type { Provisioning } from './provisioning.ts'

/**
 * The machine must be what the device type says, by its own firmware tables, before anything is written to it. "Unknown" is no proof.
 * @throws HwError `devices.mismatch` naming each field with what was expected and found.
 */
export function assertMatches(request: Provisioning, identity: HostIdentity): void {
  const match = new DeviceCatalogue([request.profile]).matches(request.profile, {
    manufacturer: identity.vendor ?? undefined,
    product: identity.product ?? undefined,
    board: identity.board ?? undefined,
    architecture: identity.architecture,
  })
  if (!match.ok) throw mismatchError(request.profile, match.mismatches)
}
