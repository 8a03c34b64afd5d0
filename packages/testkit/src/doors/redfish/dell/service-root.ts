import type { Machine } from '../../../world/machine.ts'
import { link } from './paths.ts'

/**
 * No UUID, but the service tag before any log-in (captured on an iDRAC 6.10). Assumed, as the lab has no query options: what it says of them.
 */
export function serviceRoot({ serial, bmc }: Machine): unknown {
  return {
    '@odata.context': '/redfish/v1/$metadata#ServiceRoot.ServiceRoot',
    '@odata.id': '/redfish/v1',
    '@odata.type': '#ServiceRoot.v1_14_0.ServiceRoot',
    Id: 'RootService',
    Name: 'Root Service',
    Description: 'Root Service',
    Product: 'Integrated Dell Remote Access Controller',
    RedfishVersion: '1.15.1',
    Vendor: 'Dell',
    ProtocolFeaturesSupported: {
      DeepOperations: { DeepPATCH: false, DeepPOST: false },
      ExcerptQuery: false,
      ExpandQuery: { ExpandAll: false, Levels: false, Links: false, NoLinks: false },
      FilterQuery: false,
      OnlyMemberQuery: false,
      SelectQuery: false,
    },
    AccountService: link('/redfish/v1/AccountService'),
    JobService: link('/redfish/v1/JobService'),
    Managers: link('/redfish/v1/Managers'),
    Registries: link('/redfish/v1/Registries'),
    SessionService: link('/redfish/v1/SessionService'),
    Systems: link('/redfish/v1/Systems'),
    Tasks: link('/redfish/v1/TaskService'),
    Links: { Sessions: link('/redfish/v1/SessionService/Sessions') },
    Oem: {
      Dell: {
        '@odata.context': '/redfish/v1/$metadata#DellServiceRoot.DellServiceRoot',
        '@odata.type': '#DellServiceRoot.v1_0_0.DellServiceRoot',
        IsBranded: 0,
        ManagerMACAddress: bmc.network.mac.toUpperCase(),
        ServiceTag: serial,
      },
    },
  }
}
