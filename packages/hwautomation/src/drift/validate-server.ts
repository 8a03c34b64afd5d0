import { boardingReport, hasRules } from '../boarding/report.ts'
import type { BoardingSeen } from '../boarding/seen.ts'
import { printable } from '../bios/printable.ts'
import { timestamp } from '../clock.ts'
import type { DeviceCatalogue, MachineIdentity } from '../devices/catalogue.ts'
import { isHwError } from '../errors.ts'
import { askBeforehand, type AskedBeforehand } from '../provisioning/bmc-beforehand.ts'
import { BmcNetwork } from '../provisioning/bmc-network.ts'
import { boardingOf, wishesOf } from '../provisioning/bmc-wishes.ts'
import { Bios, type BiosReading } from '../provisioning/capabilities.ts'
import { staleTags } from '../provisioning/device-tags.ts'
import type { MachineState } from '../provisioning/machine-state.ts'
import { MACHINE_STATUS } from '../provisioning/machine-status.ts'
import type { Provisioning } from '../provisioning/provisioning.ts'
import type { ProvisioningSite } from '../provisioning/server-provisioning-workflow.ts'
import { templatePlan } from '../provisioning/wanted-bios.ts'
import type { CapabilityScope } from '../workflow/context.ts'
import { deviceTypeOf } from './device-type-of.ts'
import { verdictOf, type DriftItem, type DriftReport } from './drift-report.ts'

/** What looking at a machine needs. */
export interface DriftSite extends Pick<ProvisioningSite, 'surroundings' | 'provisioningCapabilities'> {
  readonly devices: DeviceCatalogue
  /** The machine in MAAS that a name means, and what its last commissioning found it to be. */
  findMachine(
    serverId: string,
    signal: AbortSignal,
  ): Promise<{ readonly state: MachineState; readonly identity: MachineIdentity }>
}

export interface ValidateOptions {
  /** Default: the type that the machine's tag in MAAS names. */
  readonly deviceType?: string
  readonly signal?: AbortSignal
}

type Ctx = Pick<CapabilityScope, 'get'> & {
  readonly request: Provisioning
  readonly signal: AbortSignal
  readonly now: () => string
}

/** Statuses in which a machine is as a run left it, or with the user it was made for. */
const IN_ORDER: readonly number[] = [
  MACHINE_STATUS.ready,
  MACHINE_STATUS.allocated,
  MACHINE_STATUS.deployed,
  MACHINE_STATUS.reserved,
]

/**
 * Looks how far a machine is from its device type, by what MAAS and its BMC say; the host may be off. Changes nothing; the BMC sees a
 * session come and go.
 *
 * @throws HwError `maas.no-such-machine`, `devices.unknown-type`, `devices.not-tagged`, and whatever keeps MAAS from answering
 */
export async function validateServer(
  serverId: string,
  site: DriftSite,
  { deviceType, signal = new AbortController().signal }: ValidateOptions = {},
): Promise<DriftReport> {
  const { clock } = site.surroundings
  const { state, identity } = await site.findMachine(serverId, signal)
  const profile =
    deviceType === undefined ? deviceTypeOf(state.hostname, state.tags, site.devices) : site.devices.get(deviceType)
  const { systemId, hostname, fqdn } = state
  const request: Provisioning = { serverId: fqdn, deviceType: profile.name, systemId, hostname, fqdn, profile }
  const view = { workflowId: 'validate', request, resource: systemId, output: () => undefined, clock }
  await using capabilities = site.provisioningCapabilities(view)
  const now = () => timestamp(clock)
  const ctx: Ctx = { get: (capability) => capabilities.get(capability), request, signal, now }
  const items = [
    ...identityItems(ctx, site.devices, identity),
    ...stateItems(ctx, state),
    ...(await registrationItems(ctx)),
    ...(await machineItems(ctx)),
  ]
  const verdict = verdictOf(items)
  // A BMC knows the password that was sent to it, and could say it again.
  const found = site.surroundings.redactor.value(items)
  return { server: fqdn, systemId, deviceType: profile.name, verdict, items: found, observedAt: now() }
}

