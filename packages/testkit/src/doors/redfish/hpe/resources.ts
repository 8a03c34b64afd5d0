import type { Machine } from '../../../world/machine.ts'
import type { Resource } from '../resource.ts'
import { attributeRegistryId, biosSettings, currentBios, resetBios, stageBios } from './bios.ts'
import { accountResources } from './accounts.ts'
import { networkProtocol, patchManager, patchNetworkProtocol } from './manager-settings.ts'
import { managerInterface, managerResource, resetManager } from './manager.ts'
import { biosRegistry, registryPointer, registryStorePath } from './registry.ts'
import { serviceRoot } from './service-root.ts'
import { reset, systemResource } from './system.ts'

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
    {
      path: '/redfish/v1/Managers/1',
      GET: () => managerResource(machine),
      PATCH: ({ body }) => patchManager(machine, body),
    },
    {
      path: '/redfish/v1/Managers/1/NetworkProtocol',
      GET: () => networkProtocol(machine),
      PATCH: ({ body }) => patchNetworkProtocol(machine, body),
    },
    ...accountResources(machine),
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
