import { timestamp, type Clock } from '../clock.ts'
import { isHwError } from '../errors.ts'
import type { Observation, ServerFacts } from '../inventory/facts.ts'
import type { ServerInventory } from '../inventory/server-inventory.ts'
import type { MaasClient } from './maas-client.ts'
import type { MaasMachine } from './machine.ts'
import { factsOfMachine, factsOfPower } from './machine-facts.ts'
import type { MaasPowerParameters } from './records.ts'

/** What is known of the servers as hardware: from runs, which read their hosts, and from MAAS. */
export interface SiteInventory {
  /**
   * By system_id, host name or FQDN; undefined where nothing is known of such a server. Reads the store only.
   * @throws HwError `inventory.ambiguous-server`
   */
  get(server: string): Promise<ServerFacts | undefined>
  /** All of them, by name. Reads the store only. */
  list(): Promise<readonly ServerFacts[]>
  /** Reads the server's record in MAAS anew and keeps what it tells; gives all that is known. Changes nothing in MAAS. @throws HwError `maas.*` */
  refresh(server: string, signal?: AbortSignal): Promise<ServerFacts>
  /** The same for every machine that MAAS shows us, in two calls that grow with their number. */
  refreshAll(signal?: AbortSignal): Promise<readonly ServerFacts[]>
}

/** Documents written side by side: enough to share the disk's flushes. */
const AT_ONCE = 16

/** The inventory of one MAAS. */
export function maasInventory(maas: MaasClient, inventory: ServerInventory, clock: Clock): SiteInventory {
  const note = (machine: MaasMachine, power: MaasPowerParameters | undefined) => {
    const facts = { ...factsOfMachine(machine), ...(power === undefined ? {} : factsOfPower(power)) }
    const seen: Observation = { source: 'maas', observedAt: timestamp(clock), facts }
    return inventory.note(machine.system_id, [seen])
  }
  return {
    get: (server) => inventory.get(server),
    list: () => inventory.list(),
    async refresh(server, signal) {
      const machine = await maas.findMachine(server, { signal })
      return note(machine, await allowed(() => maas.powerParameters(machine.system_id, { signal })))
    },
    async refreshAll(signal) {
      const machines = await maas.machines({}, { signal })
      const power = await allowed(() => maas.allPowerParameters({ signal }))
      for (let at = 0; at < machines.length; at += AT_ONCE)
        await Promise.all(
          machines.slice(at, at + AT_ONCE).map((machine) => {
            signal?.throwIfAborted()
            return note(machine, power?.[machine.system_id])
          }),
        )
      return inventory.list()
    },
  }
}

/** Power parameters are for administrators only; without them the rest is known all the same. */
async function allowed<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isHwError(error) && error.code === 'maas.forbidden') return undefined
    throw error
  }
}