function identityItems({ request, now }: Ctx, devices: DeviceCatalogue, identity: MachineIdentity): DriftItem[] {
  const match = devices.matches(request.profile, identity)
  const common = { area: 'identity', source: 'maas', observedAt: now() } as const
  const { name, incomplete } = request.profile
  if (incomplete !== undefined)
    return [{ ...common, name: 'device type', verdict: 'unknown', wanted: name, found: incomplete }]
  if (match.ok) return [{ ...common, name: 'device type', verdict: 'met', wanted: name, found: name }]
  return match.mismatches.map(({ field, expected, found }) => ({
    ...common,
    name: field,
    verdict: found === 'unknown' ? 'unknown' : 'broken',
    wanted: expected.join(' or '),
    found: found === 'unknown' ? 'MAAS does not know it: commission the machine' : found,
  }))
}

function stateItems({ request, now }: Ctx, state: MachineState): DriftItem[] {
  const common = { source: 'maas', observedAt: now() } as const
  const { tag } = request.profile
  const stale = staleTags(state, tag)
  const typed = [...(state.tags.includes(tag) ? [tag] : []), ...stale]
  return [
    {
      ...common,
      area: 'maas',
      name: 'status',
      verdict: IN_ORDER.includes(state.status) ? 'met' : 'broken',
      wanted: 'Ready, or in use',
      found: state.statusName,
    },
    {
      ...common,
      area: 'tag',
      name: 'device type',
      verdict: state.tags.includes(tag) && stale.length === 0 ? 'met' : 'broken',
      wanted: tag,
      found: typed.join(', ') || 'none',
    },
  ]
}

async function registrationItems(ctx: Ctx): Promise<DriftItem[]> {
  const bmc = ctx.get(BmcNetwork)
  const { address, powerType } = await bmc.registration(ctx.signal)
  const common = { area: 'bmc', source: 'maas' } as const
  const registered = { ...common, name: 'power address', wanted: 'an address', observedAt: ctx.now() }
  if (address === '') return [{ ...registered, verdict: 'broken', found: `none (power type ${powerType || 'none'})` }]
  const power = await bmc.powerThroughMaas(ctx.signal).catch((error: unknown) => {
    ctx.signal.throwIfAborted()
    if (isHwError(error)) return error.message
    throw error
  })
  return [
    { ...registered, verdict: 'met', found: address },
    {
      ...common,
      name: 'power',
      verdict: power === 'on' || power === 'off' ? 'met' : 'broken',
      wanted: 'MAAS reads it',
      found: power,
      observedAt: ctx.now(),
    },
  ]
}

/** What only the BMC can tell: the BIOS against the template, its own users and settings, the boarding rules. */
async function machineItems(ctx: Ctx): Promise<DriftItem[]> {
  const { request } = ctx
  const asked = await ask(ctx)
  const bmcAt = 'observedAt' in asked ? asked.observedAt : ctx.now()
  const silent = 'why' in asked ? asked : undefined
  // A password that was refused once is not sent a second time; what another machine's BMC says is not about this one.
  const useless = silent?.code === 'bmc.auth' || silent?.code === UNRECOGNISED
  const reading = useless ? undefined : await ctx.get(Bios).peek(ctx.signal)
  const biosAt = ctx.now()
  const noBios = silent?.why ?? 'the BMC does not tell it from here'
  const rules = boardingOf(request)
  const bootNic = request.profile.bios.bootNic
  const seen: BoardingSeen = {
    ...(reading === undefined
      ? {}
      : { bios: { configuration: reading.current, ...(bootNic === undefined ? {} : { bootNic }) } }),
    ...('answers' in asked ? { bmc: asked.answers } : {}),
    why: {
      bios: noBios,
      bmc: silent?.why,
    },
  }
  const boarding = hasRules(rules) ? boardingReport(rules, seen) : []
  return [
    ...biosItems(ctx, reading ?? noBios, biosAt),
    ...(silent?.code === UNRECOGNISED ? [strangeItem(request, silent.why, bmcAt)] : []),
    ...wishItems(ctx, asked, bmcAt),
    ...boarding.map(({ rule: name, verdict, wanted, found, advised }): DriftItem => {
      const fromBmc = /^(?:bmc|user)\.|^licence$/.test(name)
      const observedAt = fromBmc ? bmcAt : biosAt
      const base = { area: 'boarding', name, verdict, wanted, found, source: 'redfish', observedAt } as const
      return advised ? { ...base, advised } : base
    }),
  ]
}

