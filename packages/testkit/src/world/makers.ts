import { dellUuid, factoryPassword, hpeUuid, macAddress, namedUuid, supermicroUuid } from './identity.ts'
import type { BmcUser } from './machine.ts'
import type { HardwareModel } from './model.ts'

/** What a maker gives each server and its BMC in the factory. */
export interface Maker {
  /** On the label of the nth machine, and plainly nobody's. */
  serial(index: number): string
  /** SMBIOS UUID. */
  uuid(parts: { readonly model: HardwareModel; readonly serial: string; readonly index: number }): string
  /** The BMC's own. */
  bmcUuid(serial: string, index: number): string
  /** Factory host name of the BMC; empty where it has none. */
  bmcHostName(serial: string): string
  /** The first account, as it is delivered; `maas` takes the id after it. */
  readonly firstUser: Pick<BmcUser, 'id' | 'name'>
  /** Product keys that the BMC is delivered with. */
  readonly licences: readonly string[]
  /** Subject of the certificate that the BMC signs for itself. */
  certificateSubject(
    hostName: string,
  ): readonly { readonly name?: string; readonly shortName?: string; value: string }[]
}

const digits = (index: number, length: number) => String(index + 1).padStart(length, '0')

/** Ten characters; iLO's host name is `ILO` and the serial number, and the common name of its certificate (HPE iLO user guide). */
const hpe: Maker = {
  serial: (index) => `LAB${digits(index, 7)}`,
  uuid: ({ model, serial }) => hpeUuid(model.sku, serial),
  bmcUuid: (serial) => namedUuid('bmc', serial),
  bmcHostName: (serial) => `ILO${serial}`,
  firstUser: { id: 1, name: 'Administrator' },
  licences: [],
  certificateSubject: (hostName) => [
    { name: 'commonName', value: hostName },
    { shortName: 'O', value: 'Hewlett Packard Enterprise' },
    { shortName: 'OU', value: 'ISS' },
  ],
}

/**
 * ADMIN has the second slot, the first is the anonymous one; the service root's UUID is the BMC's MAC with zeros before it
 * (Supermicro Redfish reference guide; gofish's recorded service roots). Assumed: the form of the serial number and the subject
 * of the certificate, which is the same on every board.
 */
const supermicro: Maker = {
  serial: (index) => `S000000X${digits(index, 7)}`,
  uuid: ({ model, index }) => supermicroUuid(model.board, macAddress(index, 1)),
  bmcUuid: (_serial, index) => `00000000-0000-0000-0000-${macAddress(index, 0).replaceAll(':', '')}`,
  bmcHostName: () => '',
  firstUser: { id: 2, name: 'ADMIN' },
  licences: ['SFT-DCMS-SINGLE'],
  certificateSubject: () => [
    { name: 'commonName', value: 'IPMI' },
    { shortName: 'O', value: 'Super Micro Computer' },
    { shortName: 'OU', value: 'Software' },
  ],
}

/**
 * Seven characters of service tag, which are in the UUID and in the iDRAC's host name too (iDRAC9 user's guide); `root` has
 * the second of sixteen slots. Assumed: the subject of the certificate.
 */
const dell: Maker = {
  serial: (index) => `LAB${digits(index, 4)}`,
  uuid: ({ serial }) => dellUuid(serial),
  bmcUuid: (serial) => platformGuid(dellUuid(serial)),
  bmcHostName: (serial) => `idrac-${serial}`,
  firstUser: { id: 2, name: 'root' },
  licences: [],
  certificateSubject: (hostName) => [
    { name: 'commonName', value: hostName },
    { shortName: 'O', value: 'Dell Inc.' },
    { shortName: 'OU', value: 'Remote Access Group' },
  ],
}

const MAKERS: Readonly<Record<HardwareModel['vendor'], Maker>> = { HPE: hpe, Supermicro: supermicro, Dell: dell }

/** Who made a model. */
export function makerOf(model: HardwareModel): Maker {
  return MAKERS[model.vendor]
}

/** Both accounts of a BMC that has been enlisted: the factory's, and the one MAAS made. */
export function enlistedUsers({ firstUser }: Maker, serial: string): BmcUser[] {
  return [firstUser, { id: firstUser.id + 1, name: 'maas' }].map(({ id, name }) => ({
    id,
    name,
    password: factoryPassword(name, serial),
    privilege: 'Administrator',
    enabled: true,
  }))
}

/** All sixteen bytes of an SMBIOS UUID in reverse: what an iDRAC calls its own (captured on a PowerEdge XR8620t). */
function platformGuid(uuid: string): string {
  const text = Buffer.from(uuid.replaceAll('-', ''), 'hex')
  const raw = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((index) => text[index] ?? 0)
  const reversed = Buffer.from(raw.toReversed()).toString('hex')
  return reversed.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
