import { createHash, X509Certificate } from 'node:crypto'
import { factoryPassword, macAddress, namedUuid } from './identity.ts'
import type { Bmc, BmcCertificate, BmcNetwork } from './machine.ts'
import type { HardwareModel } from './model.ts'

/** A BMC as it leaves the factory, plus the `maas` user that enlistment made. `changed` is told of address and reachability. */
export function createBmc(parts: {
  model: HardwareModel
  serial: string
  index: number
  network: Omit<BmcNetwork, 'mac'>
  changed: () => void
}): Bmc {
  const { model, serial, index, changed } = parts
  let reachable = true
  let certificate: Promise<BmcCertificate> | undefined
  return {
    uuid: namedUuid('bmc', serial),
    firmwareVersion: model.bmcVersion,
    lanChannel: model.lanChannel,
    network: watched({ ...parts.network, mac: macAddress(index, 0) }, changed),
    lease: { address: parts.network.address, netmask: parts.network.netmask, gateway: parts.network.gateway },
    users: [
      {
        id: 1,
        name: 'Administrator',
        password: factoryPassword('Administrator', serial),
        privilege: 'Administrator',
        enabled: true,
      },
      { id: 2, name: 'maas', password: factoryPassword('maas', serial), privilege: 'Administrator', enabled: true },
    ],
    sessions: new Map(),
    certificate: () => (certificate ??= makeCertificate(serial)),
    get reachable() {
      return reachable
    },
    set reachable(value) {
      if (value === reachable) return
      reachable = value
      changed()
    },
  }
}

function watched(network: BmcNetwork, changed: () => void): BmcNetwork {
  return new Proxy(network, {
    set(target, key, value: unknown) {
      const before: unknown = Reflect.get(target, key)
      const done = Reflect.set(target, key, value)
      if (before !== value) changed()
      return done
    },
  })
}

/** Self-signed, as every iLO is delivered; its common name is the iLO's host name (HPE iLO user guide). */
async function makeCertificate(serial: string): Promise<BmcCertificate> {
  // Loaded at first use: a lab that never speaks Redfish need not pay for it.
  const { generate } = await import('selfsigned')
  const attributes = [
    { name: 'commonName', value: bmcHostName(serial) },
    { shortName: 'O', value: 'Hewlett Packard Enterprise' },
    { shortName: 'OU', value: 'ISS' },
  ]
  const made = await generate(attributes, { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' })
  const der = new X509Certificate(made.cert).raw
  return { cert: made.cert, key: made.private, sha256: createHash('sha256').update(der).digest('hex') }
}

/** Factory host name of an iLO: `ILO` and the serial number (HPE iLO user guide). */
export function bmcHostName(serial: string): string {
  return `ILO${serial}`
}
