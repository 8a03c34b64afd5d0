import { createHash, X509Certificate } from 'node:crypto'
import { factorySettings } from './bmc-settings.ts'
import { macAddress } from './identity.ts'
import type { Bmc, BmcCertificate, BmcNetwork } from './machine.ts'
import { enlistedUsers, makerOf, type Maker } from './makers.ts'
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
  const maker = makerOf(model)
  let reachable = true
  let certificate: Promise<BmcCertificate> | undefined
  return {
    uuid: maker.bmcUuid(serial, index),
    hostName: maker.bmcHostName(serial),
    firmwareVersion: model.bmcVersion,
    lanChannel: model.lanChannel,
    network: watched({ ...parts.network, mac: macAddress(index, 0) }, changed),
    lease: { address: parts.network.address, netmask: parts.network.netmask, gateway: parts.network.gateway },
    users: enlistedUsers(maker, serial),
    settings: factorySettings(),
    // Without it an iLO has no directory log-in and no scripted media: what the sites that we know buy.
    licence: 'iLO Advanced',
    attributes: new Map(),
    licences: [...maker.licences],
    sessions: new Map(),
    certificate: () => (certificate ??= makeCertificate(maker, serial)),
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

/** Self-signed, as every BMC is delivered. */
async function makeCertificate(maker: Maker, serial: string): Promise<BmcCertificate> {
  // Loaded at first use: a lab that never speaks Redfish need not pay for it.
  const { generate } = await import('selfsigned')
  const subject = [...maker.certificateSubject(maker.bmcHostName(serial))]
  const made = await generate(subject, { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' })
  const der = new X509Certificate(made.cert).raw
  return { cert: made.cert, key: made.private, sha256: createHash('sha256').update(der).digest('hex') }
}
