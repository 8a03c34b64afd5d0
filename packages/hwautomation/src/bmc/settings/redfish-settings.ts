import type { BiosVendorName } from '../../bios/configuration.ts'
import type { BmcSettingReading, BmcSettingReadings } from '../../boarding/seen.ts'
import type { BmcSettingName } from '../../devices/bmc-settings.ts'
import { HwError, isHwError } from '../../errors.ts'
import type { ExtendedMessage } from '../redfish/extended-info.ts'
import type { RedfishClient } from '../redfish/redfish-client.ts'
import {
  ourWord,
  patchBody,
  placeProblem,
  settingPlace,
  type SettingPlace,
  type SettingResource,
} from './setting-places.ts'

type Body = Readonly<Record<string, unknown>>

/** One BMC that somebody is logged in to. */
export interface OpenBmc {
  readonly client: RedfishClient
  readonly vendor: BiosVendorName
  readonly signal: AbortSignal
}

/** Reads settings; one that this BMC does not show is `unreadable`, and says why. */
export async function readSettings(bmc: OpenBmc, names: readonly BmcSettingName[]): Promise<BmcSettingReadings> {
  const readings: [BmcSettingName, BmcSettingReading][] = []
  const known = new Map<SettingResource, Promise<readonly Body[]>>()
  for (const name of names) {
    const place = settingPlace(bmc.vendor, name)
    if (place === undefined)
      readings.push([name, { state: 'unreadable', why: placeProblem(bmc.vendor, name) ?? 'it is not known there' }])
    else readings.push([name, await readOne(bmc, place, known)])
  }
  return Object.fromEntries(readings)
}

async function readOne(
  bmc: OpenBmc,
  place: SettingPlace,
  known: Map<SettingResource, Promise<readonly Body[]>>,
): Promise<BmcSettingReading> {
  const where = place.property.join('.')
  let bodies: readonly Body[]
  try {
    const reading = known.get(place.resource) ?? resources(bmc, place.resource)
    known.set(place.resource, reading)
    bodies = await reading
  } catch (error) {
    bmc.signal.throwIfAborted()
    if (!isHwError(error) || !SAYS_NO.has(error.code)) throw error
    return { state: 'unreadable', why: error.message }
  }
  const values = bodies.map((body) => at(body, place.property))
  const [first] = values
  if (first === undefined) return { state: 'unreadable', why: `its firmware does not show ${where}` }
  if (values.some((value) => value !== first))
    return { state: 'unreadable', why: `${where} differs between its interfaces` }
  const value = ourWord(place, first)
  return value === undefined
    ? { state: 'read', value: (JSON.stringify(first) ?? '').slice(0, 40) }
    : { state: 'read', value }
}

/** Answers that tell about this BMC, not about this moment. */
const SAYS_NO: ReadonlySet<string> = new Set(['bmc.no-such-resource', 'bmc.licence', 'bmc.privilege', 'bmc.refused'])

/**
 * Sets one; it is not believed, read it back. Returns what the BMC said besides, e.g. `ResetRequired`.
 * @throws HwError `bmc.refused`, `bmc.licence` and others of the answer; `lost-contact-after-effect` where none came
 */
export async function writeSetting(
  bmc: OpenBmc,
  name: BmcSettingName,
  value: string,
): Promise<readonly ExtendedMessage[]> {
  const place = settingPlace(bmc.vendor, name)
  const problem = placeProblem(bmc.vendor, name, value)
  if (place === undefined || problem !== undefined)
    throw new HwError({
      code: 'bmc.settings-refused',
      kind: 'invalid',
      message: `${name} cannot be set to ${value}: ${problem}.`,
      hint: 'Take it out of ipmi.settings of the device type.',
    })
  const said: ExtendedMessage[] = []
  for (const path of await paths(bmc, place.resource))
    said.push(...(await bmc.client.change('PATCH', path, patchBody(place, value), { signal: bmc.signal })))
  return said
}

async function resources(bmc: OpenBmc, resource: SettingResource): Promise<readonly Body[]> {
  const bodies: Body[] = []
  for (const path of await paths(bmc, resource)) bodies.push(await bmc.client.resource(path, { signal: bmc.signal }))
  return bodies
}

async function paths(bmc: OpenBmc, resource: SettingResource): Promise<readonly string[]> {
  const { client, signal } = bmc
  const { path, body } = await managerOf(bmc)
  switch (resource) {
    case 'manager':
      return [path]
    case 'network-protocol':
      return [linkAt(body, ['NetworkProtocol']) ?? `${path}/NetworkProtocol`]
    case 'kcs-interface': {
      // X11 and newer; one whose manager links none has none (gofish's Supermicro manager).
      const link = linkAt(body, ['Oem', 'Supermicro', 'KCSInterface'])
      if (link === undefined) throw notThere('Oem.Supermicro.KCSInterface')
      return [link]
    }
    case 'host-interfaces': {
      const link = linkAt(body, ['HostInterfaces'])
      if (link === undefined) throw notThere('HostInterfaces')
      return client.members(link, { signal })
    }
    case 'dell-attributes':
      return [`${path}/Oem/Dell/DellAttributes/${path.slice(path.lastIndexOf('/') + 1)}`]
  }
}

/** The BMC itself among the managers: the first that is one (DSP0268, ManagerType). */
export async function managerOf({ client, signal }: OpenBmc): Promise<{ readonly path: string; readonly body: Body }> {
  const { managers } = await client.links({ signal })
  const found: { path: string; body: Body }[] = []
  for (const path of await client.members(managers, { signal })) {
    const body = await client.resource(path, { signal })
    found.push({ path: path.replace(/\/$/, ''), body })
    if (body['ManagerType'] === 'BMC') break
  }
  const bmc = found.find(({ body }) => body['ManagerType'] === 'BMC') ?? found[0]
  if (bmc === undefined) throw notThere('Managers')
  return bmc
}

function notThere(what: string): HwError {
  return new HwError({
    code: 'bmc.no-such-resource',
    kind: 'invalid',
    message: `The BMC links no ${what}.`,
    hint: 'Does its firmware have it? Newer ones may.',
  })
}

function linkAt(body: Body, property: readonly string[]): string | undefined {
  const link = at(body, [...property, '@odata.id'])
  return typeof link === 'string' ? link : undefined
}

/** Own keys only: names come from outside. */
export function at(body: unknown, property: readonly string[]): unknown {
  return property.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, key)
        ? (node as Record<string, unknown>)[key]
        : undefined,
    body,
  )
}
