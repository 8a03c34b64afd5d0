import type { Machine } from '../../../world/machine.ts'
import type { Resource } from '../resource.ts'
import { accountResources } from './accounts.ts'
import { BIOS, BIOS_REGISTRY, currentBios, pendingBios, resetBios, stageBios } from './bios.ts'
import { BIOS_REGISTRY_FILE, biosRegistry, biosRegistryPointer } from './bios-registry.ts'
import { collection, tagged } from './body.ts'
import { settingsResources } from './manager-settings.ts'
import { licenceMissing } from './message.ts'
import { managerInterface, managerResource, resetManager } from './manager.ts'
import { serviceRoot } from './service-root.ts'
import { IDLE_SECONDS } from './sessions.ts'
import { reset, systemResource } from './system.ts'

/** Everything that the lab's Supermicro BMC serves; all else is 404. Not simulated: PATCH of Systems/1 and of EthernetInterfaces (405). */
export function resourcesOf(machine: Machine): readonly Resource[] {
  const interfaces = '/redfish/v1/Managers/1/EthernetInterfaces'
  return [
    { path: '/redfish', open: ['GET'], GET: () => ({ v1: '/redfish/v1/' }) },
    { path: '/redfish/v1', open: ['GET'], GET: () => serviceRoot(machine) },
    {
      path: '/redfish/v1/Systems',
      GET: () => collection('/redfish/v1/Systems', 'ComputerSystem', 'Computer System Collection', ['1']),
    },
    { path: '/redfish/v1/Systems/1', GET: () => systemResource(machine) },
    { path: '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset', POST: ({ body }) => reset(machine, body) },
    {
      path: '/redfish/v1/Managers',
      GET: () => collection('/redfish/v1/Managers', 'Manager', 'Manager Collection', ['1']),
    },
    { path: '/redfish/v1/Managers/1', GET: () => managerResource(machine) },
    {
      path: '/redfish/v1/Managers/1/Actions/Manager.Reset',
      POST: ({ body, clock }) => resetManager(machine, body, (ms, action) => clock.after(ms, action)),
    },
    {
      path: interfaces,
      GET: () => collection(interfaces, 'EthernetInterface', 'Ethernet Network Interface Collection', ['1']),
    },
    { path: `${interfaces}/1`, GET: () => managerInterface(machine) },
    ...biosResources(machine),
    ...settingsResources(machine),
    ...accountResources(machine),
    { path: '/redfish/v1/SessionService', GET: sessionService },
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

/** All behind the licence (reference guide, chapter on licences). */
function biosResources(machine: Machine): readonly Resource[] {
  const gate = () => (machine.bmc.licences.length > 0 ? undefined : licenceMissing())
  return [
    {
      path: BIOS,
      gate,
      GET: () => currentBios(machine),
      PATCH: ({ body, ifMatch }) => stageBios(machine, body, ifMatch, currentBios(machine)['@odata.etag']),
    },
    {
      path: `${BIOS}/SD`,
      gate,
      GET: () => pendingBios(machine),
      PATCH: ({ body, ifMatch }) => stageBios(machine, body, ifMatch, pendingBios(machine)['@odata.etag']),
    },
    { path: `${BIOS}/Actions/Bios.ResetBios`, gate, POST: () => resetBios(machine) },
    {
      path: '/redfish/v1/Registries',
      GET: () =>
        collection('/redfish/v1/Registries', 'MessageRegistryFile', 'Message Registry File Collection', [
          BIOS_REGISTRY,
        ]),
    },
    { path: `/redfish/v1/Registries/${BIOS_REGISTRY}`, GET: biosRegistryPointer },
    { path: BIOS_REGISTRY_FILE, GET: () => biosRegistry(machine) },
  ]
}

function sessionService(): unknown {
  return tagged({
    '@odata.type': '#SessionService.v1_1_6.SessionService',
    '@odata.id': '/redfish/v1/SessionService',
    Id: 'SessionService',
    Name: 'Session Service',
    ServiceEnabled: true,
    SessionTimeout: IDLE_SECONDS,
    Sessions: { '@odata.id': '/redfish/v1/SessionService/Sessions' },
  })
}