const UNRECOGNISED = 'bmc.unrecognised'

/** MAAS would switch another machine. */
function strangeItem({ hostname }: Provisioning, found: string, observedAt: string): DriftItem {
  const wanted = `the BMC of ${hostname}`
  return { area: 'bmc', name: 'machine', verdict: 'broken', wanted, found, source: 'redfish', observedAt }
}

/** Another machine's BMC at the registered address is something to report, not a reason to report nothing. */
async function ask({ get, request, signal }: Ctx): Promise<AskedBeforehand> {
  try {
    return await askBeforehand({ use: get, request, signal })
  } catch (error) {
    signal.throwIfAborted()
    if (isHwError(error) && error.code === UNRECOGNISED) return { why: error.message, code: UNRECOGNISED }
    throw error
  }
}

/** `reading`: what was read, or why nothing was. */
function biosItems(
  { request }: Ctx,
  reading: Pick<BiosReading, 'current' | 'pending'> | string,
  observedAt: string,
): DriftItem[] {
  const { settings, native } = request.profile.bios
  const wishes = Object.keys(settings).length + Object.keys(native).length
  if (wishes === 0) return []
  const wanted = `as the template of ${request.deviceType} (${wishes} settings)`
  const common = { area: 'bios', source: 'redfish', observedAt } as const
  if (typeof reading === 'string') return [{ ...common, name: 'template', verdict: 'unknown', wanted, found: reading }]
  const plan = templatePlan(request, reading)
  const items: DriftItem[] = [
    ...plan.changes.map(({ name, from, to, staged }) => ({
      ...common,
      name: printable(name),
      verdict: 'broken' as const,
      wanted: printable(to),
      found: `${printable(from)}${staged === undefined ? '' : `, and ${printable(staged)} from the next boot on`}`,
    })),
    ...plan.problems.map(({ name, wanted: value, message }) => ({
      ...common,
      name: printable(name),
      verdict: 'unknown' as const,
      wanted: printable(value ?? 'as the template says'),
      found: message,
    })),
  ]
  return items.length > 0 ? items : [{ ...common, name: 'template', verdict: 'met', wanted, found: 'nothing differs' }]
}

function wishItems({ request }: Ctx, asked: AskedBeforehand, observedAt: string): DriftItem[] {
  const { users, settings } = wishesOf(request)
  const common = { area: 'bmc', source: 'redfish', observedAt } as const
  const answers = 'answers' in asked ? asked.answers : undefined
  const silent = 'why' in asked ? asked.why : 'it was not read'
  return [
    ...settings.map(({ name, value: wanted }): DriftItem => {
      const reading = answers?.settings[name]
      if (reading?.state !== 'read')
        return { ...common, name, verdict: 'unknown', wanted, found: reading?.why ?? silent }
      return { ...common, name, verdict: reading.value === wanted ? 'met' : 'broken', wanted, found: reading.value }
    }),
    ...users.map(({ name, privilege }): DriftItem => {
      const item = { ...common, name: `user ${name}`, wanted: privilege }
      if (answers?.users === undefined) return { ...item, verdict: 'unknown', found: silent }
      const user = answers.users.find((one) => one.name === name)
      if (user === undefined) return { ...item, verdict: 'broken', found: 'no such user' }
      const fits = user.enabled && user.privilege === privilege
      return { ...item, verdict: fits ? 'met' : 'broken', found: user.enabled ? user.privilege : 'disabled' }
    }),
  ]
}
