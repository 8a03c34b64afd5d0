import type { FreshBoot } from '../provisioning/capabilities.ts'
import type { HostIdentity, HostLocation } from '../provisioning/host.ts'
import type { BootConnection } from '../ssh/connect.ts'
import { known, sameSerial, sameUuid, type HostIdentity as SeenIdentity } from '../ssh/identity.ts'

/** Whether a host that answers is the machine: `yes` only where a serial number or UUID is known and equal. */
export function acceptable(
  seen: SeenIdentity,
  boot: Pick<FreshBoot, 'serial' | 'uuid'>,
): 'yes' | { readonly reason: string } {
  const serial = boot.serial ?? undefined
  const uuidOnRecord = boot.uuid ?? undefined
  // One that contradicts outweighs one that agrees.
  if (serial && known(seen.serial) && !sameSerial(serial, seen.serial))
    return { reason: `the serial number should be ${serial}` }
  if (sameSerial(serial, seen.serial) || sameUuid(uuidOnRecord, seen.uuid)) return 'yes'
  return {
    reason: `neither serial number ${serial ?? 'unknown'} nor UUID ${uuidOnRecord ?? 'unknown'} could be confirmed`,
  }
}

/** A connection that was accepted, as records keep it. */
export function locationOf({ address, hostKey, bootId, identity }: BootConnection): HostLocation {
  const { vendor, product, board, serial, architecture } = identity
  const said: HostIdentity = {
    vendor: vendor ?? null,
    product: product ?? null,
    board: board ?? null,
    serial: serial ?? null,
    uuid: identity.uuid ?? null,
    architecture,
  }
  return { address, hostKey, bootId, identity: said }
}
