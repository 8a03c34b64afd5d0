import type { Answer } from '../../call.ts'
import type { LabClock } from '../../clock.ts'
import type { Machine } from '../../world/machine.ts'
import { attributeRegistryId, biosSettings, currentBios, resetBios, stageBios } from './bios.ts'
import { managerInterface, managerResource, resetManager } from './manager.ts'
import type { RedfishReply } from './message.ts'
import { biosRegistry, registryPointer, registryStorePath } from './registry.ts'
import { serviceRoot } from './service-root.ts'
import type { Caller, Sessions } from './sessions.ts'
import { reset, systemResource } from './system.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** HEAD is a GET; undefined for a method that no resource knows. */
export function methodOf(name: string | undefined): Method | undefined {
  const wanted = name === 'HEAD' ? 'GET' : name
  return (['GET', 'POST', 'PATCH', 'DELETE'] as const).find((method) => method === wanted)
}

/** One request, parsed and its sender known. */
export interface Asked {
  readonly machine: Machine
  readonly clock: LabClock
  readonly sessions: Sessions
  readonly caller: Caller | undefined
  /** Parsed JSON of a POST or PATCH, else empty. */
  readonly body: Readonly<Record<string, unknown>>
  readonly id: string
  readonly host: string
  readonly ifMatch: string | undefined
}

/** One place in the tree. `{id}` in a path stands for one segment. */
export interface Resource {
  readonly path: string
  /** Served without a log-in. */
  readonly open?: readonly Method[]
  /** Undefined: there is nothing of that id. */
  readonly GET?: (asked: Asked) => unknown
  readonly POST?: (asked: Asked) => Answer<RedfishReply>
  readonly PATCH?: (asked: Asked) => Answer<RedfishReply>
  readonly DELETE?: (asked: Asked) => Answer<RedfishReply>
  /** Kept gzip-compressed: refused to those who accept nothing but identity. */
  readonly compressed?: true
}

/** A BMC that was told to reset says so first (assumed: one second). */
const RESET_DELAY_MS = 1_000

/** Everything that the lab's iLO serves; all else is 404. Not simulated: PATCH of Systems/1 and of EthernetInterfaces (405). */
export function resourcesOf(machine: Machine): readonly Resource[] {
  return [
    { path: '/redfish', open: ['GET'], GET: () => ({ v1: '/redfish/v1/' }) },
    { path: '/redfish/v1', open: ['GET'], GET: ({ clock }) => serviceRoot(machine, clock.now()) },
    {
      path: '/redfish/v1/Systems',
      GET: () => collection('ComputerSystem', 'Computer Systems', '/redfish/v1/Systems/', ['1/']),
    },
    { path: '/redfish/v1/Systems/1', GET: () => systemResource(machine) },
    { path: '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset', POST: ({ body }) => reset(machine, body) },
    { path: '/redfish/v1/systems/1/bios', GET: () => currentBios(machine) },
    {
      path: '/redfish/v1/systems/1/bios/settings',
      GET: () => biosSettings(machine),
      PATCH: ({ body, ifMatch }) => stageBios(machine, body, ifMatch),
    },
    {
      path: '/redfish/v1/systems/1/bios/settings/Actions/Bios.ResetBios',
      POST: ({ body }) => resetBios(machine, body),
    },
    { path: '/redfish/v1/Managers', GET: () => collection('Manager', 'Managers', '/redfish/v1/Managers/', ['1/']) },
    { path: '/redfish/v1/Managers/1', GET: () => managerResource(machine) },
    {
      path: '/redfish/v1/Managers/1/Actions/Manager.Reset',
      POST: ({ body, clock }) => resetManager(machine, body, (action) => clock.after(RESET_DELAY_MS, action)),
    },
    {
      path: '/redfish/v1/Managers/1/EthernetInterfaces',
      GET: () =>
        collection('EthernetInterface', 'Manager Network Interfaces', '/redfish/v1/Managers/1/EthernetInterfaces/', [
          '1/',
        ]),
    },
    { path: '/redfish/v1/Managers/1/EthernetInterfaces/1', GET: () => managerInterface(machine) },
    {
      path: '/redfish/v1/Registries',
      GET: () =>
        collection('MessageRegistryFile', 'Registry File Collection', '/redfish/v1/Registries/', [
          `${attributeRegistryId(machine)}/`,
        ]),
    },
    { path: `/redfish/v1/Registries/${attributeRegistryId(machine)}`, GET: () => registryPointer(machine) },
    { path: registryStorePath(machine), GET: () => biosRegistry(machine), compressed: true },
    {
      path: '/redfish/v1/SessionService',
      GET: () => ({
        '@odata.id': '/redfish/v1/SessionService/',
        '@odata.type': '#SessionService.v1_0_0.SessionService',
        Id: 'SessionService',
        Name: 'Session Service',
        ServiceEnabled: true,
        Sessions: { '@odata.id': '/redfish/v1/SessionService/Sessions/' },
      }),
    },
    {
      path: '/redfish/v1/SessionService/Sessions',
      open: ['POST'],
      GET: ({ sessions, caller }) => caller && sessions.collection(caller),
      POST: ({ sessions, body, host }) => sessions.open(body, host),
    },
    {
      path: '/redfish/v1/SessionService/Sessions/{id}',
      GET: ({ sessions, caller, id }) => caller && sessions.resource(id, caller),
      DELETE: ({ sessions, id }) => sessions.close(id),
    },
  ]
}

function collection(type: string, name: string, path: string, members: readonly string[]): unknown {
  return {
    '@odata.context': `/redfish/v1/$metadata#${type}Collection.${type}Collection`,
    '@odata.id': path,
    '@odata.type': `#${type}Collection.${type}Collection`,
    Name: name,
    Members: members.map((member) => ({ '@odata.id': path + member })),
    'Members@odata.count': members.length,
  }
}

/** iLO answers both cases and both endings of a path; the last segment may be an id. */
export function findResource(
  resources: readonly Resource[],
  path: string,
): { resource: Resource; id: string } | undefined {
  const wanted = path.replace(/\/$/, '')
  const parent = wanted.slice(0, wanted.lastIndexOf('/'))
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
  const exact = resources.find((resource) => same(resource.path, wanted))
  if (exact !== undefined) return { resource: exact, id: '' }
  const member = resources.find(
    (resource) => resource.path.endsWith('/{id}') && same(resource.path.slice(0, -5), parent),
  )
  return member && { resource: member, id: wanted.slice(parent.length + 1) }
}

/** Methods of a resource, as its `Allow` header lists them. */
export function allowedMethods(resource: Resource): string[] {
  return [
    ...(resource.GET ? ['GET', 'HEAD'] : []),
    ...(['POST', 'PATCH', 'DELETE'] as const).filter((method) => resource[method] !== undefined),
  ]
}
