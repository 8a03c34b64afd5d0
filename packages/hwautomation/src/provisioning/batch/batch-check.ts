import type { DeviceCatalogue } from '../../devices/catalogue.ts'
import { type HwError, isHwError } from '../../errors.ts'
import type { KnownAddress } from '../../lan/lan-plan.ts'
import type { WorkflowManager } from '../../workflow/manager.ts'
import type { WorkflowRecord } from '../../workflow/record.ts'
import { hasEnded } from '../../workflow/status.ts'
import { admit } from '../admission.ts'
import { RUN_ANNOTATION, type MachineState } from '../machine-state.ts'
import { provisioningRequestSchema } from '../request.ts'
import { addressProblems } from './address-problems.ts'
import { type BatchOrder, type OrderedServer, readOrder } from './batch-order.ts'
import type { Fleet, FleetMachine, FleetReading } from './fleet.ts'

/** One server of a batch, as it was understood and what speaks against it. */
export interface CheckedItem {
  /** As it was written. */
  readonly serverId: string
  /** MAAS's names of it, where there is exactly one. */
  readonly systemId?: string
  readonly hostname?: string
  readonly fqdn?: string
  readonly deviceType: string
  /** The address its BMC is to have. */
  readonly ipmi?: string
  readonly group?: string
  /** Why it cannot be provisioned now. */
  readonly problems: readonly string[]
  /** What to know that speaks against nothing. */
  readonly notes: readonly string[]
}

/** A batch, checked as a whole before anything is started. */
export interface BatchCheck {
  /** Names it for people: `srv[001-040] a1.c5.large`. */
  readonly label: string
  readonly items: readonly CheckedItem[]
  /** Of the order itself; empty, as those of all items are, where it can be started. */
  readonly problems: readonly string[]
}

/** What a batch is checked against. */
export interface BatchSite {
  readonly fleet: Fleet
  readonly devices: DeviceCatalogue
  readonly manager: Pick<WorkflowManager, 'list' | 'get' | 'isWorkingOn'>
}

/** A checked item with what a run of it needs. */
export interface Candidate {
  readonly checked: CheckedItem
  readonly ordered: OrderedServer
  readonly machine?: FleetMachine
}

/**
 * Checks everything about an order that can be told without touching a machine, and finds every problem, not only the first: how it is
 * written, unknown, ambiguous and repeated servers, device types, what MAAS knows of the hardware, whether each machine may be taken, and
 * the addresses. Reads only.
 * @throws whatever keeps MAAS from answering
 */
export async function checkBatch(order: BatchOrder, site: BatchSite, signal: AbortSignal): Promise<BatchCheck> {
  const { candidates, ...check } = await examine(order, site, signal)
  return { ...check, items: candidates.map(({ checked }) => checked) }
}

/** The same, with what its runs need. */
export async function examine(
  order: BatchOrder,
  site: BatchSite,
  signal: AbortSignal,
): Promise<Omit<BatchCheck, 'items'> & { readonly candidates: readonly Candidate[] }> {
  const { label, servers, problems } = readOrder(order)
  // what can be no server's name was said of the order: MAAS is not bothered with it
  const names = servers.map(({ request }) => request.serverId).filter(isServerName)
  if (servers.length === 0) return { label, problems, candidates: [] }
  const addresses = servers.some(({ request }) => request.targetIpmiIp !== undefined)
  const reading = names.length === 0 ? NOTHING : await site.fleet.read(names, { addresses, signal })
  const active = await activeRuns(site.manager)
  const about = { order, site, reading, servers, active }
  const candidates: Candidate[] = []
  for (const ordered of servers) candidates.push(await candidate(ordered, about))
  return { label, problems, candidates }
}

const NOTHING: FleetReading = { user: '', machines: new Map(), addresses: [] }

function isServerName(name: string): boolean {
  return provisioningRequestSchema.shape.serverId.safeParse(name).success
}

interface About {
  readonly order: BatchOrder
  readonly site: BatchSite
  readonly reading: FleetReading
  readonly servers: readonly OrderedServer[]
  readonly active: readonly WorkflowRecord[]
}

async function candidate(ordered: OrderedServer, about: About): Promise<Candidate> {
  const { request } = ordered
  const { serverId, deviceType, targetIpmiIp: ipmi } = request
  const found = about.reading.machines.get(serverId)
  const machine = isHwError(found) ? undefined : found
  const { problems: typeProblems, notes } = judgeType(deviceType, machine, about.site.devices)
  const group = groupOf(ordered, machine, about.order)
  const problems = [
    ...ordered.problems,
    ...(isHwError(found) ? [unknownServer(found, serverId)] : []),
    ...typeProblems,
    ...(machine === undefined ? [] : twice(machine, serverId, about)),
    ...(machine === undefined ? [] : busy(machine, about.active)),
    ...(ipmi === undefined ? [] : addressProblems(request, machine, taken(machine, serverId, about))),
  ]
  const admission = machine === undefined ? { problems: [], notes: [] } : await judgeState(machine.state, about)
  const { systemId, hostname, fqdn } = machine?.state ?? {}
  return {
    ordered,
    ...(machine === undefined ? {} : { machine }),
    checked: {
      serverId,
      ...(systemId === undefined ? {} : { systemId }),
      ...(hostname === undefined ? {} : { hostname }),
      ...(fqdn === undefined ? {} : { fqdn }),
      deviceType,
      ...(ipmi === undefined ? {} : { ipmi }),
      ...(group === undefined ? {} : { group }),
      problems: [...problems, ...admission.problems],
      notes: [...notes, ...admission.notes],
    },
  }
}

