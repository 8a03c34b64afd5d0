import { maasError } from './maas-errors.ts'
import type { MaasMachine } from './machine.ts'

/**
 * Chooses the machine a name means. A name with a dot is an FQDN and decides by itself; one without is a host name or a system_id.
 *
 * @throws `maas.no-such-machine`, `maas.ambiguous-machine`
 */
export function pickMachine(
  wanted: string,
  byHostname: readonly MaasMachine[],
  byId: readonly MaasMachine[],
): MaasMachine {
  const byName = wanted.includes('.')
    ? byHostname.filter((machine) => machine.fqdn.toLowerCase() === wanted.toLowerCase())
    : byHostname
  const candidates = [...new Map([...byName, ...byId].map((machine) => [machine.system_id, machine])).values()]
  const [machine] = candidates
  if (machine === undefined) {
    const elsewhere = byHostname[0]
    throw maasError('maas.no-such-machine', {
      sent: 'no',
      message: `MAAS shows no machine named ${JSON.stringify(wanted.slice(0, 260))}.`,
      ...(elsewhere === undefined ? {} : { hint: `Did you mean ${describe(elsewhere)}?` }),
      context: { name: wanted.slice(0, 260) },
    })
  }
  if (candidates.length === 1) return machine
  throw maasError('maas.ambiguous-machine', {
    sent: 'no',
    message: `${JSON.stringify(wanted)} means more than one machine: ${candidates.map(describe).join(' and ')}.`,
    context: { name: wanted, candidates: candidates.map(({ system_id }) => system_id) },
  })
}

function describe(machine: MaasMachine): string {
  return `${machine.fqdn} (system_id ${machine.system_id})`
}
