import type { MachineIdentity } from '../devices/catalogue.ts'
import { toHwError, type HwError } from '../errors.ts'
import { hostOf } from '../lan/power-address.ts'
import type { Fleet, FleetAddress, FleetMachine } from '../provisioning/batch/fleet.ts'
import { pickMachine } from './find-machine.ts'
import type { MaasClient } from './maas-client.ts'
import { toMachineState } from './maas-commissioning.ts'
import type { MaasMachine } from './machine.ts'

/** A machine to choose from. */
export interface ListedServer {
  readonly systemId: string
  readonly hostname: string
  readonly fqdn: string
  /** MAAS's word for it, e.g. `Ready`. */
  readonly status: string
  readonly pool: string
  readonly zone: string
}

/** Every machine that MAAS shows us, by name. One call; a thousand machines are some 20 MB, so keep the answer for a while. */
export async function listServers(maas: MaasClient, signal?: AbortSignal): Promise<readonly ListedServer[]> {
  const machines = await maas.machines({}, { signal })
  return machines
    .map(({ system_id: systemId, hostname, fqdn, status_name: status, pool, zone }) => ({
      systemId,
      hostname,
      fqdn,
      status,
      pool: pool?.name ?? '',
      zone: zone?.name ?? '',
    }))
    .toSorted((a, b) => (a.fqdn < b.fqdn ? -1 : 1))
}

/** The machine that a name means, and what its last commissioning found it to be. */
export function foundInMaas(maas: MaasClient) {
  return async (serverId: string, signal: AbortSignal) => {
    const machine = await maas.findMachine(serverId, { signal })
    return { state: toMachineState(machine), identity: identityOf(machine) }
  }
}

/** MAAS as a batch looks at it: a call for each hundred names, or where addresses are compared one for all machines and one for all BMCs. */
export function maasFleet(maas: MaasClient): Fleet {
  return {
    async read(names, { addresses, signal }) {
      const { username: user } = await maas.whoami({ signal })
      const listed = addresses ? await maas.machines({}, { signal }) : await machinesNamed(maas, names, signal)
      const power = addresses ? await maas.allPowerParameters({ signal }) : {}
      const powerAddress = (id: string) => power[id]?.power_address ?? ''
      const found = names.map((name): [string, FleetMachine | HwError] => {
        try {
          return [name, asFleetMachine(pick(name, listed), powerAddress)]
        } catch (error) {
          return [name, toHwError(error)]
        }
      })
      return {
        user,
        machines: new Map(found),
        addresses: addresses ? listed.flatMap((machine) => addressesOf(machine, powerAddress)) : [],
      }
    },
  }
}

async function machinesNamed(maas: MaasClient, names: readonly string[], signal: AbortSignal): Promise<MaasMachine[]> {
  const labels = names.map(labelOf).filter((label) => label !== '')
  const hostnames = [...new Set(labels.flatMap((label) => [label, label.toLowerCase()]))]
  const ids = names.map((name) => name.trim()).filter((name) => name !== '' && !name.includes('.'))
  return [...(await maas.machines({ hostnames }, { signal })), ...(await maas.machines({ ids }, { signal }))]
}

/** As `MaasClient.findMachine` chooses. */
function pick(name: string, listed: readonly MaasMachine[]): MaasMachine {
  const wanted = name.trim()
  const label = labelOf(wanted)
  const byHostname = listed.filter(({ hostname }) => hostname === label || hostname === label.toLowerCase())
  const byId = wanted === label ? listed.filter(({ system_id }) => system_id === label) : []
  return pickMachine(wanted, byHostname, byId)
}

function asFleetMachine(machine: MaasMachine, powerAddress: (id: string) => string): FleetMachine {
  const { pool, zone } = machine
  return {
    state: toMachineState(machine),
    identity: identityOf(machine),
    powerAddress: powerAddress(machine.system_id),
    ...(pool ? { pool: pool.name } : {}),
    ...(zone ? { zone: zone.name } : {}),
  }
}

/** What the last commissioning found a machine to be. */
export function identityOf({ hardware_info: info = {}, architecture }: MaasMachine): MachineIdentity {
  return {
    manufacturer: info['system_vendor'] ?? undefined,
    product: info['system_product'] ?? undefined,
    board: info['mainboard_product'] ?? undefined,
    architecture: architecture ?? undefined,
  }
}

function addressesOf(machine: MaasMachine, powerAddress: (id: string) => string): FleetAddress[] {
  const { system_id: systemId, hostname, ip_addresses } = machine
  const name = `${hostname} (${systemId})`
  const bmc = hostOf(powerAddress(systemId))
  return [
    ...(bmc === undefined ? [] : [{ address: bmc, who: `the BMC of ${name} in MAAS`, systemId }]),
    ...ip_addresses.map((address) => ({ address, who: `the host ${name} in MAAS`, systemId })),
  ]
}

function labelOf(name: string): string {
  return name.trim().split('.')[0] ?? ''
}