interface Judged {
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

/** What is wrong with a type, and not with us. */
const UNUSABLE: ReadonlySet<string> = new Set(['devices.unknown-type', 'devices.incomplete'])

function judgeType(name: string, machine: FleetMachine | undefined, devices: DeviceCatalogue): Judged {
  if (name === '') return { problems: [], notes: [] } // said of the order
  try {
    const type = devices.usable(name)
    const match = machine === undefined ? undefined : devices.matches(type, machine.identity)
    if (match === undefined || match.ok) return { problems: [], notes: [] }
    const isUnknown = ({ found }: { readonly found: string }) => found === 'unknown'
    const wrong = match.mismatches.filter((mismatch) => !isUnknown(mismatch))
    const unknown = match.mismatches.filter(isUnknown).map(({ field }) => field)
    return {
      problems: wrong.map(
        ({ field, expected, found }) => `it is not a ${name}: its ${field} is ${found}, not ${expected.join(' or ')}`,
      ),
      notes:
        unknown.length === 0
          ? []
          : [`MAAS does not know its ${unknown.join(', ')} yet: the run looks before it writes`],
    }
  } catch (error) {
    if (!isHwError(error) || !UNUSABLE.has(error.code)) throw error
    return { problems: [inWords(error)], notes: [] }
  }
}

/** Whether a run may take it as it is now. */
async function judgeState(state: MachineState, { order, reading, site }: About): Promise<Judged> {
  const annotation = state.annotations[RUN_ANNOTATION]
  const run = annotation === undefined ? undefined : await site.manager.get(annotation)
  const admission = admit(state, {
    user: reading.user,
    recommission: order.recommission === true,
    annotationIsOurs: run !== undefined && hasEnded(run.status),
  })
  if (admission.way === 'refuse') return { problems: [`${admission.reason}. ${admission.hint}`], notes: [] }
  return { problems: [], notes: admission.way === 'wait' ? [`${admission.reason}: its run waits for that`] : [] }
}

function twice({ state }: FleetMachine, serverId: string, { reading, servers }: About): string[] {
  const others = servers
    .map(({ request }) => request.serverId)
    .filter((name, index, names) => name !== serverId || names.indexOf(name) !== index)
    .filter((name) => {
      const other = reading.machines.get(name)
      return other !== undefined && !isHwError(other) && other.state.systemId === state.systemId
    })
  return others.length === 0 ? [] : [`it is in the batch twice, also as ${[...new Set(others)].join(', ')}`]
}

function busy({ state }: FleetMachine, active: readonly WorkflowRecord[]): string[] {
  const run = active.find(({ resource }) => resource === state.systemId)
  if (run === undefined) return []
  return [`run ${run.id}, which ${run.requestedBy} started at ${run.createdAt}, holds it (${run.status})`]
}

/** Addresses that it cannot have: those of other machines, what other runs are about to give out, and the others of the batch. */
function taken(machine: FleetMachine | undefined, serverId: string, about: About): KnownAddress[] {
  const { reading, servers, active, site } = about
  const own = machine?.state.systemId
  const promised = active.flatMap(({ id, resource, resourceLabel, request }) => {
    const address = (request as { readonly targetIpmiIp?: string } | null)?.targetIpmiIp
    if (address === undefined || resource === own || !site.manager.isWorkingOn(id)) return []
    return [{ address, who: `${resourceLabel}, by run ${id}` }]
  })
  const here = servers.flatMap(({ request }) =>
    request.targetIpmiIp === undefined || request.serverId === serverId
      ? []
      : [{ address: request.targetIpmiIp, who: `${request.serverId}, in this batch` }],
  )
  return [...reading.addresses.filter(({ systemId }) => systemId !== own), ...promised, ...here]
}

function groupOf(
  { rack }: OrderedServer,
  machine: FleetMachine | undefined,
  { perGroup }: BatchOrder,
): string | undefined {
  if (perGroup === undefined || perGroup.by === 'rack') return rack
  return perGroup.by === 'zone' ? machine?.zone : machine?.pool
}

function unknownServer(error: HwError, serverId: string): string {
  const [, head, from, to] = /^(.*?)(\d+)-(\d+)$/.exec(serverId) ?? []
  if (error.code !== 'maas.no-such-machine' || head === undefined) return inWords(error)
  return `${error.message} Did you mean ${head}[${from}-${to}]?`
}

function inWords({ message, hint }: HwError): string {
  return hint === undefined ? message : `${message} ${hint}`
}

async function activeRuns(manager: Pick<WorkflowManager, 'list'>): Promise<WorkflowRecord[]> {
  const all: WorkflowRecord[] = []
  let after: string | undefined
  do {
    const page = await manager.list({
      status: ['PENDING', 'RUNNING'],
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    })
    all.push(...page.records)
    after = page.next
  } while (after !== undefined)
  return all
}
