import type { Machine } from '../../../world/machine.ts'
import type { Asked, Resource } from '../resource.ts'
import { account, accountService, accounts, changeAccount } from './accounts.ts'
import { changeAttributes, dellAttributes } from './attributes.ts'
import { biosRegistry, registries, registryPointer } from './bios-registry.ts'
import { biosSettings, clearPending, currentBios, resetBios, stageBios } from './bios.ts'
import { createJob, deleteJob, deleteJobQueue, job, jobs, jobService, task, tasks } from './jobs.ts'
import {
  changeInterface,
  changeProtocol,
  managerInterface,
  managerResource,
  networkProtocol,
  resetManager,
} from './manager.ts'
import { ACCOUNTS, ATTRIBUTES, BIOS, collection, JOBS, MANAGER, SYSTEM } from './paths.ts'
import { serviceRoot } from './service-root.ts'
import { SESSIONS, sessionService } from './sessions.ts'
import { reset, systemResource } from './system.ts'

/** An iDRAC that was told to reset, or to move to another address, says so first (assumed: one second). */
const RESET_DELAY_MS = 1_000

/** Everything that the lab's iDRAC9 serves; all else is 404. Not simulated: query options, update service, storage, logs. */
export function resourcesOf(machine: Machine): readonly Resource[] {
  return [
    { path: '/redfish', open: ['GET'], GET: () => ({ v1: '/redfish/v1/' }) },
    { path: '/redfish/v1', open: ['GET'], GET: () => serviceRoot(machine) },
    {
      path: '/redfish/v1/Systems',
      GET: () => collection('ComputerSystem', 'Computer System Collection', '/redfish/v1/Systems', [SYSTEM]),
    },
    { path: SYSTEM, GET: () => systemResource(machine) },
    { path: `${SYSTEM}/Actions/ComputerSystem.Reset`, POST: ({ body }) => reset(machine, body) },
    { path: BIOS, GET: () => currentBios(machine) },
    { path: `${BIOS}/Settings`, GET: () => biosSettings(machine), PATCH: ({ body }) => stageBios(machine, body) },
    { path: `${BIOS}/Settings/Actions/Oem/DellManager.ClearPending`, POST: () => clearPending(machine) },
    { path: `${BIOS}/Actions/Bios.ResetBios`, POST: () => resetBios(machine) },
    { path: `${BIOS}/BiosRegistry`, GET: () => biosRegistry(machine) },
    { path: '/redfish/v1/Registries', GET: registries },
    { path: '/redfish/v1/Registries/BiosAttributeRegistry.v1_0_0', GET: registryPointer },
    {
      path: '/redfish/v1/Managers',
      GET: () => collection('Manager', 'Manager Collection', '/redfish/v1/Managers', [MANAGER]),
    },
    { path: MANAGER, GET: () => managerResource(machine) },
    {
      path: `${MANAGER}/Actions/Manager.Reset`,
      POST: ({ body, clock }) => resetManager(machine, body, (action) => void clock.after(RESET_DELAY_MS, action)),
    },
    {
      path: `${MANAGER}/EthernetInterfaces`,
      GET: () =>
        collection('EthernetInterface', 'Ethernet Network Interface Collection', `${MANAGER}/EthernetInterfaces`, [
          `${MANAGER}/EthernetInterfaces/NIC.1`,
        ]),
    },
    {
      path: `${MANAGER}/EthernetInterfaces/NIC.1`,
      GET: () => managerInterface(machine),
      PATCH: ({ body }) => changeInterface(body),
    },
    {
      path: `${MANAGER}/NetworkProtocol`,
      GET: () => networkProtocol(machine),
      PATCH: ({ body }) => changeProtocol(machine, body),
    },
    {
      path: ATTRIBUTES,
      GET: () => dellAttributes(machine),
      PATCH: ({ body, clock }) => changeAttributes(machine, body, (action) => void clock.after(RESET_DELAY_MS, action)),
    },
    ...jobResources(machine),
    { path: '/redfish/v1/AccountService', GET: accountService },
    { path: ACCOUNTS, GET: accounts },
    {
      path: `${ACCOUNTS}/{id}`,
      GET: ({ id }) => account(machine, id),
      PATCH: ({ id, body }) => changeAccount(machine, id, body),
    },
    { path: '/redfish/v1/SessionService', GET: sessionService },
    {
      path: SESSIONS,
      open: ['POST'],
      GET: ({ sessions, caller }) => caller && sessions.collection(caller),
      POST: ({ sessions, body, host }) => sessions.open(body, host),
    },
    {
      path: `${SESSIONS}/{id}`,
      GET: ({ sessions, caller, id }) => caller && sessions.resource(id, caller),
      DELETE: ({ sessions, id }) => sessions.close(id),
    },
  ]
}

/** One queue, seen from three places; up to firmware 4.x a fourth (iDRAC-Redfish-Scripting#169). */
function jobResources(machine: Machine): readonly Resource[] {
  const old = Number.parseInt(machine.bmc.firmwareVersion, 10) < 5 ? [`${MANAGER}/Jobs`] : []
  const seen = [JOBS, '/redfish/v1/JobService/Jobs', ...old]
  const create = ({ body }: Asked) => createJob(machine, body)
  return [
    { path: '/redfish/v1/JobService', GET: jobService },
    ...seen.flatMap((path): Resource[] => [
      { path, GET: () => jobs(machine, path), POST: create },
      {
        path: `${path}/{id}`,
        GET: ({ id }) => job(machine, path, id),
        DELETE: ({ id }) => deleteJob(machine, id),
      },
    ]),
    {
      path: '/redfish/v1/Dell/Managers/iDRAC.Embedded.1/DellJobService/Actions/DellJobService.DeleteJobQueue',
      POST: ({ body }) => deleteJobQueue(machine, body),
    },
    { path: '/redfish/v1/TaskService/Tasks', GET: ({ clock }) => tasks(machine, clock.now()) },
    { path: '/redfish/v1/TaskService/Tasks/{id}', GET: ({ id, clock }) => task(machine, id, clock.now()) },
  ]
}
